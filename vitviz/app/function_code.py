"""The source of a function that is measured, as a page shows it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


def code_of(function: Callable[..., Any]) -> str:
    """The source without its docstring, whose sentence stands beside it in the person's language."""
    lines = inspect.getsource(function).rstrip().splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith('"""'))
