"""The overview shows the model's own prediction, the live shapes of its chain, and the tensor of the chosen line."""

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

import vitviz
from tests.app.page_contents import mounted
from vitviz.analysis.class_scores.known_world import known_world
from vitviz.samples import SAMPLES
from vitviz.tracing.trace import Trace
from vitviz.tracing.walk import Walk, stages
from vitviz.zoo.facts import weight_facts
from vitviz.zoo.registry import find

Open = Callable[..., AppTest]
# The app runs torch on one thread, the test on as many as there are: sums in another order.
ROUNDING = 2e-6
STEPS = {"vit-tiny": "blocks.4", "swin-mini": "layers.1.blocks.1", "swin-t": "layers.2.downsample"}


@pytest.fixture(scope="module", params=STEPS)
def traced(request: pytest.FixtureRequest) -> tuple[str, Trace]:
    return request.param, vitviz.trace(vitviz.load_model(request.param), SAMPLES[0].path)


def test_the_chain_has_the_shapes_of_the_run(open_page: Open, traced: tuple[str, Trace]) -> None:
    name, trace = traced
    page = open_page("overview", model=name, **{f"overview.step.{name}": STEPS[name]})
    chain = mounted(page, "overview.chain")["chain"]
    expected = stages(trace, STEPS[name])
    assert [item["shape"] for item in chain] == [str(tuple(trace[stage.name].shape)) for stage in expected]
    if name == "vit-tiny":
        assert len(chain) == 14


