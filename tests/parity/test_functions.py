"""Single functions against torch's and transformers' own."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from vitviz.models.config import Activation
from vitviz.models.layers import activation
from vitviz.models.positions import sincos_positions

pytest.importorskip("transformers")
pytestmark = pytest.mark.parity


@pytest.mark.parametrize(
    ("ours", "theirs"), [("gelu", "gelu"), ("gelu_tanh", "gelu_pytorch_tanh"), ("quick_gelu", "quick_gelu")]
)
def test_gelu(ours: Activation, theirs: str) -> None:
    from transformers.activations import ACT2FN

    x = torch.linspace(-8, 8, 4001)
    torch.testing.assert_close(activation(ours)(x), ACT2FN[theirs](x), rtol=0, atol=1e-6)


def test_gelus_differ() -> None:
    """By as much as is known; a name that gives another one of the three would show."""
    x = torch.linspace(-8, 8, 4001)
    exact, tanh, quick = (activation(name)(x) for name in ("gelu", "gelu_tanh", "quick_gelu"))
    torch.testing.assert_close(exact, F.gelu(x))
    assert 4e-4 < (exact - tanh).abs().max() < 6e-4
    assert 1.9e-2 < (exact - quick).abs().max() < 2.1e-2


@pytest.mark.parametrize(("grid", "dim"), [((14, 14), 192), ((7, 7), 64), ((3, 5), 16), ((1, 1), 8)])
def test_sincos_positions(grid: tuple[int, int], dim: int) -> None:
    """ViT-MAE's, in the order of its trained weights: the column's waves before the row's."""
    from transformers.models.vit_mae.modeling_vit_mae import build_2d_sinusoidal_position_embedding

    rows, columns = build_2d_sinusoidal_position_embedding(*grid, dim).chunk(2, dim=1)
    theirs = torch.cat([columns, rows], dim=1)
    torch.testing.assert_close(sincos_positions(grid, dim)[0], theirs, rtol=0, atol=1e-6)
