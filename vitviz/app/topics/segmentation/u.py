"""Section of the segmentation page: the U with the map of this run at every node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from vitviz.app.topics.segmentation.run import PageRun, option
from vitviz.models.scene_config import SwinUnetConfig

if TYPE_CHECKING:
    from vitviz.analysis.segmentation.nodes import Node

VIEWS = ("components", "length", "channel")
OPENS = 7  # the bottom


def maps(run: PageRun, options: Mapping[str, str]) -> dict[str, Any]:
    """Small maps of every node in one view, and all channels of the one that is chosen."""
    from vitviz.analysis.segmentation.nodes import features, nodes

    listed = nodes(cast(SwinUnetConfig, run.trace.config))
    number = option(options, "node", len(listed) - 1, OPENS)
    view = option(options, "view", len(VIEWS) - 1)
    found = features(run.trace, [node.name for node in listed])
    chosen = found[listed[number].name]
    channel = option(options, "channel", chosen.shape[-1] - 1)
    return {
        "nodes": [_node(node, found[node.name], VIEWS[view], channel) for node in listed],
        "node": number,
        "view": view,
        "views": list(VIEWS),
        "channel": channel,
        "features": chosen,
    }


def _node(node: Node, x: NDArray[np.float32], view: str, channel: int) -> dict[str, Any]:
    """A node's name and shape, and the map of it that is drawn: (h, w), or (h, w, 3) of components."""
    from vitviz.analysis.segmentation.nodes import components, lengths

    rows, columns, channels = x.shape
    found: dict[str, Any] = {
        "name": node.name,
        "kind": node.kind,
        "stage": node.stage,
        "skip": node.skip,
        "rows": rows,
        "columns": columns,
        "channels": channels,
    }
    if view == "components":
        made = components(x)
        return found | {"map": made.places, "shares": made.shares}
    drawn = lengths(x) if view == "length" else np.ascontiguousarray(x[..., min(channel, channels - 1)])
    return found | {"map": drawn}
