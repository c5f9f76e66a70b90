"""Figures of a trace hold torch's own numbers."""

from __future__ import annotations

import sys

import numpy as np
import plotly.io
import pytest
import torch

from tests.conftest import random_picture
from vitviz import load_model, plot
from vitviz.plot.themes import TEXT
from vitviz.tracing.trace import Trace, run_trace


@pytest.fixture(scope="module")
def vit() -> Trace:
    model = load_model("vit-tiny")
    return run_trace(model.network, random_picture(224, 224), model.entry.class_names)


@pytest.fixture(scope="module")
def swin() -> Trace:
    model = load_model("swin-mini")
    return run_trace(model.network, random_picture(224, 224), model.entry.class_names)


def test_class_scores_are_the_softmax(vit: Trace) -> None:
    (bars,) = plot.class_scores(vit, k=4).data
    probabilities, order = vit.logits.softmax(0).topk(4)
    np.testing.assert_allclose(bars.x, probabilities.numpy(), rtol=1e-6)
    np.testing.assert_allclose(bars.customdata, vit.logits[order].numpy(), rtol=1e-6)
    assert list(bars.text) == [vit.class_names[i] for i in order.tolist()]


@pytest.mark.parametrize("quantity", ["mean", "scale"])
def test_norms_are_those_of_every_layer_norm(vit: Trace, quantity: str) -> None:
    line = plot.norms(vit, quantity, token=5).data[-1]  # type: ignore[arg-type]
    for at, name in enumerate(line.text):
        assert line.y[at] == vit[f"{name}.{quantity}"].flatten()[5].item()


def test_the_tokens_of_one_layer_norm(vit: Trace) -> None:
    figure = plot.norm_tokens(vit, "blocks.3.ln1", token=7)
    patches = [trace for trace in figure.data if trace.meta["tokens"] == "patches"]
    lengths = torch.linalg.vector_norm(vit["blocks.3.resid_pre"], dim=-1).flatten()
    for trace, values in zip(
        patches, (vit["blocks.3.ln1.mean"], vit["blocks.3.ln1.scale"], lengths), strict=True
    ):
        np.testing.assert_array_equal(trace.y, values.flatten()[1:].numpy())


def test_the_steps_of_one_layer_norm_count_every_channel(vit: Trace) -> None:
    figure = plot.norm_steps(vit, "ln_final", token=3)
    assert [sum(bars.y) for bars in figure.data] == [192, 192, 192]


@pytest.mark.parametrize("token", [0, 50])
def test_lengths_are_norms_of_the_stream(vit: Trace, token: int) -> None:
    figure = plot.lengths(vit, token)
    after = [vit[f"blocks.{i}.resid_post"].flatten(0, -2).norm(dim=-1) for i in range(12)]
    np.testing.assert_allclose(figure.data[0].y, [float(own[token]) for own in after], rtol=1e-5)
    mean = next(trace for trace in figure.data if trace.xaxis == "x2")
    np.testing.assert_allclose(mean.y, [float(own[1:].mean()) for own in after], rtol=1e-5)


def test_lengths_of_a_swin_follow_the_token_from_map_to_map(swin: Trace) -> None:
    figure = plot.lengths(swin, token=57)  # row 1, column 1 of 56
    drawn = np.concatenate(
        [line.y for line in figure.data if line.xaxis == "x" and "after" in line.hovertemplate]
    )
    first = [
        block["resid_post"].flatten(0, -2)[57 if block.stage == 0 else 0].norm() for block in swin.swin_blocks
    ]
    np.testing.assert_allclose(drawn, [float(one) for one in first], rtol=1e-5)


def test_shares_of_silent_units(vit: Trace) -> None:
    mean, chosen = (trace for trace in plot.sparsity(vit, token=9).data if trace.xaxis == "x")
    below = [(vit[f"blocks.{i}.mlp_pre"].flatten(0, -2) < 0).float().mean(dim=-1) for i in range(12)]
    np.testing.assert_allclose(chosen.y, [float(own[9]) for own in below], atol=1e-6)
    np.testing.assert_allclose(mean.y, [float(own.mean()) for own in below], atol=1e-6)


def test_hidden_units_are_torchs(vit: Trace) -> None:
    (cloud,) = (trace for trace in plot.activation(vit, 2, token=4, unit=8).data if trace.text)
    np.testing.assert_array_equal(cloud.x, vit["blocks.2.mlp_pre"].flatten(0, -2)[4].numpy())
    np.testing.assert_array_equal(cloud.y, vit["blocks.2.mlp_post"].flatten(0, -2)[4].numpy())


