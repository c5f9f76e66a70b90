"""Section of the segmentation page: the U with the map of this run at every node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from vitviz.app.topics.segmentation.run import PageRun, option
from vitviz.models.scene_config import SwinUnetConfig

if TYPE_CHECKING:
    from vitviz.analysis.segmentation.nodes import Node
    from vitviz.tracing.trace import Trace

VIEWS = ("components", "length", "channel")
OPENS = 7  # the bottom


def maps(run: PageRun, options: Mapping[str, str]) -> dict[str, Any]:
    """Small maps of every node in one view, and all channels of the one that is chosen."""
    from vitviz.analysis.segmentation.nodes import features, nodes

    listed = nodes(cast(SwinUnetConfig, run.trace.config))
    number = option(options, "node", len(listed) - 1, OPENS)
    view = option(options, "view", len(VIEWS) - 1)
    chosen = features(run.trace, listed[number].name)
    channel = option(options, "channel", chosen.shape[-1] - 1)
    return {
        "nodes": [_node(run.trace, node, VIEWS[view], channel) for node in listed],
        "node": number,
        "view": view,
        "views": list(VIEWS),
        "channel": channel,
        "features": chosen,
    }


def _node(trace: Trace, node: Node, view: str, channel: int) -> dict[str, Any]:
    """A node's name and shape, and the map of it that is drawn: (h, w), or (h, w, 3) of components."""
    from vitviz.analysis.segmentation.nodes import components, features, lengths

    x = features(trace, node.name)
    rows, columns, channels = x.shape
    found: dict[str, Any] = {
        "name": node.name,
        "kind": node.kind,
        "stage": node.stage,
        "skip": node.skip,
        "shape": list(trace[node.name].shape),
        "rows": rows,
        "columns": columns,
        "channels": channels,
    }
    if view == "components":
        made = components(x)
        return found | {"map": made.places, "shares": made.shares}
    drawn = lengths(x) if view == "length" else np.ascontiguousarray(x[..., min(channel, channels - 1)])
    return found | {"map": drawn}
