"""What one layer of each family costs in multiply-adds and bytes, as counted from the matrix products that run.

Letters: n tokens, D channels, M units of the MLP, H heads. The softmax, norms and biases are left out. A decoder that
runs on a whole row multiplies the pairs that its mask forbids as well: they are half of n² only for code that skips
them.
"""

from __future__ import annotations

from typing import NamedTuple

BYTES = 4  # of a float32


class Products(NamedTuple):
    """Multiply-adds: ``linear`` of matrices with weights, ``pairs`` of queries with keys and of weights with values."""

    linear: int
    pairs: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.linear + self.pairs


def whole_layer(tokens: int, dim: int, mlp_dim: int) -> Products:
    """A layer of an encoder, or of a decoder without a cache: every token with every token."""
    return Products(tokens * (4 * dim**2 + 2 * dim * mlp_dim), 2 * tokens**2 * dim)


def cached_step(tokens: int, dim: int, mlp_dim: int) -> Products:
    """A layer of a decoder for one more token, the last of ``tokens``, whose others' keys and values are kept."""
    return Products(4 * dim**2 + 2 * dim * mlp_dim, 2 * tokens * dim)


def cross_attention(queries: int, keys: int, dim: int) -> Products:
    """A decoder's look at the memory: ``keys`` tokens become keys and values, ``queries`` look at them."""
    return Products(2 * queries * dim**2 + 2 * keys * dim**2, 2 * queries * keys * dim)


def gru_step(dim: int) -> Products:
    """A gated recurrent unit for one more token: three matrices for it and three for the state, and no pairs."""
    return Products(6 * dim**2, 0)


def pattern_bytes(queries: int, keys: int, heads: int) -> int:
    """The weights of one attention of all heads, where they are made as a whole."""
    return BYTES * heads * queries * keys


def cache_bytes(tokens: int, dim: int) -> int:
    """The keys and values of one layer."""
    return BYTES * 2 * tokens * dim
