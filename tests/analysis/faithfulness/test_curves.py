"""Deletion and insertion: scores and areas by a second implementation, and verdicts where the truth is known."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.analysis.faithfulness.conftest import (
    CLASS_TOKEN,
    MEAN_OF_PATCHES,
    SWIN,
    shares,
    sum_of_patches,
    traced,
)
from vitviz.analysis.faithfulness.cells import cell_grid, random_orders
from vitviz.analysis.faithfulness.curves import (
    Curves,
    Removed,
    both_ways,
    counts_of,
    order_of_map,
    random_orders_of,
    read_scores,
    removal_steps,
    removed_by,
    runs_of,
    turn_of,
)
from vitviz.analysis.faithfulness.removal import Removal, logits_without
from vitviz.analysis.faithfulness.verdict import Verdict, judged, ranked
from vitviz.models.vit import VisionTransformer
from vitviz.tracing.replaced import replaced
from vitviz.tracing.trace import Trace


def removed_in(trace: Trace, orders: NDArray[np.int64], removal: Removal) -> Removed:
    return removed_by(trace, removal, list(removal_steps(trace, orders, removal)))


def areas_again(trace: Trace, order: list[int], removal: Removal, target: int, inserted: bool) -> float:
    """The area of one curve of a probability, one picture at a time and with numpy's own trapezoids."""
    rows, columns = cell_grid(trace)
    cells, counts = rows * columns, counts_of(trace, removal)
    network = trace.network
    x, heights = [], []
    for count in counts:
        some = cells - count if inserted else count
        gone = torch.zeros(cells, dtype=torch.bool)
        gone[order[some:] if inserted else order[:some]] = True
        with torch.no_grad():
            if removal == "drop":
                assert isinstance(network, VisionTransformer)
                first = network.config.num_prefix
                keep = [*range(first), *(first + i for i in range(cells) if not gone[i])]
                logits = network.classify(network.encode(network.embed(trace["image"])[:, keep]))
            else:
                picture = replaced(trace["image"], gone.view(1, rows, columns), "blur")
                logits = network(picture)
        x.append(some / cells)
        heights.append(float(logits[0].double().softmax(0)[target]))
    pairs = sorted(zip(x, heights, strict=True))
    total = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in itertools.pairwise(pairs))
    return total / (pairs[-1][0] - pairs[0][0])


@pytest.mark.parametrize(
    ("config", "removal"),
    [(CLASS_TOKEN, "drop"), (MEAN_OF_PATCHES, "drop"), (CLASS_TOKEN, "blur"), (SWIN, "blur")],
    ids=["class token, dropped", "mean of patches, dropped", "ViT, blurred", "Swin, blurred"],
)
def test_areas_are_those_of_a_second_implementation(config: object, removal: Removal) -> None:
    trace = traced(config)  # type: ignore[arg-type]
    orders = random_orders_of(trace, 2)
    curves = removed_in(trace, orders, removal).curves("probability", 1)
    for number, order in enumerate(orders.tolist()):
        deleted = areas_again(trace, order, removal, 1, inserted=False)
        inserted = areas_again(trace, order, removal, 1, inserted=True)
        assert curves.deletion_areas[number] == pytest.approx(deleted, abs=1e-5)
        assert curves.insertion_areas[number] == pytest.approx(inserted, abs=1e-5)
        assert curves.gaps[number] == pytest.approx(inserted - deleted, abs=2e-5)


def test_deletion_begins_with_the_runs_own_score_and_insertion_ends_with_it() -> None:
    trace = traced(CLASS_TOKEN)
    removed = removed_in(trace, random_orders_of(trace, 1), "drop")
    for quantity, own in (("logit", trace.logits[2]), ("probability", trace.probabilities[2])):
        curves = removed.curves(quantity, 2)  # type: ignore[arg-type]
        np.testing.assert_allclose(curves.deletion[:, 0], float(own), atol=1e-6)
        np.testing.assert_allclose(curves.insertion[:, -1], float(own), atol=1e-6)
        assert curves.gone[0] == 0
        assert curves.there[-1] == 1


def test_a_class_against_another_is_read_as_both_alone() -> None:
    logits = np.array([[2.0, 0.5, -1.0]])
    assert read_scores(logits, "logit", 0, 1)[0] == 1.5
    assert read_scores(logits, "probability", 0, 1)[0] == pytest.approx(np.exp(2) / (np.exp(2) + np.exp(0.5)))
    assert read_scores(logits, "probability", 0)[0] == pytest.approx(np.exp(2) / np.exp(logits).sum())


