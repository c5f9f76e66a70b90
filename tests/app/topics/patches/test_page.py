"""The patches page shows the pixels, weights and sums of the run itself."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted, number, trace_of
from vitviz.models.vit import VisionTransformer

Open = Callable[..., AppTest]
# model, chosen token, the patch that it is, chosen channel
CASES = [("vit-tiny", 1 + 5 * 14 + 3, (5, 3), 17), ("swin-mini", 30 * 56 + 41, (30, 41), 47)]


@pytest.mark.parametrize(("model", "token", "place", "channel"), CASES)
def test_one_number_is_opened_with_the_real_operands(
    open_page: Open, model: str, token: int, place: tuple[int, int], channel: int
) -> None:
    state = {f"setting.token.{model}": token, f"setting.patches.channel.{model}": channel}
    page = open_page("patches", model=model, **state)
    trace, data = trace_of(page), mounted(page, "patches.products")
    size = trace.config.patch_size
    rows, columns = (slice(at * size, (at + 1) * size) for at in place)
    x = trace["image"][0, :, rows, columns].numpy()
    conv = trace.network.patch_embed.proj
    np.testing.assert_array_equal(data["x"], x.ravel())
    np.testing.assert_array_equal(data["w"], conv.weight[channel].numpy().ravel())
    products = x.astype(np.float64) * conv.weight[channel].double().numpy()
    np.testing.assert_array_equal(data["products"], products.astype(np.float32).ravel())
    sums = [number(text.split(" = ")[1]) for text in data["sums"]]
    np.testing.assert_allclose(sums, products.sum(axis=(1, 2)), atol=6e-7)
    embed = trace["embed"].reshape(-1, trace.config.embed_dim)
    computed = embed[place[0] * (224 // size) + place[1], channel].item()
    assert number(data["value"]) == pytest.approx(computed, abs=2e-6)
    assert data["check"].startswith(f"torch: {computed:.6f}".replace("-", "\u2212"))
    assert number(data["check"].split("= ")[1]) < 5e-6


@pytest.mark.parametrize(("model", "token", "place", "channel"), CASES)
def test_pixels_are_the_pictures_levels_normalised(
    open_page: Open, model: str, token: int, place: tuple[int, int], channel: int
) -> None:
    data = mounted(open_page("patches", model=model, **{f"setting.token.{model}": token}), "patches.products")
    levels = data["levels"].reshape(3, -1)
    mean, std = np.array(data["mean"])[:, None], np.array(data["std"])[:, None]
    np.testing.assert_allclose(data["x"].reshape(3, -1), (levels / 255 - mean) / std, atol=1e-6)


@pytest.mark.parametrize(("model", "token", "place", "channel"), CASES)
def test_the_whole_token_and_both_methods_are_torchs(
    open_page: Open, model: str, token: int, place: tuple[int, int], channel: int
) -> None:
    page = open_page("patches", model=model, **{f"setting.token.{model}": token})
    trace = trace_of(page)
    embed = trace["embed"].reshape(-1, trace.config.embed_dim).numpy()
    patch = place[0] * (224 // trace.config.patch_size) + place[1]
    rows = mounted(page, "patches.token")["rows"]
    np.testing.assert_array_equal(rows[0]["values"], embed[patch])
    if model == "swin-mini":
        assert rows[1]["label"] == "ln_embed.out"
        np.testing.assert_array_equal(rows[1]["values"], trace["ln_embed.out"].flatten(0, -2)[patch].numpy())
    methods = mounted(page, "patches.methods")
    drawn = methods["values"].reshape(2, methods["rows"], methods["columns"])
    rounding = 5e-6 * max(1.0, float(np.abs(embed).max()))  # float32, in proportion to what is added up
    np.testing.assert_allclose(drawn[0], drawn[1], atol=rounding)
    if methods["pooled"] == [1, 1]:
        np.testing.assert_array_equal(drawn[1], embed)
    gap = next(text.value for text in page.markdown if text.value.startswith("max |\u0394|"))
    assert "max |\u0394| = **0**" in gap  # the convolution is the model's own
    assert 0 < float(gap.split("**")[1]) < rounding


def test_the_list_of_products_adds_up(open_page: Open) -> None:
    from vitviz.analysis.patches.embedding import project_patch
    from vitviz.app.topics.patches.page import LISTED, _terms

    page = open_page("patches", model="vit-tiny")
    projection = project_patch(trace_of(page), 2, 9, 100)
    rows = _terms(projection)
    assert len(rows) == LISTED + 2
    running = 0.0
    for row in rows:
        running += number(row[4])
        assert number(row[5]) == pytest.approx(running, abs=1e-5)
    assert rows[-2][1] == "and 762 more"
    assert number(rows[-1][5]) == pytest.approx(projection.value, abs=1e-6)


def test_a_prefix_token_leaves_the_middle_patch_to_look_at(open_page: Open) -> None:
    page = open_page("patches", model="vit-tiny", **{"setting.token.vit-tiny": 0})
    assert mounted(page, "patches.picker")["token"] == 1 + 7 * 14 + 7
    assert any("`cls`" in caption.value for caption in page.caption)


def test_changing_the_channel_does_not_run_the_model_again(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("patches", model="vit-tiny")
    before = mounted(page, "patches.products")["value"]

    def never(*_: object) -> None:
        raise AssertionError("the model ran again")

    monkeypatch.setattr(VisionTransformer, "forward", never)
    page.slider(key="patches.channel.vit-tiny").set_value(90).run()
    assert not page.exception
    assert mounted(page, "patches.products")["value"] != before
    assert page.session_state["setting.patches.channel.vit-tiny"] == 90


def test_it_speaks_chinese(open_page: Open) -> None:
    assert open_page("patches", language="zh").title[0].value == "从图像块到 token"
