"""The sample pictures in ``assets/pictures`` and whom to thank for them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from vitviz.assets import shipped

FOLDER = shipped("assets/pictures")


@dataclass(frozen=True)
class Sample:
    """One sample picture; ``credit`` is to be shown with it.

    ``shows`` is the class of everyday20 that it shows; it is empty where that is none of them.
    """

    file: str
    title: str
    title_zh: str
    credit: str
    shows: str = ""

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return FOLDER / self.file


def _read() -> tuple[Sample, ...]:
    rows = json.loads((FOLDER / "pictures.json").read_text(encoding="utf-8"))
    return tuple(Sample(**row) for row in rows)


SAMPLES = _read()
