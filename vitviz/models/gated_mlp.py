"""MLPs of later families: SwiGLU, and a layer norm on the hidden channels."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from vitviz.models.config import ViTConfig
from vitviz.models.layers import LayerNorm, Mlp
from vitviz.probe import Probe, no_probe, scoped


class NormedMlp(Mlp):
    """The plain MLP with a layer norm before its second linear layer (NormFormer, arXiv 2110.09456)."""

    def __init__(self, config: ViTConfig) -> None:
        super().__init__(config.embed_dim, config.mlp_dim, config.activation)
        self.norm = LayerNorm(config.mlp_dim, config.norm_eps)

    def forward(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """(..., D) -> (..., D); F hidden channels."""
        x = probe("mlp_pre", self.fc1(x))  # (..., F)
        x = probe("mlp_post", self.act(x))  # (..., F)
        x = self.norm(x, scoped(probe, "ln_mlp."))  # (..., F)
        return self.fc2(x)  # (..., D)


class SwiGLU(nn.Module):
    """(silu(x W_1) * x V) W_2: one half of the first layer's output is the gate of the other (arXiv 2002.05202)."""

    def __init__(self, config: ViTConfig) -> None:
        super().__init__()
        self.fc1 = nn.Linear(config.embed_dim, 2 * config.mlp_dim)  # rows: gate, then value
        self.norm = LayerNorm(config.mlp_dim, config.norm_eps) if config.mlp_norm else None
        self.fc2 = nn.Linear(config.mlp_dim, config.embed_dim)

    def forward(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """(..., D) -> (..., D); F hidden channels."""
        gate, value = self.fc1(x).chunk(2, dim=-1)  # each (..., F)
        gate = probe("mlp_pre", gate)
        value = probe("mlp_pre_linear", value)
        x = probe("mlp_post", F.silu(gate) * value)  # (..., F)
        if self.norm is not None:
            x = self.norm(x, scoped(probe, "ln_mlp."))  # (..., F)
        return self.fc2(x)  # (..., D)


def make_mlp(config: ViTConfig) -> Mlp | SwiGLU:
    """The MLP that a configuration asks for."""
    if config.mlp_kind == "swiglu":
        return SwiGLU(config)
    if config.mlp_norm:
        return NormedMlp(config)
    return Mlp(config.embed_dim, config.mlp_dim, config.activation)
