"""The page shows what two runs of torch differ by, keeps its bench in the address, and never breaks on nonsense."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

import vitviz
from tests.app.page_contents import mounted, number
from tests.app.test_families import FAMILIES, SWINS, loaded
from vitviz.analysis.interventions.effect import effect
from vitviz.app import bench, words
from vitviz.app.bench import Slot
from vitviz.images import to_array
from vitviz.samples import FOLDER, SAMPLES
from vitviz.tracing import trace as trace_module
from vitviz.tracing.interventions import Edit
from vitviz.tracing.planned_edit import SAMPLES_RUN, PlannedEdit
from vitviz.tracing.trace import Trace, run_edited, run_trace
from vitviz.zoo.registry import ModelEntry

Open = Callable[..., AppTest]
BENCH = {
    "vit-tiny": ("h8.1", "-m5", "u4.70~x-3", "t0.85-90", "k3.0"),
    "swin-mini": ("h3.1", "-m5", "u4.70~x-3", "t0.85-90", "b2~from=cat.jpg"),
}


def opened(open_page: Open, model: str, texts: tuple[str, ...]) -> AppTest:
    return open_page("interventions", model=model, **{f"setting.bench.{model}": bench.read(",".join(texts))})


def by_hand(model: str, texts: list[str]) -> tuple[Trace, Trace]:
    """The plain run and the one with these edits, by the library alone."""
    loaded = vitviz.load_model(model)
    cat = vitviz.trace(loaded, FOLDER / "cat.jpg")

    def run_of(name: str) -> object:
        return vitviz.trace(loaded, [sample.path for sample in SAMPLES]) if name == SAMPLES_RUN else cat

    edits = [PlannedEdit.read(text).edit(run_of) for text in texts]  # type: ignore[arg-type]
    whole = sum(edits, Edit(()))
    return vitviz.trace(loaded, SAMPLES[0].path), vitviz.trace(loaded, SAMPLES[0].path, whole)


def shown_changes(page: AppTest) -> list[tuple[float, float]]:
    """Logit and percentage points of every line that says them, in order."""
    lines = [each.value for each in (*page.caption, *page.markdown) if "\u0394 logit" in each.value]
    return [
        (
            number(line.split("\u0394 logit ")[1].split(" ")[0]),
            number(line.split("probability ")[1].split(" ")[0]),
        )
        for line in lines
    ]


@pytest.mark.parametrize("model", BENCH)
def test_what_is_shown_is_the_difference_of_two_runs(open_page: Open, model: str) -> None:
    texts = BENCH[model]
    page = opened(open_page, model, texts)
    applied = [text for text in texts if not text.startswith("-")]
    plain, edited = by_hand(model, applied)
    best = int(plain.logits.argmax())
    expected = []
    for text in texts:
        _, alone = by_hand(model, [text.removeprefix("-")])
        expected.append((alone, plain))
    expected.append((edited, plain))
    for (logit, points), (one, other) in zip(shown_changes(page), expected, strict=True):
        assert logit == pytest.approx(float(one.logits[best] - other.logits[best]), abs=6e-5)
        assert points == pytest.approx(
            100 * float(one.probabilities[best] - other.probabilities[best]), abs=6e-3
        )
    bars = mounted(page, "interventions.scores")["figure"]["data"][0]
    delta = (edited.logits - plain.logits).numpy()
    order = np.argsort(-np.abs(delta), kind="stable")[:8]
    order = order if best in order else np.array([*order[:-1], best])  # the chosen class is always there
    np.testing.assert_allclose(bars["x"], delta[order], atol=1e-5)
    lines = mounted(page, "interventions.stream")["figure"]["data"]
    patches = next(line for line in lines if line["name"] == "mean over the patches")["y"]
    for at, block in enumerate(plain.blocks):
        was, now = (
            run.blocks[at]["resid_post"].flatten(1, -2)[0, block.num_prefix :] for run in (plain, edited)
        )
        moved = torch.linalg.vector_norm(now - was, dim=1) / torch.linalg.vector_norm(was, dim=1)
        assert patches[at + 1] == pytest.approx(moved.mean().item(), abs=1e-5)


def test_turning_an_edit_off_and_taking_it_away(open_page: Open) -> None:
    page = opened(open_page, "vit-tiny", ("h8.1", "m3"))
    box = next(box for box in page.checkbox if "MLP" in box.label)
    box.uncheck().run()
    assert not page.exception
    slots = page.session_state["setting.bench.vit-tiny"]
    assert list(map(str, slots)) == ["h8.1", "-m3"]
    plain, edited = by_hand("vit-tiny", ["h8.1"])
    bars = mounted(page, "interventions.scores")["figure"]["data"][0]["x"]
    assert np.abs(bars).max() == pytest.approx((edited.logits - plain.logits).abs().max().item(), abs=1e-5)
    page.button(key="bench_gone.h8.1").click().run()
    assert list(map(str, page.session_state["setting.bench.vit-tiny"])) == ["-m3"]
    page.button(key="bench_gone.m3").click().run()
    assert page.session_state["setting.bench.vit-tiny"] == ()
    assert "Nothing is switched off yet" in " ".join(text.value for text in page.markdown)


def test_edits_that_the_model_has_no_part_for_are_named_and_not_applied(open_page: Open) -> None:
    texts = ("h99.0", "h2.77", "u1.9000", "t0.9999", "m3~from=own.gone", "k2.0-196")
    page = opened(open_page, "vit-tiny", (*texts, "h2.1"))
    said = [each.value for each in page.caption]
    assert sum("has no such part" in each for each in said) == 5
    assert sum("is not here" in each for each in said) == 1
    plain, edited = by_hand("vit-tiny", ["h2.1"])
    bars = mounted(page, "interventions.scores")["figure"]["data"][0]["x"]
    assert np.abs(bars).max() == pytest.approx((edited.logits - plain.logits).abs().max().item(), abs=1e-5)


def test_the_form_adds_what_it_says(open_page: Open) -> None:
    page = open_page("interventions", model="vit-tiny")
    form = {box.label: box for box in page.selectbox}
    form["What"].set_value("unit").run()
    form = {box.label: box for box in page.selectbox}
    form["How"].set_value("scale").run()
    numbers = {box.label: box for box in page.number_input}
    next(box for label, box in numbers.items() if label.startswith("Unit")).set_value(70).run()
    next(button for button in page.button if button.label == "Put it on the bench").click().run()
    assert not page.exception
    assert list(map(str, page.session_state["setting.bench.vit-tiny"])) == ["u6.70~x0.5"]


def test_a_mean_over_the_samples_is_that_of_the_library(open_page: Open) -> None:
    page = opened(open_page, "vit-tiny", ("h8.1~samples",))
    plain, edited = by_hand("vit-tiny", ["h8.1~samples"])
    best = int(plain.logits.argmax())
    ((logit, _),) = shown_changes(page)
    assert logit == pytest.approx(float(edited.logits[best] - plain.logits[best]), abs=6e-5)


def test_the_edited_run_stands_beside_the_plain_one(open_page: Open) -> None:
    page = open_page(
        "interventions", model="vit-tiny", **{"setting.bench.vit-tiny": (Slot(PlannedEdit("mlp", 3)),)}
    )
    explorer = mounted(page, "interventions.explorer")
    assert explorer["second"]["revision"] == f"{explorer['revision'].removesuffix(' vit-tiny')} m3 vit-tiny"
    assert explorer["second"]["url"] != explorer["url"]


def test_it_speaks_chinese(open_page: Open) -> None:
    page = open_page("interventions", model="vit-tiny", language="zh")
    assert page.title[0].value == "关掉一部分看看"


@pytest.mark.parametrize("family", ["no head", "Swin without a head"])
def test_a_model_without_classes_shows_how_far_its_stream_is_moved(open_page: Open, family: str) -> None:
    own = loaded(family, (FAMILIES | SWINS)[family])
    slots = {f"setting.bench.{family}": bench.read("h1.0,m0,-b0")}
    page = open_page("interventions", model=family, own_models=own, **slots)
    said = [each.value for each in (*page.caption, *page.markdown) if "last stream" in each.value]
    assert len(said) == 4
    assert not shown_changes(page)
    network = own[family].again().network  # type: ignore[misc]
    image = session_image(page, own[family].entry)
    plain = run_trace(network, image)
    edited = run_edited(plain, PlannedEdit.read("h1.0").edit(lambda _: plain))
    moved = 100 * effect(plain, edited).of_patches()[-1]
    assert number(said[0].split(" by ")[1].split(" ")[0]) == pytest.approx(moved, abs=0.06)
    lines = mounted(page, "interventions.stream")["figure"]["data"]
    assert all(len(line["y"]) == len(plain.blocks) + 1 for line in lines)
    for section in ("sweep", "patches"):
        page = open_page(
            "interventions", model=family, own_models=own, **{"setting.interventions.section": section}
        )
        assert [info.value for info in page.info] == [words.table()["interventions.no_classes"]["en"]]


def session_image(page: AppTest, entry: ModelEntry) -> torch.Tensor:
    """The page's picture, as the model is given it."""
    seen = page.session_state["picture"].view(entry.preprocessing)
    return torch.from_numpy(to_array(seen, entry.preprocessing)).unsqueeze(0)


