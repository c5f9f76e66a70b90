"""What a network makes of one fixed picture at a moment of its training: queries, keys, positions, class token."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vitviz.models.vit import VisionTransformer


@dataclass(frozen=True, eq=False)
class Snapshot:
    """After ``steps`` steps: q and k of every block (L, H, N, d) for the picture, and what it is taken for.

    ``positions`` (N, D) and ``class_token`` (D,) are parameters; None where the network has none.
    """

    steps: int
    q: Tensor
    k: Tensor
    probabilities: Tensor  # (K,)
    positions: Tensor | None
    class_token: Tensor | None

    @property
    def nbytes(self) -> int:
        """Bytes of its tensors."""
        every = (self.q, self.k, self.probabilities, self.positions, self.class_token)
        return sum(each.numel() * each.element_size() for each in every if each is not None)

    def rows(self, query: int) -> Tensor:
        """The weights with which token ``query`` attends to all, (L, H, N): softmax of q k^T / sqrt(d)."""
        q = self.q[:, :, query : query + 1] * self.q.shape[-1] ** -0.5  # (L, H, 1, d)
        return (q @ self.k.transpose(-2, -1)).softmax(dim=-1).squeeze(2)  # (L, H, N)


class _Queries:
    """A probe that keeps q and k of every block."""

    def __init__(self) -> None:
        self.q: list[Tensor] = []
        self.k: list[Tensor] = []

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        if name.endswith(".q"):
            self.q.append(tensor[0])
        elif name.endswith(".k"):
            self.k.append(tensor[0])
        return tensor

    def wants(self, name: str) -> bool:
        return False


@torch.no_grad()
def snapshot(network: VisionTransformer, image: Tensor, steps: int) -> Snapshot:
    """Run the picture (1, 3, h, w) and keep copies; the network is not changed."""
    probe = _Queries()
    scores = network.eval()(image, probe)  # (1, K)
    positions, token = network.pos_embed, network.cls_token
    return Snapshot(
        steps,
        torch.stack(probe.q), torch.stack(probe.k), scores[0].softmax(dim=0),
        None if positions is None else positions.detach()[0].clone(),
        None if token is None else token.detach()[0, 0].clone(),
    )  # fmt: skip
