"""What a person types as a small array, read safely, and five numpy functions tried on it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

LONGEST_TEXT = 300
MOST_NUMBERS = 64
MOST_RESULT = 256
MOST_AXES = 3
LARGEST = 10_000
LIKE_A_LIST = frozenset({"no_list", "ragged", "axes", "count"})  # reasons that speak of lists

Whole = NDArray[np.int64]


class NotUnderstoodError(ValueError):
    """Why a text is no array that can be tried: ``why`` is a key of the sentences, ``values`` fill their places."""

    def __init__(self, why: str, **values: object) -> None:
        super().__init__(why)
        self.why = why
        self.values = values


def read_array(text: str) -> Whole:
    """Whole numbers in brackets, ``[0, 1]`` or ``[[1, 2], [3, 4]]``, or one number: an array of 0 to 3 axes.

    Raises:
        NotUnderstoodError: anything else.
    """
    if len(text) > LONGEST_TEXT:
        raise NotUnderstoodError("long", most=LONGEST_TEXT)
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise NotUnderstoodError("no_list") from None
    _check(value)
    try:
        array = np.array(value, dtype=np.int64)
    except ValueError:
        raise NotUnderstoodError("ragged") from None
    if array.ndim > MOST_AXES:
        raise NotUnderstoodError("axes", most=MOST_AXES)
    if not 0 < array.size <= MOST_NUMBERS:
        raise NotUnderstoodError("count", most=MOST_NUMBERS)
    return array


def read_number(text: str) -> int:
    """One whole number.

    Raises:
        NotUnderstoodError: anything else.
    """
    try:
        array = read_array(text)
    except NotUnderstoodError as error:
        # A list would not help here.
        raise NotUnderstoodError("one_number") if error.why in LIKE_A_LIST else error from None
    if array.ndim:
        raise NotUnderstoodError("one_number")
    return int(array)


def _check(value: Any) -> None:
    """Whole numbers of a sensible size, in lists or tuples, and nothing else."""
    if isinstance(value, (list, tuple)):
        for item in value:
            _check(item)
    elif not isinstance(value, int) or isinstance(value, bool):
        raise NotUnderstoodError("whole")
    elif abs(value) > LARGEST:
        raise NotUnderstoodError("large", most=LARGEST)


def _small(size: int) -> None:
    if size > MOST_RESULT:
        raise NotUnderstoodError("result", most=MOST_RESULT)


def try_arange(start: str, stop: str, step: str) -> Whole:
    """``np.arange(start, stop, step)``."""
    first, last, by = (read_number(text) for text in (start, stop, step))
    if by == 0:
        raise NotUnderstoodError("step")
    _small(len(range(first, last, by)))
    return np.arange(first, last, by)


def try_repeat(array: str, times: str) -> Whole:
    """``np.repeat(a, times)``: every number so often, one after the other; the axes are flattened."""
    values, count = read_array(array), read_number(times)
    if count < 0:
        raise NotUnderstoodError("negative")
    _small(values.size * count)
    return np.repeat(values, count)


def try_tile(array: str, times: str) -> Whole:
    """``np.tile(a, times)``: the whole array so often; ``times`` may be one number or one for each axis."""
    values, counts = read_array(array), np.atleast_1d(read_array(times))
    if counts.ndim > 1 or counts.size > MOST_AXES:
        raise NotUnderstoodError("times")
    if counts.min() < 0:
        raise NotUnderstoodError("negative")
    _small(values.size * int(np.prod(counts)))
    return np.tile(values, tuple(counts.tolist()))


def try_pad(array: str, width: str) -> Whole:
    """``np.pad(a, width)``: so many zeros around, on every side of every axis."""
    values, around = read_array(array), read_number(width)
    if around < 0:
        raise NotUnderstoodError("negative")
    if values.ndim == 0:
        raise NotUnderstoodError("needs_axis")
    _small(int(np.prod([n + 2 * around for n in values.shape])))
    return np.pad(values, around)


def try_index(array: str, rows: str, columns: str) -> Whole:
    """``x[i, j]`` with whole-number arrays i and j, which numpy first stretches to one common shape."""
    values, i, j = (read_array(text) for text in (array, rows, columns))
    if values.ndim != 2:
        raise NotUnderstoodError("two_axes")
    try:
        shape = np.broadcast_shapes(i.shape, j.shape)
    except ValueError:
        raise NotUnderstoodError("broadcast", i=i.shape, j=j.shape) from None
    _small(int(np.prod(shape)))
    try:
        return np.asarray(values[i, j])
    except IndexError:
        raise NotUnderstoodError("outside", shape=values.shape) from None


FUNCTIONS: dict[str, tuple[Callable[..., Whole], dict[str, str]]] = {
    "arange": (try_arange, {"start": "0", "stop": "2", "step": "1"}),
    "repeat": (try_repeat, {"a": "[0, 1]", "repeats": "2"}),
    "tile": (try_tile, {"a": "[0, 1]", "reps": "2"}),
    "pad": (try_pad, {"a": "[[1, 2], [3, 4]]", "width": "1"}),
    "index": (try_index, {"x": "[[1, 2, 3], [4, 5, 6]]", "i": "[[0], [1]]", "j": "[1, 2]"}),
}
"""Each function with its arguments and what they are at first: the pieces of ``im2col`` for a kernel of 2."""
