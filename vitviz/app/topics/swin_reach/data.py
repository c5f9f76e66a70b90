"""What the reach page's parts get once: how every block cuts its map, what merges, and the tables of biases."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.swin_reach.receptive_field import Step, steps_of
from vitviz.analysis.swin_shift.geometry import ShiftGeometry
from vitviz.models.config import SwinConfig
from vitviz.models.swin import SwinTransformer
from vitviz.models.windows import WindowGrid, relative_position_index, window_grid
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.tracing.trace import Trace


def reach_payload(trace: Trace) -> dict[str, Any]:
    """The maps and steps of a Swin run as index arrays, all from ``vitviz.models.windows``.

    ``maps``: one for each stage, finest first: rows, columns, dim, cell (pixels a side of what a token covers),
    ``regular`` and ``shifted`` (null where nothing is shifted) with window, shift, padded (H, W), tokens (W, M*M) and
    regions (W, M*M). ``steps``: blocks and mergings in order, with the number of the map that comes out; a merging has
    ``parents`` (h', w', 4). Arrays are int32.
    """
    network = trace.network
    assert isinstance(network, SwinTransformer)
    _, rows, columns, _ = trace[f"{network.steps()[0][0]}.resid_pre"].shape
    steps = steps_of(network, rows, columns)
    maps: list[dict[str, Any]] = []
    listed = []
    for step in steps:
        if step.grid is None:
            listed.append({"name": step.name, "map": len(maps), "parents": _parents(step).astype(np.int32)})
            continue
        stage = int(step.name.split(".")[1])
        if stage == len(maps):
            dim = network.config.stage_dim(stage)
            cell = network.config.patch_size * 2**stage
            maps.append(_map(step, network.config, stage) | {"dim": dim, "cell": cell})
        number = int(step.name.rsplit(".", 1)[1])
        listed.append(
            {"name": step.name, "map": stage, "shift": step.grid.shift, "title": f"{stage}.{number}"}
        )
    return {"maps": maps, "steps": listed}


def block_title(block: SwinBlockTrace) -> str:
    """Stage and block counted from 0, as in the block's name, and what its attention is called."""
    number = int(block.name.rsplit(".", 1)[1])
    return f"{block.stage}.{number} {'SW-MSA' if block.grid.shift else 'W-MSA'}"


def layers(trace: Trace) -> list[dict[str, Any]]:
    """What the side of one model needs of its blocks: title, heads, the map's size, and ``cell``, pixels of a token."""
    prefix = list(trace.config.prefix_names)
    found = []
    for number, block in enumerate(trace.blocks):
        rows, columns = block.map_size
        in_swin = block if isinstance(block, SwinBlockTrace) else None
        found.append(
            {
                "title": block_title(in_swin) if in_swin else f"{number} / {len(trace.blocks) - 1}",
                "heads": block.num_heads,
                "rows": rows,
                "columns": columns,
                "prefix": prefix,
                "cell": trace.config.patch_size * 2 ** (in_swin.stage if in_swin else 0),
            }
        )
    return found


def table_payload(trace: Trace) -> dict[str, Any]:
    """Every block's relative position bias table and which of its rows a pair of places reads.

    ``blocks``: window (the table is for offsets up to window - 1), heads, values ((2 window - 1)^2, heads) in float32,
    and the number of the block's map. ``indices``: one (M*M, M*M) array of rows for each map, [query, key].
    """
    blocks: list[dict[str, Any]] = []
    indices: list[NDArray[np.int32]] = []
    for block in trace.swin_blocks:
        attention = block.module.attn
        if block.stage == len(indices):
            indices.append(
                relative_position_index(block.grid.window, attention.window).numpy().astype(np.int32)
            )
        values = attention.bias_table().detach().numpy()  # ((2T-1)^2, H)
        blocks.append(
            {
                "window": attention.window,
                "heads": values.shape[1],
                "values": values,
                "map": block.stage,
            }
        )
    return {"blocks": blocks, "indices": indices}


def _map(step: Step, config: SwinConfig, stage: int) -> dict[str, Any]:
    """How a stage cuts its map; one with a single block has no shifted one, and the picture shows what it would be."""
    window, rule = config.stage_window(stage), config.shift_rule
    regular, shifted = (
        window_grid(*step.before, window, shift, rule) for shift in (0, config.stage_shift(stage))
    )
    return {
        "rows": step.before[0],
        "columns": step.before[1],
        "regular": _cut(regular),
        "shifted": _cut(shifted) if shifted.shift else None,
    }


def _cut(grid: WindowGrid) -> dict[str, Any]:
    geometry = ShiftGeometry(grid)
    return {
        "window": grid.window,
        "shift": grid.shift,
        "padded": list(grid.padded),
        "tokens": geometry.tokens.astype(np.int32),
        "regions": geometry.regions.astype(np.int32),
    }


def _parents(step: Step) -> NDArray[np.int64]:
    assert step.parents is not None
    return step.parents
