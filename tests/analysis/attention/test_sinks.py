"""A sink gets more than ten times an even share of a head's weights."""

import pytest
import torch

from tests.tracing.conftest import make
from vitviz.analysis.attention.rows import block_rows
from vitviz.analysis.attention.sinks import TIMES_EVEN, Sink, sinks


def test_an_even_head_has_none() -> None:
    assert sinks(torch.full((197,), 1 / 197)) == []


def test_the_strongest_come_first_and_exactly_ten_times_is_none() -> None:
    received = torch.full((100,), 0.1 / 97, dtype=torch.float64)
    received[[4, 70, 9]] = torch.tensor([0.2, 0.6, TIMES_EVEN / 100], dtype=torch.float64)
    assert sinks(received) == [Sink(70, 0.6), Sink(4, 0.2)]


@pytest.mark.parametrize("name", ["ViT", "Swin"])
def test_what_a_key_receives_is_the_mean_of_its_column(name: str) -> None:
    for block in make(name).trace().blocks:
        received = block_rows(block).received
        pattern = block.pattern().reshape(-1, *block.pattern().shape[-3:])  # (W, H, K, K), float32
        torch.testing.assert_close(received.float(), pattern.mean(dim=-2), rtol=1e-4, atol=1e-6)
        torch.testing.assert_close(received.sum(-1), torch.ones_like(received.sum(-1)))
