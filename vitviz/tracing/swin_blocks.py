"""One block of a Swin's trace: its windows, and the attention inside them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vitviz.models import windows
from vitviz.models.layers import attention_scores
from vitviz.models.swin import SwinBlock
from vitviz.models.windows import WindowGrid
from vitviz.probe import no_probe
from vitviz.tracing.blocks import Addends, BlockTrace, one_of_each, pick, total, without_axes


@dataclass(frozen=True, eq=False)
class SwinBlockTrace(BlockTrace):
    """One attention block of a Swin trace: W windows of M x M tokens each, so q is (W, H, M*M, d)."""

    module: SwinBlock

    @property
    def stage(self) -> int:
        """Number of the stage whose map this block has, from 0; on the way up of a Swin-Unet they are counted back."""
        stack, number = self.name.split(".")[:2]
        config = self.module.config
        return config.num_stages - 1 - int(number) if stack == "layers_up" else int(number)

    @property
    def grid(self) -> WindowGrid:
        """How this block cut its map."""
        _, height, width, _ = self["resid_pre"].shape
        return self.module.window_grid(height, width)

    @property
    def map_size(self) -> tuple[int, int]:
        """Rows and columns of the stage's map, padding left out."""
        return self.grid.height, self.grid.width

    @property
    def mask(self) -> Tensor | None:
        """(W, M*M, M*M), 0 or -100; None in a block without a shift."""
        return self._addend("attn_mask") if self.grid.shift else None

    @property
    def bias(self) -> Tensor:
        """Relative position bias of every head, (H, M*M, M*M)."""
        return self._addend("relative_position_bias")

    def _addend(self, name: str) -> Tensor:
        """Bias or mask. The weights and the size of the map alone make them: unedited they need no run of the block."""
        trace = self.trace
        if trace.intervention is not no_probe or trace.differentiable or trace.is_derived(self.name):
            return self[name]
        return self.trace.derived(f"{self.name}.addends", self._make_addends)[name]

    def _make_addends(self) -> dict[str, Tensor]:
        """As ``SwinBlock.attend_in_windows`` makes them."""
        self.trace.check_weights()
        grid, module = self.grid, self.module
        with torch.no_grad():
            addends = {"relative_position_bias": module.attn.relative_position_bias(grid.window)}
        mask = windows.attention_mask(grid, module.config.masked_score)
        return addends if mask is None else addends | {"attn_mask": mask.to(self["k"])}

    @property
    def tokens(self) -> Tensor:
        """Which token of the map sits at each place of each window: (W, M*M) raster indices, -1 for padding."""
        return windows.token_map(self.grid)

    def place(self, token: int) -> tuple[int, int]:
        """The window that token ``token`` of the map (raster index) is in, and its place there."""
        window, place = (self.tokens == token).nonzero()[0].tolist()
        return window, place

    def window_addends(self, window: int, head: int | None = None, query: int | None = None) -> Addends:
        """``addends`` inside one window: N is M*M and ``query`` a place in the window."""
        q = pick(self["q"][window : window + 1], head, query)  # (1, H, Nq, d)
        k = pick(self["k"][window : window + 1], head, None)  # (1, H, M*M, d)
        mask = self.mask
        with torch.no_grad():
            qk = without_axes(attention_scores(q, k)[0], head, query)
        bias = without_axes(one_of_each(self.bias, head, query), head, query)
        if mask is None:
            return Addends(qk, bias, None)
        one = mask[window : window + 1].expand(self.num_heads, -1, -1)  # (H, M*M, M*M)
        return Addends(qk, bias, without_axes(one_of_each(one, head, query), head, query))

    def window_pattern(self, window: int, head: int | None = None, query: int | None = None) -> Tensor:
        """``pattern`` inside one window."""
        if self._edited():
            return without_axes(one_of_each(self["pattern"][window], head, query), head, query)
        addends = self.window_addends(window, head, query)
        return total(addends).softmax(dim=-1)

    def addends(self, head: int | None = None, query: int | None = None) -> Addends:
        """The three addends for all windows, (W, H, M*M, M*M), or for one query token of the map.

        With ``query`` (a raster index into the map) the keys are the M*M places of its window: (H, M*M) or (M*M,).
        """
        if query is not None:
            window, place = self.place(query)
            return self.window_addends(window, head, place)
        parts = [self.window_addends(window, head) for window in range(self.grid.num_windows)]
        mask = None if parts[0].mask is None else torch.stack([p.mask for p in parts if p.mask is not None])
        return Addends(
            torch.stack([p.qk for p in parts]), self.bias if head is None else self.bias[head], mask
        )

    def scores(self, head: int | None = None, query: int | None = None) -> Tensor:
        """The scores before the softmax, the sum of the addends; shapes as in ``addends``."""
        if self._edited():
            return self._recorded("attn_scores", head, query)
        return total(self.addends(head, query))

    def pattern(self, head: int | None = None, query: int | None = None) -> Tensor:
        """Weights of all windows, (W, H, M*M, M*M) or (W, M*M, M*M), or of one query token, (H, M*M) or (M*M,)."""
        if self._edited():
            return self._recorded("pattern", head, query)
        if query is not None:
            window, place = self.place(query)
            return self.window_pattern(window, head, place)
        return torch.stack([self.window_pattern(window, head) for window in range(self.grid.num_windows)])

    def patterns(self, queries: Tensor) -> Tensor:
        """The weights of several query tokens of the map, each over the places of its window, (H, Q, M*M)."""
        return torch.stack([self.pattern(query=int(query)) for query in queries], dim=1)

    def _recorded(self, name: str, head: int | None, query: int | None) -> Tensor:
        """``attn_scores`` or ``pattern`` as an edited run makes them: all windows, or the window of one query token."""
        whole = self[name]  # (W, H, M*M, M*M)
        if query is None:
            return whole if head is None else whole[:, head]
        window, place = self.place(query)
        return without_axes(one_of_each(whole[window], head, place), head, place)
