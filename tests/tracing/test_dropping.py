"""Dropped tokens: the same as a run in which nobody can look at them, for every family of ViT."""

from __future__ import annotations

from typing import cast

import pytest
import torch
from torch import Tensor

from tests.conftest import random_picture, randomise
from tests.tracing.conftest import MEAN_POOLED, RELATIVE, SWIN, VIT
from tests.tracing.test_variants import CONFIGS, SIZES
from vitviz.models.build import build
from vitviz.models.config import ModelConfig
from vitviz.models.vit import VisionTransformer
from vitviz.tracing.dropping import logits_of_kept, why_no_dropping
from vitviz.tracing.edits import zero_head
from vitviz.tracing.interventions import Record
from vitviz.tracing.trace import Trace, run_trace

FAMILIES: dict[str, ModelConfig] = {
    "ViT": VIT,
    "registers": RELATIVE,
    "mean of the patches": MEAN_POOLED,
    **CONFIGS,
}


class Unseen:
    """Nobody looks at the tokens that are not kept."""

    def __init__(self, kept: Tensor, tokens: int) -> None:
        self.gone = torch.ones(tokens, dtype=torch.bool)
        self.gone[kept] = False

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        if self.wants(name):
            return tensor.masked_fill(self.gone, -torch.inf)  # (B, H, N, N)
        return tensor

    def wants(self, name: str) -> bool:
        return name.startswith("blocks.") and name.endswith("attn_scores")


def traced(config: ModelConfig) -> Trace:
    size = SIZES[2] if config.image_size == (32, 48) else (24, 40)
    return run_trace(randomise(build(config)).eval(), random_picture(*size))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_dropped_token_is_one_that_nobody_sees(family: str) -> None:
    trace = traced(FAMILIES[family])
    network = cast(VisionTransformer, trace.network)
    prefix, tokens = network.config.num_prefix, trace["full_embed"].shape[1]
    shuffled = [
        torch.randperm(tokens - prefix, generator=torch.Generator().manual_seed(s))[:6] for s in (0, 1)
    ]
    kept = torch.stack(
        [torch.cat([torch.arange(prefix), prefix + patches.sort().values]) for patches in shuffled]
    )  # (2, T + 6)
    for row, logits in zip(kept, logits_of_kept(trace, kept), strict=True):
        seen = Unseen(row, tokens)
        record = Record(lambda name: name == f"blocks.{network.config.depth - 1}.resid_post")
        with torch.no_grad():
            network(trace.given, _Both(seen, record))
            expected = network.classify(next(iter(record.tensors.values()))[:, row])
        torch.testing.assert_close(logits, expected[0], rtol=0, atol=1e-5)
        assert (logits - trace.logits).abs().max() > 1e-3


class _Both:
    def __init__(self, first: Unseen, second: Record) -> None:
        self.first, self.second = first, second

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        return self.second(name, self.first(name, tensor))

    def wants(self, name: str) -> bool:
        return self.first.wants(name) or self.second.wants(name)


@pytest.mark.parametrize("family", FAMILIES)
def test_with_all_tokens_kept_nothing_changes(family: str) -> None:
    trace = traced(FAMILIES[family])
    everything = torch.arange(trace["full_embed"].shape[1]).unsqueeze(0)
    torch.testing.assert_close(logits_of_kept(trace, everything)[0], trace.logits, rtol=0, atol=1e-5)


def test_edits_of_the_run_are_left_out() -> None:
    network = randomise(build(VIT)).eval()
    picture = random_picture(32, 32)
    kept = torch.arange(10).unsqueeze(0)
    edited = run_trace(network, picture, intervention=zero_head(1, 0))
    torch.testing.assert_close(
        logits_of_kept(edited, kept), logits_of_kept(run_trace(network, picture), kept), rtol=0, atol=0
    )


def test_what_cannot_be_dropped_is_refused() -> None:
    swin = run_trace(randomise(build(SWIN)).eval(), random_picture(64, 64))
    assert why_no_dropping(swin.network) == "windows"
    with pytest.raises(ValueError, match="cannot be dropped"):
        logits_of_kept(swin, torch.zeros(1, 1, dtype=torch.long))
    vit = traced(VIT)
    for wrong in (torch.tensor([[99]]), torch.tensor([[-1]]), torch.zeros(3, dtype=torch.long)):
        with pytest.raises(ValueError, match="kept is rows"):
            logits_of_kept(vit, wrong)
    rotary = traced(CONFIGS["centred"])
    with pytest.raises(ValueError, match="prefix tokens have to stay"):
        logits_of_kept(rotary, torch.tensor([[5, 6]]))
