"""One matrix product, c = a b, computed in nine ways. They differ in who runs which loop, and in what order.

All take a (n, m) and b (m, p) and return c (n, p). The first two take nested Python lists, the others float32 arrays,
the last two torch tensors.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Rows = list[list[float]]
Array = NDArray[np.float32]
TILE = 128  # numbers a side; one tile takes 64 KiB


def ijk(a: Rows, b: Rows) -> Rows:
    """Row, column, then the sum: the formula as it stands in books."""
    n, m, p = len(a), len(b), len(b[0])
    c = [[0.0] * p for _ in range(n)]
    for i in range(n):
        for j in range(p):
            for k in range(m):
                c[i][j] += a[i][k] * b[k][j]
    return c


def ikj(a: Rows, b: Rows) -> Rows:
    """The same line; the two inner loops have changed places."""
    n, m, p = len(a), len(b), len(b[0])
    c = [[0.0] * p for _ in range(n)]
    for i in range(n):
        for k in range(m):
            for j in range(p):
                c[i][j] += a[i][k] * b[k][j]
    return c


def dots(a: Array, b: Array) -> Array:
    """Order ijk; the loop over k is one numpy call, down a column of b."""
    c = np.empty((len(a), b.shape[1]), np.float32)
    for i in range(len(a)):
        for j in range(b.shape[1]):
            c[i, j] = a[i] @ b[:, j]
    return c


def rows(a: Array, b: Array) -> Array:
    """Order ikj; the loop over j is one numpy call, along a row of b and of c."""
    c = np.zeros((len(a), b.shape[1]), np.float32)
    for i in range(len(a)):
        for k in range(len(b)):
            c[i] += a[i, k] * b[k]
    return c


def blocked(a: Array, b: Array, tile: int = TILE) -> Array:
    """One tile of c at a time: a column of a times a row of b, tile x tile products a call."""
    c = np.zeros((len(a), b.shape[1]), np.float32)
    for i in range(0, len(a), tile):
        for j in range(0, b.shape[1], tile):
            block = c[i : i + tile, j : j + tile]
            for k in range(len(b)):
                block += a[i : i + tile, k, None] * b[k, j : j + tile]
    return c


def compiled(a: Array, b: Array) -> Array:
    """All three loops in numpy's C code; optimize=False keeps it from handing over to BLAS."""
    return np.einsum("ik,kj->ij", a, b, optimize=False)


def threads(a: Array, b: Array) -> Array:
    """The same compiled loops, a strip of a's rows for each core."""
    strips = np.array_split(a, os.cpu_count() or 1)
    with ThreadPoolExecutor(len(strips)) as pool:
        return np.concatenate(list(pool.map(lambda strip: compiled(strip, b), strips)))


def blas_one(a: Tensor, b: Tensor) -> Tensor:
    """The library's product, kept to one thread."""
    torch.set_num_threads(1)
    return a @ b


def blas_all(a: Tensor, b: Tensor) -> Tensor:
    """The library's product on every core."""
    torch.set_num_threads(os.cpu_count() or 1)
    c = a @ b
    torch.set_num_threads(1)
    return c


VARIANTS = {f.__name__: f for f in (ijk, ikj, dots, rows, blocked, compiled, threads, blas_one, blas_all)}
"""Every variant by its name, from the slowest to the fastest."""
ON_LISTS = frozenset({"ijk", "ikj"})
ON_TENSORS = frozenset({"blas_one", "blas_all"})


def operands(name: str, a: Array, b: Array) -> tuple[object, object]:
    """a and b as variant ``name`` takes them; the numbers are the same."""
    if name in ON_LISTS:
        return a.tolist(), b.tolist()
    if name in ON_TENSORS:
        return torch.from_numpy(a), torch.from_numpy(b)
    return a, b
