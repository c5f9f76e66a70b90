"""What the node tests read: JSON that Python computed, beside the tests, and checked to be what Python computes now.

``VITVIZ_WRITE_FIXTURES=1 pytest -m 'not browser' -k fixture`` writes the files anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent
WRITE = "VITVIZ_WRITE_FIXTURES"


def check(name: str, value: Any) -> None:
    """Fail unless the fixture ``name`` (``topic/name.json``, under this folder) holds ``value``."""
    path = FOLDER / name
    text = json.dumps(value, separators=(",", ":"), allow_nan=False) + "\n"
    if os.environ.get(WRITE):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"{name} is missing: {__doc__}"
    assert path.read_text(encoding="utf-8") == text, f"{name} is not what Python computes now: {__doc__}"


def plain(value: Any) -> Any:
    """``value`` with its arrays as lists, row by row as the browser has them."""
    if isinstance(value, np.ndarray):
        return value.ravel().tolist()
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value
