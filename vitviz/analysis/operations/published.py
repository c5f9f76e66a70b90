"""Cycles as they are published for three processors, to stand beside what was measured.

They are the scheduling models of LLVM, with which its compiler plans the order of instructions for these processors
(llvm/lib/Target/X86/X86SchedSkylakeClient.td, X86ScheduleZnver3.td, AArch64/AArch64SchedNeoverseN1.td): scalar float32.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """Cycles from operands to result, and between two that do not wait for one another."""

    latency: float
    throughput: float


SOURCE = "https://github.com/llvm/llvm-project/tree/main/llvm/lib/Target"
PROCESSORS: dict[str, dict[str, Published]] = {
    "Intel Skylake": {
        "add": Published(4, 0.5),
        "multiply": Published(4, 0.5),
        "multiply_add": Published(4, 0.5),
        "divide": Published(11, 3),
        "root": Published(12, 3),
    },
    "AMD Zen 3": {
        "add": Published(3, 0.5),
        "multiply": Published(3, 0.5),
        "multiply_add": Published(4, 0.5),
        "divide": Published(11, 3),
        "root": Published(15, 5),
    },
    "Arm Neoverse N1": {
        "add": Published(2, 0.5),
        "multiply": Published(3, 0.5),
        "multiply_add": Published(4, 0.5),
        "divide": Published(10, 7),
        "root": Published(10, 7),
    },
}
"""By processor and by name of the operation. An exponential is no instruction: no processor has figures for it."""