def test_choosing_any_line_shows_its_tensor(open_page: Open, traced: tuple[str, Trace]) -> None:
    name, trace = traced
    step = STEPS[name]
    walk = Walk(trace, step)
    for call in walk.calls[:: max(1, len(walk.calls) // 4)]:
        place = walk.place(call)
        state = {f"overview.step.{name}": step, f"overview.place.{name}": place}
        page = open_page("overview", model=name, **state)
        assert mounted(page, "overview.chain")["call"] == call.index
        shown, tensor = mounted(page, "overview.tensor")["tensor"], walk.tensor(call.index).float().numpy()
        facts = dict(shown["facts"])
        assert facts["shape"] == str(call.shape)
        assert facts["range"] == f"{tensor.min():.4g} … {tensor.max():.4g}"
        if shown["pooled"] == [1, 1] and shown["note"] == "":
            np.testing.assert_allclose(shown["values"], tensor.ravel(), atol=ROUNDING)


def test_the_source_beside_the_shapes_is_the_source_that_ran(open_page: Open) -> None:
    data = mounted(open_page("overview", model="vit-tiny"), "overview.chain")
    sources = {source["function"]: source for source in data["functions"]}
    attention = sources["Attention.forward"]
    softmax = next(i for i, line in enumerate(attention["lines"]) if ".softmax(" in line)
    line = attention["first"] + softmax
    assert {
        call["shape"] for call in data["calls"] if call["line"] == line and call["file"] == "layers.py"
    } == {"(1, 3, 197, 197)"}


def test_an_untrained_model_says_so(open_page: Open) -> None:
    page = open_page("overview", model="vit-s16")
    assert any("random numbers" in caption.value for caption in page.caption)


@pytest.mark.parametrize("name", ["vit-tiny", "swin-mini"])
def test_the_calibrated_shares_are_the_softmax_of_the_divided_logits(open_page: Open, name: str) -> None:
    facts = weight_facts(find(name))
    trace = vitviz.trace(vitviz.load_model(name), SAMPLES[0].path)
    page = open_page("overview", model=name)
    assert facts is not None
    expected = torch.softmax(trace.logits / facts.temperature, dim=-1)
    (shown,) = [element.proto.body for element in page.get("html") if "softmax" in element.proto.body]
    for score in trace.top(5):
        both = [f"{100 * value:.1f} %" for value in (score.probability, expected[score.class_index].item())]
        row = shown[shown.index(f"<td>{score.name.replace('_', ' ')}</td>") :].split("</tr>")[0]
        assert re.findall(r'<td class="n r"[^>]*>([^<]*)</td>', row) == both
    (caption,) = [caption.value for caption in page.caption if "softmax" in caption.value]
    for figure in (facts.temperature, facts.ece, facts.ece_scaled):
        assert f"{figure:.3f}" in caption


@pytest.mark.parametrize(("below", "says"), [(0.0, False), (1.0, True)])
def test_only_a_picture_below_the_threshold_is_called_unsure(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, below: float, says: bool
) -> None:
    known = weight_facts(find("vit-tiny"))
    assert known is not None
    other = replace(known, unsure_below=below, unsure_share=0.25, world=None)
    monkeypatch.setattr("vitviz.app.prediction.weight_facts", lambda model: other)
    page = open_page("overview", model="vit-tiny")
    doubts = [text.value for text in page.caption if "not sure about this picture" in text.value]
    assert bool(doubts) == says
    assert any("on anything else" in caption.value for caption in page.caption) != says
    if says:
        trace = vitviz.trace(vitviz.load_model("vit-tiny"), SAMPLES[0].path)
        assert f"confidence {other.calibrated(trace.logits).max().item():.0%}" in doubts[0]
        assert "knows 20 everyday things" in doubts[0]
        assert "75% of its validation pictures have more than 100%" in doubts[0]


def distances(page: AppTest) -> list[str]:
    labels = [each.proto.popover.label for each in page.get("popover")]
    return [label for label in labels if "Distance" in label]


@pytest.mark.parametrize("name", ["vit-tiny", "swin-mini"])
def test_a_picture_beyond_the_limit_is_not_of_the_models_world(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    known, world = weight_facts(find(name)), known_world(find(name))
    assert known is not None
    assert known.world is not None
    assert world is not None
    features = vitviz.trace(vitviz.load_model(name), SAMPLES[0].path)["pooled"][0].numpy().astype(np.float64)
    precision = world.precision.numpy().astype(np.float64)
    away = features - world.means.numpy().astype(np.float64)  # (K, D)
    distance = np.einsum("kd,de,ke->k", away, precision, away).min() / len(features)
    for limit, far in ((distance - 0.01, True), (distance + 0.01, False)):
        other = replace(known, unsure_below=0.0, world=replace(known.world, distance_limit=float(limit)))
        monkeypatch.setattr("vitviz.app.prediction.weight_facts", lambda model, other=other: other)
        page = open_page("overview", model=name)
        marks = [text.value for text in page.caption if "not of this small model's world" in text.value]
        assert bool(marks) == far
        if far:
            assert f"lies {distance:.2f} from the nearest class" in marks[0]
            assert f"90% of its validation pictures lie within {limit:.2f}" in marks[0]
        assert distances(page) == [f"Distance: {distance:.2f} (limit {limit:.2f})"]
        figure = mounted(page, "prediction.distances")["figure"]
        assert figure["layout"]["shapes"][1]["x0"] == pytest.approx(distance, rel=1e-5)
        nearer = int((world.validation.numpy() < distance).sum())
        assert any(
            f"{nearer:,} of {len(world.validation):,} validation" in text.value for text in page.caption
        )


def test_a_model_without_a_card_has_no_calibrated_shares(open_page: Open) -> None:
    page = open_page("overview", model="vit-ti16")
    assert not any("softmax" in element.proto.body for element in page.get("html"))
    assert not any("softmax" in caption.value for caption in page.caption)
    assert not distances(page)


def test_the_prediction_is_the_softmax_of_the_logits(open_page: Open) -> None:
    trace = vitviz.trace(vitviz.load_model("vit-tiny"), SAMPLES[0].path)
    page = open_page("overview")
    shown = "".join(element.proto.body for element in page.get("html"))
    for score in trace.top(5):
        assert score.name.replace("_", " ") in shown
        assert f"{100 * score.probability:.1f} %" in shown
    assert sum(score.probability for score in trace.top(20)) == pytest.approx(1, abs=1e-6)
