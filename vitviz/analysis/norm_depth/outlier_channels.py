"""Channels of the residual stream that are far larger than the rest (Dettmers et al. 2022, arXiv 2208.07339).

They call a channel an outlier from a fixed magnitude of 6 on, read off language models. Here it is a multiple of the
median channel, so that it means the same for every model and layer, as in ``large_norms``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TIMES_MEDIAN_CHANNEL = 3.0


class OutlierChannels(NamedTuple):
    """Channels above the threshold, largest first; every channel's root mean square (D,); the median of those."""

    channels: tuple[int, ...]
    rms: NDArray[np.float64]
    median: float

    @property
    def largest(self) -> int:
        """The channel with the largest root mean square."""
        return int(self.rms.argmax())


def outlier_channels(x: NDArray[np.floating]) -> OutlierChannels:
    """Find the channels whose root mean square over the tokens of ``x`` (N, D) is above the multiple of the median."""
    rms = np.sqrt(np.square(x.astype(np.float64)).mean(axis=0))  # (D,)
    median = float(np.median(rms))
    order = np.argsort(-rms, kind="stable")
    above = tuple(int(c) for c in order if rms[c] > TIMES_MEDIAN_CHANNEL * median)
    return OutlierChannels(above, rms, median)