def test_a_perfect_map_beats_chance_and_the_same_upside_down_is_worse() -> None:
    trace = sum_of_patches()
    control = removed_in(trace, random_orders_of(trace), "drop").curves("logit", 0)
    right = shares(trace, 0)
    for sign, word in ((1, "better"), (-1, "worse")):
        found = removed_in(trace, order_of_map(trace, sign * right), "drop").curves("logit", 0)
        verdict = judged(found, control)
        assert verdict.gap.word == verdict.deletion.word == verdict.insertion.word == verdict.grade == word
        assert np.sign(verdict.gap.gain) == sign


def test_no_order_deletes_better_than_that_of_the_truth() -> None:
    """Of a mean of shares the lowest that can be left after k cells is the mean of the smallest shares."""
    trace = sum_of_patches()
    right = shares(trace, 0)
    found = removed_in(trace, order_of_map(trace, right), "drop").curves("logit", 0)
    bias = float(trace.network.head.bias[0].detach())  # type: ignore[attr-defined]
    smallest = np.sort(right.ravel())
    for count, logit in zip(counts_of(trace, "drop"), found.deletion[0], strict=True):
        assert logit == pytest.approx(smallest[: 64 - count].mean() + bias, abs=1e-5)


def test_random_maps_rarely_beat_chance_and_a_flat_one_is_one_of_them() -> None:
    """About one in 22 does. Of 300, more than 32 or fewer than 3 would be less than one case in a thousand."""
    trace = sum_of_patches()
    control = removed_in(trace, random_orders_of(trace), "drop").curves("logit", 0)
    some = np.stack([np.random.default_rng(1000 + i).permutation(64) for i in range(300)])
    found = removed_in(trace, both_ways(some), "drop").curves("logit", 0)
    words = [Verdict(float(gap), control.gaps).word for gap in found.gaps[:300]]
    assert 3 <= words.count("better") <= 32
    flat = removed_in(trace, order_of_map(trace, np.ones((8, 8))), "drop").curves("logit", 0)
    assert judged(flat, control).gap.word == "chance"


def test_an_order_and_its_reverse_have_opposite_gaps() -> None:
    trace = traced(SWIN)
    gaps = removed_in(trace, random_orders_of(trace, 2), "blur").curves("probability", 0).gaps
    np.testing.assert_allclose(gaps[:2], -gaps[2:], atol=1e-9)


def test_a_model_that_pools_patches_is_never_left_without_any() -> None:
    trace = traced(MEAN_OF_PATCHES)
    assert counts_of(trace, "drop")[-1] < 64 == counts_of(trace, "blur")[-1]
    with pytest.raises(ValueError, match="pools its patches"):
        logits_without(trace, np.ones((1, 64), bool), "drop")
    with pytest.raises(ValueError, match="windows"):
        logits_without(traced(SWIN), np.zeros((1, 64), bool), "drop")


def test_a_tie_is_no_win() -> None:
    verdict = Verdict(0.5, np.array([0.5, 0.2, 0.3]))
    assert (verdict.word, verdict.beaten) == ("chance", 2)
    assert verdict.gain == pytest.approx(0.5 - 1 / 3)


def level_curves(deletion: Sequence[float], insertion: Sequence[float]) -> Curves:
    """Curves that are level, so that their areas are their heights."""
    x = np.array([0.0, 0.5, 1.0])
    return Curves(x, np.tile(np.array(deletion)[:, None], 3), x, np.tile(np.array(insertion)[:, None], 3))


# Deletion areas of ten orders, and behind them those of the same ten backwards; insertion areas are the other half's.
LIKE = [
    0.3,
    0.34,
    0.38,
    0.42,
    0.46,
    0.5,
    0.54,
    0.58,
    0.62,
    0.66,
    0.31,
    0.35,
    0.39,
    0.43,
    0.47,
    0.51,
    0.55,
    0.59,
    0.63,
    0.67,
]
UNLIKE = [
    0.3,
    0.32,
    0.34,
    0.36,
    0.38,
    0.4,
    0.42,
    0.44,
    0.46,
    0.48,
    0.7,
    0.68,
    0.66,
    0.64,
    0.62,
    0.6,
    0.58,
    0.56,
    0.54,
    0.52,
]