def test_the_empty_bench_has_edits_to_try(open_page: Open) -> None:
    page = open_page("interventions", model="vit-tiny")
    examples = [button for button in page.button if str(button.key).startswith("bench_example")]
    assert [button.label.replace("\\", "") for button in examples] == [
        "Switch off blocks.6 head 0", "Switch off blocks.0 MLP", "Switch off all of blocks.11",
    ]  # fmt: skip
    examples[1].click().run()
    assert list(map(str, page.session_state["setting.bench.vit-tiny"])) == ["m0"]
    plain, edited = by_hand("vit-tiny", ["m0"])
    best = int(plain.logits.argmax())
    ((logit, _),) = shown_changes(page)
    assert logit == pytest.approx(float(edited.logits[best] - plain.logits[best]), abs=6e-5)


def test_what_was_computed_is_not_computed_again(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(open_page, "vit-tiny", ("h8.1", "m3", "u4.70"))
    runs: list[str] = []

    def counted(plain: Trace, edit: Edit, *rest: object) -> Trace:
        runs.append(repr(edit))
        return run_edited(plain, edit, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(trace_module, "run_edited", counted)
    page.run()
    assert runs == []
    next(box for box in page.checkbox if "MLP" in box.label and "unit" not in box.label).uncheck().run()
    assert len(runs) == 1  # the two that are left; each alone is known
    next(box for box in page.checkbox if "MLP" in box.label and "unit" not in box.label).check().run()
    assert len(runs) == 1


def test_the_explorer_goes_where_attention_changes_and_says_where_it_cannot(open_page: Open) -> None:
    page = open_page("interventions", model="vit-tiny")
    assert mounted(page, "interventions.explorer")["state"]["layer"] == 1
    assert "The plain run." in " ".join(each.value for each in page.caption)
    page = opened(open_page, "vit-tiny", ("h8.1", "-t2.5"))
    explorer = mounted(page, "interventions.explorer")
    assert explorer["state"]["layer"] == 9
    assert explorer["asks"] == "vit-tiny 9"
    page = opened(open_page, "vit-tiny", ("t8.5",))  # tokens change what their own block sees
    assert mounted(page, "interventions.explorer")["state"]["layer"] == 8
    page = opened(open_page, "vit-tiny", ("b11",))
    assert "No block comes after" in " ".join(each.value for each in page.caption)


def test_a_block_that_cannot_differ_is_named_and_a_button_leads_on(open_page: Open) -> None:
    state = {"setting.bench.vit-tiny": bench.read("h5.1"), "setting.block.vit-tiny": 2}
    page = open_page("interventions", model="vit-tiny", **state)
    before = mounted(page, "interventions.explorer")
    assert before["state"]["layer"] == 2
    assert "Up to blocks.2 both runs are the same." in [each.value for each in page.caption]
    page.button(key="interventions.go").click().run()
    after = mounted(page, "interventions.explorer")
    assert after["state"]["layer"] == 6
    assert after["asks"] != before["asks"]
    assert not any("both runs are the same" in each.value for each in page.caption)


def test_with_everything_off_only_the_class_is_asked_for(open_page: Open) -> None:
    page = opened(open_page, "vit-tiny", ("-b11",))
    assert not any("logit" in str(group.options) for group in page.button_group)
    said = [each.value for each in page.caption]
    assert "For **sunflower**, each edit alone:" in said
    ((logit, points),) = shown_changes(page)
    assert logit > 0 > points  # which the page explains
    assert any("different ways" in each for each in said)
