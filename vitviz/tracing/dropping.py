"""True removal: a ViT runs on some of its tokens only, each with the position that it has in the whole picture.

Nothing stands in for what is left out, as a grey patch would: its token does not exist in any block, so no other token
can look at it. Dropping tokens this way is what Naseer et al. 2021 (arXiv 2105.10497) and Jain et al. 2022
(arXiv 2204.08945) do to ask what a ViT needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from vitviz.models.variant import VariantAttention, VariantTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.tracing.guards import one_picture, with_classes
from vitviz.tracing.run import Run
from vitviz.tracing.segments import Network


def why_no_dropping(network: Network) -> str:
    """The empty string where tokens can be dropped; else the key of a reason.

    ``windows``: attention inside windows needs every place filled. ``not_vit``: neither a ViT nor a Swin.
    """
    if isinstance(network, VisionTransformer):
        return ""
    return "windows" if hasattr(network.config, "window_size") else "not_vit"


@torch.no_grad()
def logits_of_kept(run: Run, kept: Tensor) -> Tensor:
    """Class scores (R, K) of a run's picture, each row from the tokens of ``kept`` (R, M) alone.

    The rows are indices into the tokens as the first block receives them (N: prefix tokens first, then patches row by
    row). A caller who wants the class token has to keep it. Edits of the run behind the first block's input are left
    out.

    Raises:
        ValueError: if the network is none whose tokens can be dropped, the run has several pictures or no classes, or
            an index is out of range.
    """
    network = run.network
    if reason := why_no_dropping(network):
        raise ValueError(f"tokens of this model cannot be dropped ({reason})")
    one_picture(run)
    with_classes(run.config)
    run.check_weights()
    x = run.kept[f"{network.steps()[0][0]}.resid_pre"]  # (1, N, D)
    prefix = cast(VisionTransformer, network).config.num_prefix
    if kept.ndim != 2 or kept.numel() == 0 or int(kept.min()) < 0 or int(kept.max()) >= x.shape[1]:
        raise ValueError(f"kept is rows (R, M) of indices below {x.shape[1]}, not {tuple(kept.shape)}")
    tokens = x[0, kept]  # (R, M, D)
    if not isinstance(network, VariantTransformer):
        return cast(Tensor, network.classify(network.encode(tokens)))  # (R, K)
    if not torch.equal(kept[:, :prefix], torch.arange(prefix).to(kept).expand(len(kept), -1)):
        raise ValueError("this model's prefix tokens have to stay, in front")
    places = _Places(network, kept, run.patch_grid)
    # A row of patches: where each lies in the picture is put in by the probe.
    line = (1, kept.shape[1] - prefix)
    return network.classify(network.encode(tokens, places, grid=line))  # (R, K)


@dataclass(frozen=True)
class _Places:
    """Gives every block what it has to know of the places of the tokens that are left: angles, or a bias per pair."""

    network: VariantTransformer
    kept: Tensor
    grid: tuple[int, int]

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """Replace ``rope_angles`` and ``relative_position_bias`` by those of the kept tokens."""
        step, _, short = name.rpartition(".")
        if short == "rope_angles":
            patches = (
                self.kept[:, self.network.config.num_prefix :] - self.network.config.num_prefix
            )  # (R, m)
            angles = cast(Tensor, self._attention(step).angles(self.grid))  # (h*w, d/2) or (H, h*w, d/2)
            of_rows = angles[..., patches, :]  # (R, m, d/2) or (H, R, m, d/2)
            return (
                of_rows.unsqueeze(1) if angles.ndim == 2 else of_rows.transpose(0, 1)
            )  # (R, 1 or H, m, d/2)
        if short == "relative_position_bias":
            bias = cast(Tensor, self._attention(step).relative_position_bias(self.grid))  # (H, N, N)
            rows, columns = self.kept.unsqueeze(2), self.kept.unsqueeze(1)  # (R, M, 1), (R, 1, M)
            return bias[:, rows, columns].transpose(0, 1)  # (R, H, M, M)
        return tensor

    def wants(self, name: str) -> bool:
        """Nothing more is made than the block makes anyway."""
        return False

    def _attention(self, step: str) -> VariantAttention:
        return cast(VariantAttention, dict(self.network.steps())[step].attn)