@pytest.mark.parametrize(
    ("grade", "random", "deletion", "insertion", "places"),
    [
        ("better", UNLIKE, 0.29, 0.71, ("all", "all")),
        ("half", UNLIKE, 0.1, 0.52, ("all", "among")),  # 0.42 apart, more than the 0.4 of the best random order
        ("half", UNLIKE, 0.33, 0.95, ("most", "all")),
        ("half", UNLIKE, 0.72, 1.2, ("none", "all")),  # a half that is worse does not hide behind the other
        ("sum", LIKE, 0.45, 0.5, ("among", "among")),  # 0.05 apart, random orders 0.01
        ("mixed", UNLIKE, 0.29, 0.5, ("all", "among")),
        ("mixed", UNLIKE, 0.29, 0.29, ("all", "none")),
        ("chance", UNLIKE, 0.5, 0.5, ("among", "among")),
        ("chance", UNLIKE, 0.3, 0.7, ("most", "most")),  # as good as the best, which is no win
        ("chance", UNLIKE, 0.4, 0.29, ("among", "none")),
        ("chance", LIKE, 0.5, 0.45, ("among", "among")),  # the sum is worse than all, neither half is
        ("worse_half", UNLIKE, 0.95, 0.4, ("none", "among")),
        ("worse", UNLIKE, 0.71, 0.29, ("none", "none")),
    ],
)  # fmt: skip
def test_the_grade_claims_no_more_than_both_halves_show(
    grade: str, random: list[float], deletion: float, insertion: float, places: tuple[str, str]
) -> None:
    control = level_curves(random, random[10:] + random[:10])
    verdict = judged(level_curves([deletion], [insertion]), control)
    assert verdict.grade == grade
    assert (verdict.deletion.place, verdict.insertion.place) == places
    # The same from the plain numbers.
    assert (grade == "better") == (deletion < min(random) and insertion > max(random))
    assert (grade == "worse") == (deletion > max(random) and insertion < min(random))
    if grade in ("better", "half", "sum"):
        assert insertion - deletion > max(np.subtract(random[10:] + random[:10], random))


def test_better_in_both_halves_is_better_in_their_sum() -> None:
    """For any numbers: a map that has the highest insertion and the lowest deletion area has the largest gap."""
    generator = np.random.default_rng(5)
    seen = set()
    for _ in range(400):
        random = generator.normal(size=4)
        control = level_curves(random, np.roll(random, 2))
        deletion, insertion = generator.normal(scale=2, size=2)
        verdict = judged(level_curves([deletion], [insertion]), control)
        seen.add(verdict.grade)
        if deletion < random.min() and insertion > random.max():
            assert verdict.gap.word == "better"
            assert verdict.grade == "better"
        else:
            assert verdict.grade != "better"
    assert seen == {"better", "half", "sum", "mixed", "chance", "worse_half", "worse"}


def test_maps_that_differ_by_less_than_random_orders_do_are_not_ranked() -> None:
    random = np.array([0.1, -0.1, 0.2, -0.2])
    verdicts = {name: Verdict(gap, random) for name, gap in (("a", 0.3), ("b", 0.9), ("c", 0.8), ("d", 0.75))}
    assert verdicts["a"].spread == pytest.approx(np.sqrt(0.1 / 3))
    assert ranked(verdicts) == (("b", "c", "d"), ("a",))
    assert verdicts["b"].multiple == pytest.approx(4.5)
    assert np.isnan(Verdict(0.3, np.zeros(4)).multiple)
    assert ranked({}) == ()


def test_a_curve_that_goes_back_is_told_where_and_by_how_much() -> None:
    x = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
    falls = np.array([0.8, 0.1, 0.2, 0.5, 0.3])
    turn = turn_of(x, falls, rising=False)
    assert (turn.start, turn.end, turn.size) == (0.25, 0.75, pytest.approx(0.4))
    assert turn_of(x, falls, rising=True) == (0.0, 0.25, pytest.approx(0.7))
    assert turn_of(x, np.sort(falls), rising=True).size == 0


def test_the_cost_in_runs_counts_a_run_on_half_the_tokens_as_half() -> None:
    trace = traced(CLASS_TOKEN)
    inner = [count for count in counts_of(trace, "drop") if 0 < count < 16]
    assert runs_of(trace, 20, "drop") == pytest.approx(20 * len(inner) / 2)
    assert runs_of(trace, 20, "blur") == 20 * len([c for c in counts_of(trace, "blur") if 0 < c < 16])


def test_areas_of_straight_lines() -> None:
    x = np.array([0.0, 0.25, 1.0])
    curves = Curves(x, np.array([[1.0, 0.75, 0.0]]), x, np.array([[0.0, 1.0, 1.0]]))
    assert curves.deletion_areas[0] == pytest.approx(0.5)
    assert curves.insertion_areas[0] == pytest.approx(0.875)
    assert random_orders(4).shape == (10, 4)
