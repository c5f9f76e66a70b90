"""The four experiments show what torch and numpy computed, and bad input gets one sentence."""

import re
from collections.abc import Callable

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch import nn

from tests.app.page_contents import mounted, number, trace_of
from vitviz.app.topics.norm_lab.shape import lined_up, parse_shape
from vitviz.samples import SAMPLES

Open = Callable[..., AppTest]
X = np.arange(24.0).reshape(4, 2, 3)


def cells(page: AppTest, containing: str) -> list[list[str]]:
    """The table whose HTML contains a text, cell by cell, without its head."""
    body = next(
        element.proto.body
        for element in page.get("html")
        if containing in element.proto.body and "<td" in element.proto.body
    )
    return [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", body)][1:]


def lab(open_page: Open, experiment: str, model: str = "vit-tiny", **state: object) -> AppTest:
    return open_page("norm_lab", model=model, **{"norm_lab.which": experiment}, **state)


@pytest.mark.parametrize("model", ["vit-tiny", "swin-mini"])
def test_the_batch_is_what_the_model_made_of_each_picture(open_page: Open, model: str) -> None:
    others = [SAMPLES[1].file, SAMPLES[2].file]
    page = lab(open_page, "batch", model, **{"norm_lab.others": others})
    trace = trace_of(page)
    own = trace[f"{trace.network.steps()[0][0]}.resid_pre"].flatten(1, -2)[0].T.numpy()
    data = mounted(page, "norm_lab.block")
    assert data["sizes"] == {"N": 3, "C": own.shape[0], "T": own.shape[1]}
    shown = data["pictures"][0]["values"].reshape(len(data["rows"]), -1)
    np.testing.assert_array_equal(shown, own[np.ix_(data["rows"], data["columns"])])
    for picture in data["pictures"][1:]:
        assert not np.array_equal(picture["values"], data["pictures"][0]["values"])


@pytest.mark.parametrize("model", ["vit-tiny", "swin-mini"])
def test_the_table_has_torchs_values_alone_and_in_the_batch(open_page: Open, model: str) -> None:
    page = lab(open_page, "batch", model, **{"norm_lab.others": [SAMPLES[1].file]})
    trace = trace_of(page)
    own = trace[f"{trace.network.steps()[0][0]}.resid_pre"].flatten(1, -2)  # (1, T, C)
    eps = trace.config.norm_eps
    layer = nn.LayerNorm(own.shape[-1], eps=eps, elementwise_affine=False)(own)[0]
    batch = nn.BatchNorm1d(own.shape[-1], eps=eps, affine=False)(own.transpose(1, 2))[0]
    token = mounted(page, "norm_lab.block")["columns"][mounted(page, "norm_lab.block")["column"]]
    rows = cells(page, "LN alone")
    assert rows
    for row in rows:
        channel = int(row[0].split()[0])
        assert number(row[1]) == pytest.approx(own[0, token, channel].item(), rel=1e-3, abs=1e-6)
        assert row[2] == row[3]
        assert row[4] == "0"
        assert number(row[2]) == pytest.approx(layer[token, channel].item(), rel=1e-3, abs=2e-5)
        assert number(row[5]) == pytest.approx(batch[channel, token].item(), rel=1e-3, abs=2e-5)
        assert number(row[6]) - number(row[5]) == pytest.approx(number(row[7]), abs=2e-3)
    assert any(row[7] != "0" for row in rows)


def test_a_picture_that_leaves_changes_bn_and_not_ln(open_page: Open) -> None:
    page = lab(open_page, "batch", **{"norm_lab.others": [SAMPLES[1].file, SAMPLES[2].file]})
    before = cells(page, "LN alone")
    page.button_group(key="norm_lab.others").set_value([SAMPLES[1].file]).run()
    assert not page.exception
    after = cells(page, "LN alone")
    assert [row[3] for row in before] == [row[3] for row in after]
    assert [row[5] for row in before] == [row[5] for row in after]
    assert [row[6] for row in before] != [row[6] for row in after]
    page.button_group(key="norm_lab.others").set_value([]).run()
    assert all(row[7] == "0" for row in cells(page, "LN alone"))


def test_the_gap_to_torchs_modules_is_shown(open_page: Open) -> None:
    said = next(c.value for c in lab(open_page, "batch").caption if "nn.BatchNorm1d" in c.value)
    gaps = [float(found) for found in re.findall(r"= (\d\.\de[-+]\d+)", said)]
    assert len(gaps) == 2
    assert max(gaps) < 1e-5


@pytest.mark.parametrize(("choice", "count"), [("[3]", 8), ("[2, 3]", 4), ("[4, 2, 3]", 1)])
def test_groups_with_their_mean_and_variance(open_page: Open, choice: str, count: int) -> None:
    page = lab(open_page, "shape", **{"norm_lab.shape.choice": choice})
    data = mounted(page, "norm_lab.groups")
    shape = [int(n) for n in re.findall(r"\d", choice)]
    expected = nn.LayerNorm(shape, dtype=torch.float64)(torch.from_numpy(X)).detach().numpy()
    np.testing.assert_allclose(data["out"], expected.ravel(), atol=1e-12)
    rows = cells(page, "\u03c3\u00b2")
    assert len(rows) == count
    groups = X.reshape(count, -1)
    for row, members in zip(rows, groups, strict=True):
        assert number(row[2]) == pytest.approx(members.mean(), rel=1e-3)
        assert number(row[3]) == pytest.approx(members.var(), rel=1e-3)


@pytest.mark.parametrize("choice", ["[2]", "[4, 2]"])
def test_a_refused_shape_shows_torchs_error(open_page: Open, choice: str) -> None:
    page = lab(open_page, "shape", **{"norm_lab.shape.choice": choice})
    shape = [int(n) for n in re.findall(r"\d", choice)]
    with pytest.raises(RuntimeError) as raised:
        nn.LayerNorm(shape, dtype=torch.float64)(torch.from_numpy(X))
    assert str(raised.value) in [code.value for code in page.code]
    assert mounted(page, "norm_lab.groups")["group"] is None


@pytest.mark.parametrize("typed", ["1, 3", "[]", "9 9 9 9 9", "0", "(2 , 3)"])
def test_any_numbers_can_be_typed(open_page: Open, typed: str) -> None:
    page = lab(open_page, "shape", **{"norm_lab.shape.typed": typed})
    assert not page.exception
    assert not page.warning


def test_a_new_choice_takes_the_place_of_what_was_typed(open_page: Open) -> None:
    page = lab(open_page, "shape", **{"norm_lab.shape.typed": "[1, 3]"})
    assert mounted(page, "norm_lab.groups")["group"] is None
    page.button_group(key="norm_lab.shape.choice").set_value("[2, 3]").run()
    assert page.text_input(key="norm_lab.shape.typed").value == ""
    assert mounted(page, "norm_lab.groups")["group"] is not None


@pytest.mark.parametrize("typed", ["cat", "[2, -3]", "1e9", "1 2 3 4 5 6 7", "2.5", "9" * 5000])
def test_what_is_no_shape_gets_one_sentence(open_page: Open, typed: str) -> None:
    page = lab(open_page, "shape", **{"norm_lab.shape.typed": typed})
    assert len(page.warning) == 1


def test_shapes_are_read_and_lined_up_from_the_right() -> None:
    assert parse_shape("[2, 3]") == (2, 3)
    assert parse_shape("()") == ()
    lines = lined_up((4, 2)).split("\n")
    assert lines[0].split() == ["x.shape", "4", "2", "3"]
    assert lines[1].index("4") == lines[0].index("2")
    assert lines[2].split() == ["\u2260", "\u2260"]
    assert lined_up((2, 3)).split("\n")[2].split() == ["=", "="]
    assert lined_up((999_999, 999_999)).split("\n")[1].split() == ["normalized_shape", "999999", "999999"]


def test_the_variances_are_those_of_the_numbers(open_page: Open) -> None:
    state = {"norm_lab.variance.mean": 16, "norm_lab.variance.spread": 1.0, "norm_lab.variance.count": 768}
    rows = cells(lab(open_page, "variance", **state), "float32")
    x = (10.0**4 + np.random.default_rng(0).standard_normal(768)).astype(np.float32)
    one, two, welford, torchs, exact = rows[-5:]
    assert number(exact[2]) == pytest.approx(x.astype(float).var(), rel=1e-6)
    of_squares = np.add.accumulate(x * x)[-1] / np.float32(768)
    mean = np.add.accumulate(x)[-1] / np.float32(768)
    assert number(one[2]) == pytest.approx(float(of_squares - mean * mean), rel=1e-6)
    left, right = (number(part) for part in one[6].split("= ")[1].split(" \u2212 "))
    assert (left, right) == pytest.approx((float(of_squares), float(mean * mean)), rel=1e-6)
    for row in (two, welford, torchs):
        assert number(row[2]) == pytest.approx(x.astype(float).var(), rel=1e-3)
    assert number(two[3]) == pytest.approx(
        abs(number(two[2]) - number(exact[2])) / number(exact[2]), rel=0.05
    )


def test_the_page_says_at_which_mean_each_way_is_first_wrong(open_page: Open) -> None:
    state = {"norm_lab.variance.spread": 1.0, "norm_lab.variance.count": 768}
    rows = cells(lab(open_page, "variance", **state), "first off")
    normal = np.random.default_rng(0).standard_normal(768)
    told = {}
    for column, kind in ((1, np.float16), (2, np.float32)):
        for power in range(29):
            x = (10 ** (power / 4) + normal).astype(kind)
            with np.errstate(all="ignore"):
                mean = np.add.accumulate(x)[-1] / kind(768)
                found = float(np.add.accumulate(x * x)[-1] / kind(768) - mean * mean)
            if not abs(found / x.astype(float).var() - 1) <= 0.1:
                told[column] = 10 ** (power / 4)
                break
    for column, mean in told.items():
        assert number(rows[0][column].removeprefix("\u03bc = ").replace(",", "")) == pytest.approx(
            mean, rel=1e-3
        )
    assert rows[2][2] != rows[0][2]  # Welford holds out longer


@pytest.mark.parametrize("mean", [0, 14, 20, 28])
@pytest.mark.parametrize("spread", [0.01, 100.0])
def test_every_corner_of_the_sliders_answers(open_page: Open, mean: int, spread: float) -> None:
    state = {
        "norm_lab.variance.mean": mean,
        "norm_lab.variance.spread": spread,
        "norm_lab.variance.count": 16,
    }
    assert len(cells(lab(open_page, "variance", **state), "float32")) == 10


@pytest.mark.parametrize(("numbers", "lanes", "blocks"), [(32, 4, 1), (16, 8, 2)])
def test_the_row_is_the_models_and_ends_in_its_sum(
    open_page: Open, numbers: int, lanes: int, blocks: int
) -> None:
    state = dict(zip(("row", "lanes", "blocks"), (numbers, lanes, blocks), strict=True))
    page = lab(open_page, "reduction", "vit-tiny", **{f"norm_lab.{name}": n for name, n in state.items()})
    trace = trace_of(page)
    data = mounted(page, "norm_lab.steps")
    row = data["row"]
    assert any(np.array_equal(row, token[:numbers]) for token in trace["blocks.0.resid_pre"][0].numpy())
    n, total, mean, m2 = data["steps"][-1]["parts"][:4]
    assert n == numbers
    assert total == pytest.approx(row.astype(float).sum(), rel=1e-4)
    assert (mean, m2 / n) == pytest.approx((row.astype(float).mean(), row.astype(float).var()), rel=1e-4)
    tree, serial, exact = cells(page, "float64")
    assert number(exact[2]) == pytest.approx(row.astype(float).sum(), rel=1e-6)
    assert int(serial[1]) == numbers - 1
    assert int(tree[1]) == numbers // 16 - 1 + 4


def test_it_speaks_chinese(open_page: Open) -> None:
    page = lab(open_page, "batch", language="zh")
    assert page.title[0].value == "层归一化实验：平均了什么，又有多精确"
