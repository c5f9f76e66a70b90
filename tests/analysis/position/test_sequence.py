"""The sequence before and after the position is added, against the run's own tensors and the model's parameters."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.conftest import random_picture, randomise
from vitviz.analysis.position.sequence import parameter, sequence_of
from vitviz.models.config import ViTConfig
from vitviz.models.vit import VisionTransformer
from vitviz.tracing.trace import Trace, run_trace

BASE = ViTConfig((16, 24), patch_size=8, embed_dim=24, depth=1, num_heads=3, num_classes=5)
CONFIGS = {
    "plain": BASE,
    "registers": replace(BASE, distillation_token=True, num_registers=2, position_prefix=1),
    "mean": replace(BASE, class_token=False, pool="avg"),
    "none": replace(BASE, position="none"),
}


def run(name: str) -> tuple[VisionTransformer, Trace]:
    network = VisionTransformer(CONFIGS[name]).eval().requires_grad_(False)
    randomise(network)
    return network, run_trace(network, random_picture(16, 24))


@pytest.mark.parametrize("name", CONFIGS)
def test_lengths_and_sums_are_those_of_the_run(name: str) -> None:
    _, trace = run(name)
    sequence = sequence_of(trace)
    expected = ["tokens"] if name == "none" else ["tokens", "pos_embed", "full_embed"]
    assert list(sequence.lengths()) == expected
    for tensor, lengths in sequence.lengths().items():
        np.testing.assert_allclose(lengths, trace[tensor][0].norm(dim=1).numpy(), rtol=1e-6)
    assert sequence.gap() == 0  # one addition in float32 is torch's own
    if name == "none":
        with pytest.raises(ValueError, match="no positions"):
            sequence.addition(0, 0)
        return
    one = sequence.addition(2, 7)
    assert one.computed == trace["full_embed"][0, 2, 7].item()
    assert one.sum == pytest.approx(one.computed, abs=1e-6)


def test_prefix_tokens_are_the_models_parameters() -> None:
    network, trace = run("registers")
    found = sequence_of(trace).prefix_tokens(network.config.prefix_names)
    assert [token.parameter for token in found] == [
        "cls_token[0, 0]", "dist_token[0, 0]", "reg_token[0, 0]", "reg_token[0, 1]",
    ]  # fmt: skip
    assert [token.position_length is None for token in found] == [False, True, True, True]
    assert network.reg_token is not None
    register = network.reg_token[0, 1]
    assert found[3].length == pytest.approx(torch.linalg.vector_norm(register).item())
    assert (found[3].low, found[3].high) == (register.min().item(), register.max().item())
    assert parameter("reg2") == "reg_token[0, 1]"
    assert sequence_of(run("mean")[1]).prefix_tokens(()) == []
