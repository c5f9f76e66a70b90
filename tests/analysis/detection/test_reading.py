"""What is read off a run is what torch computed: weights, the constant of layer 0, costs and losses by the formula."""

from __future__ import annotations

from itertools import permutations

import pytest
import torch

from tests.analysis.detection.conftest import SIZE
from vitviz.analysis.detection.reading import (
    Reading,
    constant_of_layer_0,
    read,
    truth_of,
)
from vitviz.models.detr import Detr
from vitviz.tracing.trace import run_trace
from vitviz.worlds.picture_book import Page, draw
from vitviz.worlds.scene import Scene, Thing
from vitviz.worlds.scene_text import from_text
from vitviz.zoo.scene_models import page_pixels


def page(text: str = "0") -> Page:
    return draw(from_text(text), SIZE)


@pytest.fixture(scope="module")
def reading(detr: Detr) -> Reading:
    return read(detr, page_pixels(page()))


def test_weights_and_answers_are_those_of_a_trace(detr: Detr, reading: Reading) -> None:
    trace = run_trace(detr, page_pixels(page()))
    for layer in range(3):
        torch.testing.assert_close(reading.cross[layer], trace[f"decoder.{layer}.cross_attn.pattern"][0])
        torch.testing.assert_close(reading.own[layer], trace[f"decoder.{layer}.pattern"][0])
        torch.testing.assert_close(reading.boxes[layer], trace[f"outputs.{layer}.boxes"][0])
        logits = trace[f"outputs.{layer}.class_logits"][0]
        torch.testing.assert_close(reading.probabilities[layer], logits.softmax(dim=-1))


def test_layer_0_adds_one_vector_that_no_picture_changes(detr: Detr, reading: Reading) -> None:
    constant = constant_of_layer_0(detr)
    other = read(detr, page_pixels(page("1")))
    for added in (reading.added[0], other.added[0]):
        torch.testing.assert_close(added, constant.expand_as(added), rtol=0, atol=1e-6)
    assert constant.norm() > 0.1
    for layer in (1, 2):
        assert (reading.added[layer] - reading.added[layer][0]).abs().max() > 1e-2


def test_costs_and_losses_are_the_formulas(reading: Reading) -> None:
    truth = truth_of(page())
    total, losses = reading.losses(truth)
    for layer, (costs, loss) in enumerate(zip(reading.costs(truth), losses, strict=True)):
        for query in range(8):
            for thing, label in enumerate(truth.labels.tolist()):
                box, wanted = reading.boxes[layer, query], truth.boxes[thing]
                x0, y0 = torch.maximum(box[:2] - box[2:] / 2, wanted[:2] - wanted[2:] / 2)
                x1, y1 = torch.minimum(box[:2] + box[2:] / 2, wanted[:2] + wanted[2:] / 2)
                both = max(0.0, float(x1 - x0)) * max(0.0, float(y1 - y0))
                union = float(box[2] * box[3] + wanted[2] * wanted[3]) - both
                low = torch.minimum(box[:2] - box[2:] / 2, wanted[:2] - wanted[2:] / 2)
                high = torch.maximum(box[:2] + box[2:] / 2, wanted[:2] + wanted[2:] / 2)
                around = float((high - low).prod())
                giou = both / union - (around - union) / around
                expected = (
                    -float(reading.probabilities[layer, query, label])
                    + 5 * float((box - wanted).abs().sum())
                    - 2 * giou
                )
                assert float(costs.total[query, thing]) == pytest.approx(expected, abs=1e-5)
        things = range(len(truth.labels))
        chosen = costs.total[loss.matched.query, loss.matched.thing].sum()
        least = min(
            sum(float(costs.total[query, thing]) for query, thing in zip(queries, things, strict=True))
            for queries in permutations(range(8), len(things))
        )
        assert float(chosen) == pytest.approx(least, abs=1e-5)
    assert float(total) == pytest.approx(sum(float(loss.total) for loss in losses), rel=1e-6)


def test_a_page_without_things_costs_nothing_but_the_class(detr: Detr) -> None:
    empty = draw(Scene(3), SIZE)
    truth = truth_of(empty)
    assert truth.boxes.shape == (0, 4)
    reading = read(detr, page_pixels(empty))
    assert [costs.total.shape for costs in reading.costs(truth)] == [(8, 0)] * 3
    _, losses = reading.losses(truth)
    assert all(float(loss.of_l1) == float(loss.of_giou) == 0 for loss in losses)
    assert all(float(loss.of_class) > 0 for loss in losses)


def test_a_hidden_thing_is_not_asked_for() -> None:
    behind = Thing("fish", 0.5, 0.5, 0.1)
    hidden = draw(Scene(3, (behind, Thing("house", 0.5, 0.5, 0.4), Thing("tree", 0.15, 0.2, 0.1))), SIZE)
    assert truth_of(hidden).things == [1, 2]
    boxes = truth_of(hidden).boxes
    corners = torch.cat([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], dim=1)
    torch.testing.assert_close(corners, torch.from_numpy(hidden.boxes[[1, 2]]))
