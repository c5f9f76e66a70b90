"""Where one token of the picture stands in a tensor of a run: the index that reads its numbers out of it."""

from __future__ import annotations

from vitviz.analysis.places import carry, count_mergings
from vitviz.models.config import SwinConfig
from vitviz.tracing.guards import one_picture
from vitviz.tracing.trace import Trace

# An index of each axis, as torch takes it: a number, a range, or all.
Index = tuple[int | slice, ...]

ALL = slice(None)
# Tensors of a Swin block that hold a map cut into windows, with their windows in front; the last one is of any window.
IN_WINDOWS = frozenset(
    {"windows", "windows_out", "qkv", "q", "k", "v", "z", "z_merged", "attn_scores", "pattern"}
)
OF_ANY_WINDOW = "relative_position_bias"


def token_index(trace: Trace, name: str | None, shape: tuple[int, ...], token: int) -> Index | None:
    """The index of what the tensor ``name``, whose shape that is, holds of ``token``; None where that is nothing.

    ``token`` is one of the first, finest map, prefix tokens first. Later maps of a Swin hold the token that it went
    into; what attention makes of pairs holds the row in which it is the query; the picture holds its pixels.
    """
    one_picture(trace)
    if name is None:
        return None
    if name == "image":
        return _pixels(trace, token)
    swin = isinstance(trace.config, SwinConfig)
    return _in_map(trace, name, shape, token) if swin else _in_sequence(trace, name, shape, token)


def _pixels(trace: Trace, token: int) -> Index | None:
    """Rows and columns of a patch's pixels, in all three colours."""
    config, prefix = trace.config, len(trace.config.prefix_names)
    if token < prefix:
        return None
    columns = -(-trace["image"].shape[-1] // config.patch_size)
    sides = (place * config.patch_size for place in divmod(token - prefix, columns))
    return (0, ALL, *(slice(start, start + config.patch_size) for start in sides))


def _in_sequence(trace: Trace, name: str, shape: tuple[int, ...], token: int) -> Index | None:
    """A ViT's tokens stand on the last axis but one; the projected patches have no prefix tokens before them."""
    rows, columns = trace.patch_grid
    prefix = len(trace.config.prefix_names)
    if name == "embed":
        token -= prefix
    count = rows * columns + (0 if name == "embed" else prefix)
    if len(shape) < 3 or shape[-2] != count or not 0 <= token < count:
        return None
    return (0, *(ALL,) * (len(shape) - 3), token)


def _in_map(trace: Trace, name: str, shape: tuple[int, ...], token: int) -> Index | None:
    """A Swin's tokens stand on a map (1, h, w, C), or within a block in windows (W, ..., M*M, C)."""
    first = trace["full_embed"].shape
    finest = (first[1], first[2])
    step, _, short = name.rpartition(".")
    block = next((block for block in trace.swin_blocks if block.name == step), None)
    if block is not None and short in IN_WINDOWS | {OF_ANY_WINDOW}:
        window, place = block.place(carry(token, 0, finest, block.map_size))
        return (ALL if short == OF_ANY_WINDOW else window, *(ALL,) * (len(shape) - 3), place)
    here = (shape[1], shape[2]) if len(shape) == 4 and shape[0] == 1 else None
    if here is None or count_mergings(finest, here) is None:
        return None
    return (0, *divmod(carry(token, 0, finest, here), here[1]))
