"""The fixtures of the segmentation page: where numbers land, and what a shifted window's tokens may look at."""

from __future__ import annotations

import numpy as np

from tests.web.fixtures import check, plain
from vitviz.analysis.segmentation.expanding import destinations, landing
from vitviz.analysis.swin_shift.geometry import ShiftGeometry
from vitviz.models.windows import attention_mask, token_map, window_grid


def test_the_fixture_of_landings_is_current() -> None:
    cases = []
    for rows, columns, factor, channels in ((2, 3, 2, 5), (1, 2, 4, 3)):
        width = factor**2 * channels
        cases.append(
            {
                "columns": columns,
                "factor": factor,
                "channels": channels,
                "destinations": plain(destinations(rows, columns, factor)),
                "landings": [[index, *landing(index, factor, channels)] for index in range(width)],
            }
        )
    check("segmentation/landings.json", cases)


def test_the_fixture_of_windows_is_current() -> None:
    grid = window_grid(8, 8, 4, 2)
    geometry = ShiftGeometry(grid)
    mask = attention_mask(grid)
    assert mask is not None
    allowed = np.zeros((64, 64), dtype=int)  # [query, key]: 0 another window, 1 may be looked at, 2 cut off
    for window, tokens in enumerate(token_map(grid).tolist()):
        for place, query in enumerate(tokens):
            allowed[query, tokens] = np.where(mask[window, place] < 0, 2, 1)
    check(
        "segmentation/windows.json",
        {
            "tokens": plain(geometry.tokens),
            "regions": plain(geometry.regions),
            "window": 4,
            "allowed": plain(allowed),
        },
    )
