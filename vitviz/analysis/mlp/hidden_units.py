"""The hidden units of one MLP for one token, and one unit with the numbers that it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.mlp.activations import ACTIVATIONS, normal_cdf
from vitviz.analysis.mlp.sparsity import NEAR, sparsity
from vitviz.models.layers import Mlp
from vitviz.tracing.arrays import to_numpy, wide
from vitviz.tracing.blocks import BlockTrace

# What is compared with the model's own nonlinearity.
COMPARED = ("gelu", "gelu_tanh", "relu")


@dataclass(frozen=True)
class HiddenUnits:
    """All hidden units (M,) of one token, before (``pre``) and after (``post``) the nonlinearity, as torch has them."""

    pre: NDArray[np.float32]
    post: NDArray[np.float32]

    @property
    def largest(self) -> int:
        """The unit with the highest value after the nonlinearity."""
        return int(self.post.argmax())

    @property
    def negative(self) -> float:
        """Share of the units that are below 0 before the nonlinearity."""
        return float(sparsity(self.pre[None], self.post[None]).negative[0])

    @property
    def near_zero(self) -> float:
        """Share of the units that are nearer to 0 than ``limit`` after it."""
        return float(sparsity(self.pre[None], self.post[None]).near_zero[0])

    @property
    def limit(self) -> float:
        """Below which size a unit counts as near 0."""
        return NEAR * float(np.abs(self.post).max())


class NonlinearityCheck(NamedTuple):
    """What one nonlinearity makes of a unit, in float64; ``computed`` is torch's value where the model has that one."""

    name: str
    value: float
    computed: float | None


class HiddenUnit(NamedTuple):
    """One unit in float64: h = sum(inputs * weights) + bias; inputs, weights and products are (D,) each.

    ``below`` is Phi(h), the share of a normal distribution below h, with which GELU multiplies.
    """

    inputs: NDArray[np.float64]
    weights: NDArray[np.float64]
    products: NDArray[np.float64]
    bias: float
    h: float
    below: float
    checks: tuple[NonlinearityCheck, ...]


def hidden_units(block: BlockTrace, token: int) -> HiddenUnits:
    """The hidden units of a block's MLP for one of its tokens."""
    pre, post = (to_numpy(block[name].flatten(0, -2)[token]) for name in ("mlp_pre", "mlp_post"))  # (M,) each
    return HiddenUnits(pre, post)


def open_unit(block: BlockTrace, token: int, unit: int) -> HiddenUnit:
    """The dot product that makes one unit, and what each nonlinearity makes of it."""
    mlp = cast(Mlp, block.module.mlp)
    norm_behind = f"{block.name}.mlp_before_norm" in block.trace
    reads = "resid_mid" if norm_behind else "ln2.out"
    inputs = wide(block[reads].flatten(0, -2)[token]).numpy()  # (D,)
    weights, bias = wide(mlp.fc1.weight[unit]).numpy(), float(mlp.fc1.bias[unit])
    products = inputs * weights
    h = float(products.sum() + bias)
    computed = block["mlp_post"].flatten(0, -2)[token, unit].item()
    own = block.trace.config.activation
    checks = tuple(
        NonlinearityCheck(name, float(ACTIVATIONS[name](np.array([h]))[0]), computed if name == own else None)
        for name in dict.fromkeys([own, *COMPARED])
    )
    return HiddenUnit(inputs, weights, products, bias, h, float(normal_cdf(np.array([h]))[0]), checks)
