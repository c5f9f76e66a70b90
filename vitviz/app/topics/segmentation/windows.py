"""Section of the segmentation page: windows, shift and mask of a block of the way up, with its attention weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vitviz.app.topics.segmentation.run import PageRun, option

OPENS = 13  # the last block, which is shifted


def block(run: PageRun, options: Mapping[str, str]) -> dict[str, Any]:
    """Where a token may look in a block of this run, and how much it looks there."""
    from vitviz.analysis.swin_shift.geometry import ShiftGeometry

    blocks = run.trace.swin_blocks
    number = option(options, "block", len(blocks) - 1, OPENS)
    chosen = blocks[number]
    geometry = ShiftGeometry(chosen.grid)
    rows, columns = chosen.map_size
    return {
        "blocks": [
            {"name": each.name, "shift": each.grid.shift, "side": each.map_size[0]} for each in blocks
        ],
        "block": number,
        "heads": chosen.num_heads,
        "rows": rows,
        "columns": columns,
        "window": chosen.grid.window,
        "shift": chosen.grid.shift,
        "tokens": geometry.tokens.astype(np.int32),
        "regions": geometry.regions.astype(np.int32),
        "pattern": chosen.pattern().contiguous().numpy(),
    }
