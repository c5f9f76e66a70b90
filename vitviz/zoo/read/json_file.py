"""JSON files of strangers. Imports no torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from vitviz.zoo.errors import CheckpointError

LARGEST = 64 << 20


def read_json(path: Path) -> dict[str, Any]:
    """The table in a JSON file.

    Raises:
        CheckpointError: where the file is missing, too large, or no table.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise CheckpointError(
                "broken_file", file=path.name, reason="it is far too long for a configuration"
            )
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise CheckpointError("no_such_file", file=path.name) from error
    except OSError as error:
        raise CheckpointError("unreadable", file=path.name) from error
    except (ValueError, RecursionError) as error:
        raise CheckpointError("broken_file", file=path.name, reason="it is not JSON") from error
    if not isinstance(found, dict):
        raise CheckpointError("broken_file", file=path.name, reason="it is not a table of names and values")
    return found
