"""Attention rollout against an explicit loop, and where it is known without one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from tests.tracing.conftest import make
from vitviz.analysis.attention.rollout import mean_over_heads, rollout, trace_rollout


def random_patterns(layers: int, tokens: int) -> list[Tensor]:
    scores = 3 * torch.randn(layers, tokens, tokens, generator=torch.Generator().manual_seed(0))
    return list(scores.softmax(dim=-1))


def by_loops(patterns: list[Tensor]) -> list[list[float]]:
    """The sum over all paths through the layers, with plain numbers; rows divided by their sum in each layer."""
    tokens = len(patterns[0])
    rolled = [[float(i == j) for j in range(tokens)] for i in range(tokens)]
    for pattern in patterns:
        mixed = [[float(pattern[i, j]) + (i == j) for j in range(tokens)] for i in range(tokens)]
        mixed = [[weight / sum(row) for weight in row] for row in mixed]
        rolled = [
            [sum(mixed[i][m] * rolled[m][j] for m in range(tokens)) for j in range(tokens)]
            for i in range(tokens)
        ]
    return rolled


def test_it_is_the_product_of_the_normalised_layers_last_layer_first() -> None:
    patterns = random_patterns(4, 7)
    torch.testing.assert_close(rollout(patterns), torch.tensor(by_loops(patterns)), rtol=0, atol=1e-6)


def test_rows_are_normalised_in_each_layer() -> None:
    """Even where a pattern's rows do not sum to 1, as after an intervention."""
    patterns = [pattern * torch.linspace(0.2, 1.5, 6).unsqueeze(1) for pattern in random_patterns(3, 6)]
    rolled = rollout(patterns)
    torch.testing.assert_close(rolled.sum(dim=-1), torch.ones(6))
    torch.testing.assert_close(rolled, torch.tensor(by_loops(patterns)), rtol=0, atol=1e-6)


def test_even_attention_keeps_half_of_itself_in_every_layer() -> None:
    layers, tokens = 5, 8
    rolled = rollout([torch.full((tokens, tokens), 1 / tokens)] * layers)
    kept = 0.5**layers
    expected = kept * torch.eye(tokens) + (1 - kept) / tokens
    torch.testing.assert_close(rolled, expected)


def test_layers_are_taken_one_by_one() -> None:
    taken = []

    def layers() -> Iterator[Tensor]:
        for i, pattern in enumerate(random_patterns(3, 4)):
            taken.append(i)
            yield pattern

    rollout(layers())
    assert taken == [0, 1, 2]


def test_no_layers_have_no_rollout() -> None:
    with pytest.raises(ValueError, match="at least one layer"):
        rollout([])
    with pytest.raises(ValueError, match="at least one layer"):
        trace_rollout(make("ViT").trace(), start=2)


@pytest.mark.parametrize("name", ["ViT", "ViT with registers, at another size", "ViT without a class token"])
def test_of_a_trace_from_any_layer_to_any(name: str) -> None:
    trace = make(name).trace()
    means = [block.pattern().mean(dim=0) for block in trace.blocks]
    for block, mean in zip(trace.blocks, means, strict=True):
        torch.testing.assert_close(mean_over_heads(block), mean, rtol=0, atol=1e-6)
    for start, end, layers in [(0, None, means), (1, None, means[1:]), (0, 1, means[:1])]:
        rolled = trace_rollout(trace, start, end)
        assert rolled.dtype == torch.float32
        torch.testing.assert_close(rolled, torch.tensor(by_loops(layers)), rtol=0, atol=1e-6)
        torch.testing.assert_close(rolled.sum(dim=-1), torch.ones(len(rolled)))


def test_a_swin_has_none() -> None:
    trace = make("Swin").trace()
    with pytest.raises(ValueError, match="not a Swin"):
        trace_rollout(trace)
    with pytest.raises(ValueError, match="every window"):
        mean_over_heads(trace.blocks[0])
