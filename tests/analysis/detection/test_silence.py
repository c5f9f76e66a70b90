"""Cutting self-attention is what it says, and doubles are counted as one would by hand."""

from __future__ import annotations

import torch

from tests.analysis.detection.conftest import SIZE
from vitviz.analysis.detection.habits import Cut, Habits, cuts_of, habits
from vitviz.analysis.detection.silence import doubles, only_itself
from vitviz.models.detr import Detr
from vitviz.probe import Chain
from vitviz.tracing.interventions import Record
from vitviz.worlds.picture_book import draw
from vitviz.worlds.scene_text import from_text
from vitviz.zoo.scene_models import page_pixels


def test_in_layer_0_nothing_changes_and_later_something_does(detr: Detr) -> None:
    image = page_pixels(draw(from_text("0"), SIZE))
    whole = detr(image).boxes
    torch.testing.assert_close(detr(image, only_itself([0])).boxes, whole, rtol=0, atol=1e-5)
    for cut in ([1], [2], [0, 1, 2]):
        assert (detr(image, only_itself(cut)).boxes[-1] - whole[-1]).abs().max() > 1e-3


def test_a_cut_query_gets_its_own_value(detr: Detr) -> None:
    record = Record(lambda name: name in ("decoder.1.v", "decoder.1.z"))
    detr(page_pixels(draw(from_text("0"), SIZE)), Chain((only_itself([1]), record)))
    torch.testing.assert_close(record.tensors["decoder.1.z"], record.tensors["decoder.1.v"])


def test_doubles_are_sure_of_one_class_and_overlap_by_half() -> None:
    kinds = [0, 0, 0, 1, 0, 0]
    sure = [0.9, 0.9, 0.4, 0.9, 0.9, 0.9]
    probabilities = torch.zeros(6, 3)
    for query, (kind, score) in enumerate(zip(kinds, sure, strict=True)):
        probabilities[query, kind], probabilities[query, 2] = score, 1 - score
    here, near, apart, next_to = (
        [0.3, 0.3, 0.2, 0.2], [0.32, 0.3, 0.2, 0.2], [0.8, 0.8, 0.2, 0.2], [0.4, 0.3, 0.2, 0.2],
    )  # fmt: skip
    boxes = torch.tensor([here, near, here, here, apart, next_to])
    assert doubles(probabilities, boxes) == [(0, 1)]
    assert doubles(probabilities, boxes, sure=0.3) == [(0, 1), (0, 2), (1, 2)]


def test_habits_are_those_of_single_runs(detr: Detr) -> None:
    seen = [(found.pages, found) for found in habits(detr, pages=5, at_once=2)]
    assert [pages for pages, _ in seen] == [2, 4, 5]
    found, alone = seen[-1][1], Habits()
    for cut in cuts_of(3):
        pairs = answers = 0
        for number in range(5):
            image = page_pixels(draw(from_text(str(number)), SIZE))
            answer = detr(image, only_itself(cut))
            probabilities, boxes = answer.class_logits[-1, 0].softmax(dim=-1), answer.boxes[-1, 0]
            score, kind = probabilities[:, :-1].max(dim=-1)
            kept = [query for query in range(8) if score[query] >= 0.5]
            pairs += len(doubles(probabilities, boxes))
            answers += len(kept)
            if not cut:
                alone.queries += kept
                alone.kinds += kind[kept].tolist()
                alone.boxes += boxes[kept].tolist()
        assert found.cuts[cut] == Cut(cut, pairs, answers)
    assert (found.queries, found.kinds) == (alone.queries, alone.kinds)
    assert alone.queries
    torch.testing.assert_close(torch.tensor(found.boxes), torch.tensor(alone.boxes))
    assert found.cuts[()] == found.cuts[(0,)]._replace(layers=())
