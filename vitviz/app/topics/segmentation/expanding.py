"""Section of the segmentation page: patch expanding as numbers that change their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vitviz.app.topics.segmentation.run import PageRun, network, option


def opened(run: PageRun, options: Mapping[str, str]) -> dict[str, Any]:
    """One expanding of this run: the numbers of every token before and after they move."""
    from vitviz.analysis.segmentation.expanding import open_step, steps
    from vitviz.analysis.segmentation.nodes import components

    listed = steps(network().config)
    number = option(options, "step", len(listed) - 1)
    found = open_step(run.trace, listed[number])
    rows, columns, channels = found.source.shape
    return {
        "steps": [{"name": step.name, "factor": step.factor} for step in listed],
        "step": number,
        "rows": rows,
        "columns": columns,
        "channels": channels,
        "factor": listed[number].factor,
        "components": components(found.source).places,
        "product": found.product,
        "spread": found.spread,
        "gap": found.gap,
    }
