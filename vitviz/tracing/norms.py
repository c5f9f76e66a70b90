"""Every layer norm of a model that ran: where it stands, what it starts from, and what each token's numbers were."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vitviz.models.config import SwinConfig, ViTConfig
from vitviz.models.layers import LayerNorm
from vitviz.once import once
from vitviz.tracing.arrays import to_numpy
from vitviz.tracing.guards import one_picture

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace

# The module that a layer norm's name belongs to, seen from its step or from the network.
IN_STEP = {
    "ln1": "norm1",
    "ln2": "norm2",
    "ln3": "norm3",
    "ln": "norm",
    "ln_before": "norm_before",
    "ln_attn": "attn.norm",
    "ln_mlp": "mlp.norm",
}
IN_NETWORK = {
    "ln_pre": "norm_pre",
    "ln_embed": "patch_embed.norm",
    "ln_final": "norm",
    "ln_up": "norm_up",
    "ln_last": "norm_last",
    "ln_words": "norm_words",
    "ln_mlm": "norm_mlm",
}
INPUTS = {
    "ln1": "resid_pre",
    "ln2": "resid_mid",
    "ln": "gathered",
    "ln_attn": "z_merged",
    "ln_mlp": "mlp_post",
    "ln_pre": "full_embed",
    "ln_embed": "embed",
    "ln_before": "resid_pre",
    "ln_last": "expand_last",
    "ln_words": "summed_embed",
    "ln_mlm": "mlm.hidden",
}
# Where a norm stands behind what it follows, as in a Swin v2 or an expanding, this is what it normalises.
BEFORE = {"ln1": ("attn_before_norm",), "ln2": ("mlp_before_norm",), "ln": ("reduced", "expanded")}
# Where a block adds first and then normalises the sum (DETR).
OF_SUMS = {"ln1": ("resid_mid",), "ln2": ("resid_mid_cross", "resid_post"), "ln3": ("resid_post",)}


@dataclass(frozen=True)
class NormSite:
    """One layer norm. ``name`` is what its tensors' names begin with: ``blocks.3.ln1``."""

    name: str
    input_name: str
    module: LayerNorm


@dataclass(frozen=True)
class NormStatistics:
    """Numbers of every token at one layer norm, each (N,) with the prefix tokens first; ``grid`` is the rest's map.

    ``mean`` and ``scale`` are what the model computed; ``norm`` is the length of the vector that comes in.
    ``grid`` is None where the tokens were averaged before.
    """

    name: str
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    norm: NDArray[np.float32]
    eps: float
    grid: tuple[int, int] | None

    @once
    def variance(self) -> NDArray[np.float64]:
        """The biased variance, scale^2 - eps, (N,)."""
        variance = np.square(self.scale.astype(np.float64)) - self.eps
        return np.maximum(
            variance, 0.0
        )  # the scale is rounded to float32, so a variance of 0 may come out below


def norm_sites(trace: Trace) -> tuple[NormSite, ...]:
    """The layer norms of tokens, in the order in which they run; those of single heads' queries and keys are not."""
    one_picture(trace)
    names = [name.removesuffix(".scale") for name in trace.names() if name.endswith(".scale")]
    steps = dict(trace.network.steps())
    return tuple(_site(trace, name, steps) for name in names if _of_tokens(name, steps))


def _of_tokens(name: str, steps: dict[str, nn.Module]) -> bool:
    step, _, short = name.rpartition(".")
    return short in IN_STEP if step in steps else name in IN_NETWORK


def norm_statistics(trace: Trace) -> tuple[NormStatistics, ...]:
    """Mean, scale and norm of every token at every layer norm: each segment of the model runs again once."""
    sites = norm_sites(trace)
    found: dict[str, NormStatistics] = {}
    for segment in trace.segments:
        here = [site for site in sites if f"{site.name}.scale" in segment.names]
        wanted = {
            name for site in here for name in (f"{site.name}.mean", f"{site.name}.scale", site.input_name)
        }
        tensors = trace.record(segment, wanted.__contains__) if here else {}
        for site in here:
            x = tensors[site.input_name] if site.input_name in tensors else trace.kept[site.input_name]
            found[site.name] = NormStatistics(
                name=site.name,
                mean=_flat(tensors[f"{site.name}.mean"]),
                scale=_flat(tensors[f"{site.name}.scale"]),
                norm=_flat(torch.linalg.vector_norm(x, dim=-1, keepdim=True)),
                eps=site.module.eps,
                grid=_grid(trace, x),
            )
    return tuple(found[site.name] for site in sites)


def _site(trace: Trace, name: str, steps: dict[str, nn.Module]) -> NormSite:
    step, _, short = name.rpartition(".")
    if step:
        module = attrgetter(IN_STEP[short])(steps[step])
        sums = f"{step}.normalized_resid_post" in trace
        candidates = OF_SUMS[short] if sums else (*BEFORE.get(short, ()), INPUTS[short])
        input_name = next(f"{step}.{candidate}" for candidate in candidates if f"{step}.{candidate}" in trace)
        return NormSite(name, input_name, cast(LayerNorm, module))
    module = attrgetter(IN_NETWORK[short])(trace.network)
    return NormSite(
        name,
        _final_input(trace) if short in ("ln_final", "ln_up") else INPUTS[short],
        cast(LayerNorm, module),
    )


def _final_input(trace: Trace) -> str:
    config = trace.config
    if isinstance(config, ViTConfig) and config.norm_after_pool:
        return "pooled"
    return f"{trace.network.steps()[-1][0]}.resid_post"


def _grid(trace: Trace, x: Tensor) -> tuple[int, int] | None:
    if isinstance(trace.config, SwinConfig):
        return x.shape[1], x.shape[2]
    if x.ndim == 2 or not trace.of_pictures:  # pooled, (1, D), or a row of tokens
        return None
    return trace.patch_grid


def _flat(x: Tensor) -> NDArray[np.float32]:
    """(1, ..., 1) -> (N,)."""
    return to_numpy(x.flatten())
