"""How much memory one run needs above the weights: how far the resident memory of a fresh process rises.

Only Linux with glibc can tell it.
"""

from __future__ import annotations

import ctypes
import gc
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import torch

from benchmarks.rivals import BUILDERS, CASES, VARIANTS

STATUS = Path("/proc/self/status")
CLEAR_REFS = Path("/proc/self/clear_refs")
RESET_PEAK = "5"
M_MMAP_THRESHOLD = -3
SMALLEST_MAPPING = 64 * 1024

LIBC = ctypes.CDLL(None)
CAN_GIVE_BACK = hasattr(LIBC, "malloc_trim")

Measure = Callable[[str, str], int | None]


def give_back() -> None:
    """Return all freed memory to the system; the next run has to ask for it again, page by page."""
    LIBC.malloc_trim(0)


@contextmanager
def fresh_processes(threads: int) -> Iterator[Measure]:
    """Yield ``peak_growth`` run in a process of its own each time, forked from one that has only imported."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as pool:
        yield lambda case, variant: pool.submit(peak_growth, case, variant, threads).result()


def peak_growth(case_name: str, variant_name: str, threads: int) -> int | None:
    """Bytes by which resident memory peaks above where it stood before the run; None where it cannot be told.

    A plain run of the same model goes before, so that what torch sets up once is not counted. Every large tensor is a
    mapping of its own, given back when it is freed, so that the peak is that of tensors alive and not of a heap.
    """
    if not (CAN_GIVE_BACK and CLEAR_REFS.exists()):
        return None
    torch.set_num_threads(threads)
    case, variant = CASES[case_name], VARIANTS[variant_name]
    image, model = case.image(), BUILDERS[variant.library](case)
    LIBC.mallopt(M_MMAP_THRESHOLD, SMALLEST_MAPPING)
    with torch.no_grad():
        model(image)
        gc.collect()
        give_back()
        before = _resident("VmRSS")
        CLEAR_REFS.write_text(RESET_PEAK)
        result = variant.run(model, image)
        peak = _resident("VmHWM")
        del result  # it lived until the peak was read
    return peak - before


def _resident(field: str) -> int:
    """VmRSS, resident now, or VmHWM, the most since the last reset; bytes."""
    match = re.search(rf"^{field}:\s+(\d+) kB$", STATUS.read_text(), re.MULTILINE)
    assert match is not None
    return int(match[1]) * 1024
