"""How every benchmark reports: tables for people, then one line of JSON for programs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a title and aligned columns: the first to the left, as it holds names, the rest to the right."""
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    print(f"\n{title}")
    for row in (columns, ["-" * width for width in widths], *rows):
        name, *figures = (
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join((name, *figures)).rstrip(), flush=True)


def print_json(figures: Mapping[str, Any]) -> None:
    """Print all figures as the last line; floats keep four digits after the point."""
    print(f"\n{json.dumps(_rounded(figures))}", flush=True)


def machine(*packages: str) -> dict[str, Any]:
    """What the figures depend on: cores, Python, and the versions of ``packages``."""
    return {
        "cores": os.cpu_count(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
    }


def mib(size: float) -> str:
    """Bytes in MiB, with one digit after the point."""
    return f"{size / 2**20:,.1f}"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {key: _rounded(inner) for key, inner in value.items()}
    return [_rounded(inner) for inner in value] if isinstance(value, list | tuple) else value
