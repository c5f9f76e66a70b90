"""A still picture of one map over its picture, for a notebook that is only read."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from vitviz.plot.colour import scale
from vitviz.tracing.blocks import BlockTrace
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.web.explorer.of_trace import Shown

OPACITY = 0.65  # of the map over the picture, as the explorer begins


def still(shown: Shown, state: Mapping[str, Any]) -> Image.Image:
    """The picture under the map of where the token looks in the chosen head (all heads' mean where none is chosen)."""
    block = shown.trace.blocks[min(int(state["layer"]), len(shown.trace.blocks) - 1)]
    weights = looked_at(block, state["head"], int(state["token"]))[block.num_prefix :]
    rows, columns = block.map_size
    cells = weights.reshape(rows, columns).numpy()  # (rows, columns)
    top = float(np.nanmax(cells)) if np.isfinite(cells).any() else 0.0
    levels = np.nan_to_num(cells / (top or 1.0) * 255).round().astype(np.uint8)
    colours: NDArray[np.uint8] = scale("attention", "light")[levels]  # (rows, columns, 3)
    colours = np.where(np.isnan(cells)[..., None], np.uint8(255), colours)
    over = Image.fromarray(colours).resize(shown.seen.size, Image.Resampling.NEAREST)
    return Image.blend(shown.seen.convert("RGB"), over, OPACITY)


def address(shown: Shown, state: Mapping[str, Any]) -> str:
    """Where the app shows the same: the page and its query."""
    place = {"model": shown.model, "layer": state["layer"], "head": state["head"], "token": state["token"]}
    return f"/attention?{urlencode(place)}"


def png(picture: Image.Image) -> bytes:
    """A picture as a file."""
    file = io.BytesIO()
    picture.save(file, format="PNG", optimize=True)
    return file.getvalue()


def looked_at(block: BlockTrace, head: int | str, token: int) -> Tensor:
    """The weights of a token on all tokens of its block's map, (N,); NaN where it never looks."""
    heads = [head] if isinstance(head, int) else list(range(block.num_heads))
    weights = torch.stack([_of_head(block, each, token) for each in heads])  # (heads, N)
    return weights.amax(dim=0) if head == "max" else weights.mean(dim=0)


def _of_head(block: BlockTrace, head: int, token: int) -> Tensor:
    if not isinstance(block, SwinBlockTrace):
        return block.pattern(head=head, query=token).detach().float().cpu()
    window, place = block.place(token)
    keys = block.tokens[window]  # (K,)
    row = block.window_pattern(window, head)[place].detach().float().cpu()  # (K,)
    weights = torch.full((block.map_size[0] * block.map_size[1],), torch.nan)  # (N,)
    weights[keys[keys >= 0]] = row[keys >= 0]
    return weights
