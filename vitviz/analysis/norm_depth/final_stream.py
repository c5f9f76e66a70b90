"""Tokens and channels that stand out in the residual stream before the final layer norm."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.layer_norm.large_norms import LargeNorms, large_norms
from vitviz.analysis.norm_depth.outlier_channels import OutlierChannels, outlier_channels
from vitviz.tracing.arrays import to_numpy
from vitviz.tracing.guards import one_picture
from vitviz.tracing.trace import Trace


class FinalStream(NamedTuple):
    """The last block's output: its name, values (N, D), norms (N,), and what stands out among tokens and channels."""

    name: str
    x: NDArray[np.float32]
    norm: NDArray[np.floating]
    large: LargeNorms
    channels: OutlierChannels


def final_stream(trace: Trace) -> FinalStream:
    """Measure the stream as the final layer norm receives it (a model that pools first gets the mean of it)."""
    one_picture(trace)
    name = f"{trace.structure.steps()[-1][0]}.resid_post"
    x = to_numpy(trace[name].flatten(0, -2)).copy()  # (N, D)
    norm = np.linalg.norm(x, axis=-1)
    return FinalStream(name, x, norm, large_norms(norm), outlier_channels(x))
