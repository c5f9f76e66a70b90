"""The sample pictures in ``assets/pictures``: where each comes from, whom to thank, and what it is good to look at."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from vitviz.assets import shipped

FOLDER = shipped("assets/pictures")

# Of every licence that a sample may have: its text or its notice in assets/licences.
LICENCES = {
    "BSD-3-Clause": "BSD-3-Clause.JPEG-XL.txt",
    "CC BY 4.0": "pictures.md",
    "CC0 1.0": "CC0-1.0.txt",
    "MIT": "MIT.Fashion-MNIST.txt",
    "public domain": "pictures.md",
}
LINKS = {"CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/"}


@dataclass(frozen=True)
class Sample:
    """One sample picture; ``credit`` is to be shown with it.

    Attributes:
        author: who made the picture, as its package says.
        licence: of this very picture; a key of ``LICENCES``.
        package: where it was published, by the registry's name and the package's.
        version: the package's.
        path_in_package: the file inside the package.
        good_for: what there is to see in it.
        shows: the class of everyday20 that it shows; empty where that is none of them.
        changed: what was done to the package's file; empty where its bytes are unchanged.
    """

    file: str
    title: str
    title_zh: str
    author: str
    licence: str
    package: str
    version: str
    path_in_package: str
    good_for: str
    good_for_zh: str
    shows: str = ""
    changed: str = ""

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return FOLDER / self.file

    @property
    def credit(self) -> str:
        """Author, licence, source and what was changed, in one line of Markdown."""
        link = LINKS.get(self.licence)
        licence = f"[{self.licence}]({link})" if link else self.licence
        changed = f", {self.changed}" if self.changed else ""
        return f"{self.author}, {licence}, via {self.package}{changed}"


LIST = "pictures.json"


def read_samples(folder: Path) -> tuple[Sample, ...]:
    """The samples of a folder's list; none where the list is missing or broken, as other pictures work without it."""
    try:
        return tuple(Sample(**row) for row in json.loads((folder / LIST).read_text(encoding="utf-8")))
    except (OSError, TypeError, ValueError):
        return ()


SAMPLES = read_samples(FOLDER)
