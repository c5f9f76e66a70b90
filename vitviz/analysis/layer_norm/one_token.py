"""One token on its way through one layer norm of a run: what was recorded, and the same step by step in float64."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from vitviz.analysis.layer_norm.steps import NormSteps, normalise
from vitviz.tracing.arrays import to_numpy
from vitviz.tracing.norms import NormSite, norm_sites
from vitviz.tracing.trace import Trace

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class NormedToken:
    """A token before, normalised and after, with the weights of the layer norm; (D,) each, as the run has them."""

    x: Vector
    normalized: Vector
    out: Vector
    gamma: Vector
    beta: Vector
    eps: float
    steps: NormSteps

    def gap(self, channel: int) -> float:
        """|difference| between the steps in float64 and what torch computed, at one channel."""
        return abs(float(self.steps.out[channel]) - float(self.out[channel]))


def normed_token(trace: Trace, name: str, token: int) -> NormedToken:
    """Token number ``token`` at the layer norm called ``name``."""
    site = _site(trace, name)
    gamma, beta = to_numpy(site.module.weight), to_numpy(site.module.bias)
    x, normalized, out = (
        to_numpy(_tokens(trace[key])[token]) for key in (site.input_name, f"{name}.normalized", f"{name}.out")
    )
    steps = normalise(x, gamma, beta, site.module.eps)
    return NormedToken(x, normalized, out, gamma, beta, site.module.eps, steps)


def fused_gap(trace: Trace, name: str) -> float:
    """Largest |difference| between the recorded layer norm and torch's own kernel, over all tokens and channels."""
    site = _site(trace, name)
    norm = site.module
    fused = F.layer_norm(trace[site.input_name], norm.normalized_shape, norm.weight, norm.bias, norm.eps)
    return float((fused - trace[f"{name}.out"]).detach().abs().max())


def _site(trace: Trace, name: str) -> NormSite:
    return next(site for site in norm_sites(trace) if site.name == name)


def _tokens(x: Tensor) -> Tensor:
    """(1, ..., D) -> (N, D)."""
    return x.flatten(0, -2)
