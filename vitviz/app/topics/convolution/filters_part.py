"""Filters that read RGB pixels, as small RGB pictures on one scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vitviz.app.component import component
from vitviz.app.words import section


def filters(
    key: str,
    values: NDArray[np.floating],
    labels: Sequence[str],
    high: float,
    *,
    width: int,
) -> None:
    """Show ``values`` (count, 3, P, P): grey is 0, and ``high`` away from it a channel is full or empty.

    ``width`` is a picture's side in CSS pixels.
    """
    mount = component("app/topics/convolution/filters_part.js")
    data = {
        "values": np.asarray(values, np.float32),
        "side": values.shape[-1],
        "labels": list(labels),
        "high": high,
        "width": width,
        "words": section("convolution.filters"),
    }
    mount(key=key, data=data)
