"""What the tests share: no downloads, pictures of noise, and weights that hide nothing."""

from __future__ import annotations

import os
import sys
from typing import TypeVar

import hypothesis
import pytest
import torch

from vitviz.analysis.compilers import Name, installed

# Before transformers is imported: nothing in the tests may reach out.
os.environ["HF_HUB_OFFLINE"] = "1"
# As the app runs torch. A product that is split among threads sums in another order, and a thread that a test starts
# may be given another number of them than the test itself.
torch.set_num_threads(1)
# How long an example takes says nothing on a busy machine; speed is measured in benchmarks/.
hypothesis.settings.register_profile("vitviz", deadline=None)
hypothesis.settings.load_profile("vitviz")


def need(compiler: Name) -> None:
    """Skip a test where a compiler of the extra ``workshop`` is not installed; with VITVIZ_NEED_WORKSHOP set, fail."""
    if not installed(compiler):
        (pytest.fail if os.environ.get("VITVIZ_NEED_WORKSHOP") else pytest.skip)(f"pip install {compiler}")


@pytest.fixture
def with_numba() -> None:
    need("numba")


@pytest.fixture
def with_halide() -> None:
    need("halide")


@pytest.fixture
def without_compilers(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the extra ``workshop`` were not installed."""
    for name in ("numba", "halide"):
        monkeypatch.setitem(sys.modules, name, None)


def random_picture(height: int, width: int, seed: int = 0) -> torch.Tensor:
    """One picture of noise, (1, 3, height, width), the same for the same seed."""
    return torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(seed))


Module = TypeVar("Module", bound=torch.nn.Module)


def randomise(module: Module, seed: int = 0) -> Module:
    """Fill every parameter with noise, none of it near a starting value that would hide a mistake.

    Embeddings are small, so that a wrong eps in the first layer norm shows. Queries and keys are large, or attention
    would be almost even. The rest keeps activations of twelve blocks in a range where 1e-5 means something.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
            if "table" in name:  # relative position bias
                parameter.mul_(0.8)
            elif "freqs" in name:  # learned frequencies of rotary positions
                parameter.mul_(0.3)
            elif name.endswith("logit_scale"):  # cosine attention: scores up to 8
                parameter.mul_(0.3).add_(1.5)
            elif "cpb_mlp" in name or "position_bias_mlp" in name:  # a position bias between 0 and 16
                parameter.mul_(1.5 * parameter[0].numel() ** -0.5)
            elif "token" in name or "embed" in name:
                parameter.mul_(0.1 if parameter.ndim < 4 else 0.1 * parameter[0].numel() ** -0.5)
            elif parameter.ndim < 2 and name.endswith("bias"):
                parameter.mul_(0.1)
            elif parameter.ndim < 2:  # scales of layer norms and LayerScale
                parameter.mul_(0.3).add_(1).abs_()
            else:
                sharp = any(word in name for word in ("qkv", "query", "key", "q_proj", "k_proj"))
                parameter.mul_((1.4 if sharp else 0.4) * parameter[0].numel() ** -0.5)
    return module