def test_the_parts_of_a_score_add_up_to_it(vit: Trace) -> None:
    (bars,) = plot.logit_attribution(vit, target=3).data
    assert sum(bars.x) == pytest.approx(vit.logits[3].item(), abs=1e-4)
    shapes = bars.marker.pattern.shape
    assert [shape == "/" for shape in shapes] == [value < 0 for value in bars.x], (
        "negative ones without colour too"
    )


def test_gradients_are_autograds(vit: Trace) -> None:
    line, mean = plot.gradients(vit, target=2, token=6).data
    x = vit["blocks.0.resid_pre"].clone().requires_grad_()
    network = vit.network
    with torch.enable_grad():
        logits = network.classify(network.encode(x, start=0))  # type: ignore[call-arg]
        torch.nn.functional.cross_entropy(logits, torch.tensor([2])).backward()
    lengths = x.grad.flatten(0, -2).norm(dim=-1)  # type: ignore[union-attr]
    assert line.y[0] == pytest.approx(float(lengths[6]), rel=1e-4)
    assert mean.y[0] == pytest.approx(float(lengths[1:].mean()), rel=1e-4)


def test_heads_have_the_entropy_and_distance_of_their_patterns(vit: Trace) -> None:
    figure = plot.heads(vit)
    entropy = figure.data[1]
    pattern = vit.blocks[4].pattern(1).double()  # (N, N)
    own = -(pattern * pattern.log()).sum(dim=-1).mean() / np.log(pattern.shape[-1])
    at = list(entropy.text).index("blocks.4, head 1")
    assert entropy.y[at] == pytest.approx(float(own), abs=1e-5)
    patches = pattern[1:, 1:] / pattern[1:, 1:].sum(dim=-1, keepdim=True)
    places = torch.cartesian_prod(torch.arange(14.0), torch.arange(14.0)).double()
    far = (patches * torch.cdist(places, places)).sum(dim=-1).mean()
    assert figure.data[3].y[at] == pytest.approx(float(far), rel=1e-4)


def test_the_last_depth_of_the_lens_is_the_prediction(vit: Trace) -> None:
    for line in plot.classes_through_depth(vit).data:
        name = line.hovertemplate.partition(",")[0]
        assert line.y[-1] == pytest.approx(vit.probabilities[vit.class_names.index(name)].item(), abs=1e-5)


def test_positions_are_compared_by_their_cosines(vit: Trace) -> None:
    (cells,) = plot.position_similarity(vit).data
    e = vit["pos_embed"].flatten(0, -2)
    expected = torch.nn.functional.cosine_similarity(e[3], e[40], dim=0)
    assert cells.z[3, 40] == pytest.approx(float(expected), abs=1e-5)


def test_the_cost_of_every_stage(swin: Trace, vit: Trace) -> None:
    figure = plot.cost(swin)
    assert {trace.xaxis for trace in figure.data} == {"x", "x2", "x3", "x4"}
    with pytest.raises(ValueError, match="windows"):
        plot.cost(vit)


def test_patterns_and_tensors_are_the_traces(vit: Trace, swin: Trace) -> None:
    (cells,) = plot.pattern(vit, 3, 1).data
    np.testing.assert_array_equal(cells.z, vit.blocks[3].pattern(1).numpy())
    (cells,) = plot.pattern(vit, 3, 1, query=0).data
    np.testing.assert_array_equal(cells.z, vit.blocks[3].pattern(1, 0)[1:].reshape(14, 14).numpy())
    (cells,) = plot.pattern(swin, 1, 0, window=5).data
    np.testing.assert_array_equal(cells.z, swin.blocks[1].pattern(0)[5].numpy())
    (cells,) = plot.tensor(vit, "blocks.2.q", index=(0, 2)).data
    np.testing.assert_array_equal(cells.z, vit["blocks.2.q"][0, 2].numpy())
    with pytest.raises(ValueError, match="matrix"):
        plot.heat_map(np.zeros(3))


def test_every_figure_goes_through_json_in_both_themes(vit: Trace) -> None:
    for theme in ("light", "dark"):
        for figure in (
            plot.class_scores(vit, theme=theme),
            plot.pattern(vit, 0, 0, theme=theme),
            plot.heads(vit, theme),
        ):
            assert plotly.io.from_json(figure.to_json(), skip_invalid=False).to_json() == figure.to_json()
            assert figure.layout.template.layout.font.color == TEXT[theme]


def test_colours_have_their_middle_at_zero() -> None:
    (cells,) = plot.heat_map(np.array([[-1.0, 0.5]]), "difference").data
    assert (cells.zmin, cells.zmax) == (-1, 1)
    assert plot.heat_map(np.array([[0.2, 0.5]]), "attention").data[0].zmin == 0


def test_without_plotly_one_sentence_says_what_to_install(
    vit: Trace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    with pytest.raises(ImportError, match=r"vitviz\[plot\]"):
        plot.class_scores(vit)
