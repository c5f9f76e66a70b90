"""What the server keeps, for everybody together within one budget, and the queue in front of its cores."""

from __future__ import annotations

import dataclasses
import gc
import os
import sys
from typing import Any

import numpy as np

from vitviz.app.limits import limits
from vitviz.memory import Memory
from vitviz.turns import Turns

MOST_LOOKED_AT = 20_000  # objects, of one that is made of many

memory = Memory(lambda: limits().memory_bytes)
turns = Turns(os.cpu_count() or 1)


def collect() -> None:
    """Have Python end what ``memory`` let go: a trace and its blocks hold each other, so that a collection has to.

    Streamlit does not collect after every run (see .streamlit/config.toml), as that takes longer than most answers.
    """
    if memory.in_use:
        gc.collect()


def collect_everything() -> None:
    """Collect among all objects; those that are left, torch's above all, later collections need not look at.

    While somebody is there this would hide what is theirs from later collections.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def size_of(value: object, without: object = None) -> int:
    """About how many bytes something takes: arrays, tensors, pictures and texts in it, memory that is shared once.

    ``without`` is counted elsewhere.
    """
    seen = {id(without)}
    waiting, total = [value], 0
    while waiting and len(seen) < MOST_LOOKED_AT:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, bytes | bytearray | str | int | float):
            total += sys.getsizeof(each)
        elif isinstance(each, dict):
            waiting.extend(each.keys())
            waiting.extend(each.values())
        elif isinstance(each, list | tuple | set | frozenset):
            waiting.extend(each)
        elif dataclasses.is_dataclass(each) and not isinstance(each, type):
            waiting.extend(vars(each).values() if hasattr(each, "__dict__") else ())
        else:
            total += _block(each, seen)
    return total


def _block(each: Any, seen: set[int]) -> int:
    """Bytes of one object with a block of memory, which others may look at too."""
    if hasattr(each, "untyped_storage"):
        storage = each.untyped_storage()
        place, size = storage.data_ptr(), storage.nbytes()
    elif isinstance(each, np.ndarray):
        while isinstance(each.base, np.ndarray):  # a view is of the array that it looks at
            each = each.base
        place, size = each.__array_interface__["data"][0], each.nbytes
    elif hasattr(each, "getbands"):
        place, size = -id(each), each.width * each.height * len(each.getbands())
    else:
        return sys.getsizeof(each)
    if place in seen:
        return 0
    seen.add(place)
    return int(size)
