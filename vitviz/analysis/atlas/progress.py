"""How far an atlas is: the sums of all shards that are finished, on disk after each one, so that none runs twice."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.atlas.files import open_arrays, save_arrays
from vitviz.analysis.atlas.partial import Partial, from_arrays, merge, to_arrays
from vitviz.analysis.atlas.shards import Plan, Shard, ShardResult

FILE = "progress.npz"
CHANGED = {
    "pictures": "of other pictures, or the folder has changed since",
    "model": "of another model, or of other weights or preprocessing",
    "batch": "with another --batch",
    "top": "with another --top",
    "threads": "with another --threads",
}


@dataclass
class Progress:
    """Of one atlas in the folder ``out``; merging is exact, so the order in which shards finish makes no difference."""

    plan: Plan
    out: Path
    partial: Partial | None = None
    done: set[int] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def waiting(self) -> list[Shard]:
        """The shards that have not run."""
        return [shard for shard in self.plan.shards if shard.number not in self.done]

    def add(self, result: ShardResult) -> None:
        """Merge a shard, and write everything so that it is never run again.

        Raises:
            OSError: if it cannot be written.
        """
        if result.partial is not None:
            self.partial = merge([part for part in (self.partial, result.partial) if part is not None])
        self.done.add(result.number)
        self.refused |= dict(result.refused)
        self._save()

    def _save(self) -> None:
        about = {"plan": self.plan.key, "done": sorted(self.done), "refused": self.refused}
        arrays: dict[str, NDArray[Any]] = {} if self.partial is None else to_arrays(self.partial)
        text = np.frombuffer(json.dumps(about).encode(), np.uint8)
        save_arrays(self.out / FILE, arrays | {"about": text})


def load_progress(plan: Plan, out: Path, *, restart: bool = False) -> Progress:
    """What ``out`` has of this plan; nothing is there at first, and with ``restart``.

    Raises:
        ValueError: if what is there is another plan's; the sentence says what is different.
        OSError: if it cannot be read.
    """
    path = out / FILE
    if restart or not path.exists():
        return Progress(plan, out)
    arrays = open_arrays(path)
    about = json.loads(arrays.pop("about").tobytes().decode())
    for what, value in plan.key.items():
        if about["plan"].get(what) != value:
            raise ValueError(
                f"{out} has an atlas {CHANGED[what]}: give another --out, or --restart to begin it anew"
            )
    partial = from_arrays(arrays) if arrays else None
    return Progress(plan, out, partial, set(about["done"]), dict(about["refused"]))
