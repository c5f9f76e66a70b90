"""Makes the gallery from the sample pictures and the models that come with vitviz: ``python docs/gallery/build.py``.

Each work is one HTML file. Nothing in it is drawn by hand: a test makes one again and compares every number.
"""

from __future__ import annotations

import base64
import io
import re
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import vitviz
from vitviz.samples import SAMPLES, Sample
from vitviz.tracing.trace import Trace
from vitviz.web.explorer.of_trace import Shown, opening_state
from vitviz.web.html_file.html_file import FileOptions, html_file
from vitviz.web.html_file.index import Listed, index_page
from vitviz.web.html_file.save import named
from vitviz.web.html_file.view_file import view_file
from vitviz.web.notebook.still import still
from vitviz.web.views.of_run import ATTENTION

FOLDER = Path(__file__).parent
WORDS = tomllib.loads((FOLDER / "words.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Work:
    """One file: its view, its runs (model, picture, edit), and what of them is kept; ``words.toml`` says what it says.

    ``beside`` are the heads of a second model's run.
    """

    name: str
    runs: Sequence[tuple[str, str, Any]]
    view: str = ATTENTION
    heads: Any = "all"
    beside: Any = "all"
    precision: int | None = None
    state: dict[str, Any] | None = None
    values: bool = False

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.name}.html"

    @property
    def title(self) -> dict[str, str]:
        """Its title in both languages."""
        return dict(WORDS[self.name]["title"])

    @property
    def note(self) -> dict[str, str]:
        """Its three sentences in both languages."""
        return dict(WORDS[self.name]["note"])


def heads_of(layers: Sequence[int], heads: int) -> list[tuple[int, int]]:
    """Every head of some layers."""
    return [(layer, head) for layer in layers for head in range(heads)]


FLOWER = ("vit-tiny", "sunflower.jpg", None)
SWIN = ("swin-mini", "sunflower.jpg", None)
WORKS = (
    Work("head", [FLOWER], precision=9),
    Work("weight", [FLOWER], heads=heads_of([6], 3), values=True, state={"layer": 6, "head": 0, "token": 108}),
    Work(
        "sink", [("vit-tiny", "cat.jpg", None)], heads=heads_of([5, 6, 7], 3), precision=10,
        state={"layer": 6, "head": 2, "token": 1 + 14 * 8 + 7},
    ),
    Work("registers", [FLOWER], "norms"),
    Work("shift", [SWIN], "shift"),
    Work("lens", [FLOWER], "lens"),
    Work(
        "edit", [FLOWER, ("vit-tiny", "sunflower.jpg", vitviz.zero_head(4, 0))], heads=heads_of(range(5, 9), 3),
        precision=9, state={"layer": 6, "head": 1, "token": 108, "second": {"layer": 6, "head": 1}},
    ),
    Work(
        "two_models", [FLOWER, SWIN], heads=heads_of([4, 5], 3), beside=heads_of([4, 5], 6), precision=10,
        state={"layer": 4, "head": 0, "token": 108, "second": {"layer": 4, "head": 0}},
    ),
)  # fmt: skip


def sample(file: str) -> Sample:
    """A sample picture by its file."""
    return next(each for each in SAMPLES if each.file == file)


def traces(work: Work) -> list[Trace]:
    """The runs of a work."""
    made = [
        vitviz.trace(vitviz.load_model(model), sample(picture).path, edit)
        for model, picture, edit in work.runs
    ]
    return [each for each in made if isinstance(each, Trace)]


def text_of(work: Work) -> tuple[str, str]:
    """The file of a work, and the address of its first picture, small."""
    names = (
        WORDS[work.name].get("names", {}).get("en", [sample(picture).title for _, picture, _ in work.runs])
    )
    shown = named(traces(work), names)
    thanks = "; ".join(dict.fromkeys(sample(picture).credit for _, picture, _ in work.runs))
    thanks = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", thanks)
    options = FileOptions(
        work.heads, work.values, work.precision, work.state, work.title, work.note, "en", thanks, work.beside
    )
    text = html_file(shown, options) if work.view == ATTENTION else view_file(work.view, shown[0], options)
    return text, thumbnail(shown[0], work)


def thumbnail(shown: Shown, work: Work) -> str:
    """The address of the work's first picture, small, under the map that an explorer's file opens with."""
    small = shown.seen.convert("RGB")
    if work.view == ATTENTION:
        state = work.state or opening_state(shown.trace)
        small = still(shown, state)
    small.thumbnail((224, 224))
    file = io.BytesIO()
    small.save(file, format="JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


def main() -> int:
    """Write every file and the index page."""
    listed = []
    for work in WORKS:
        text, picture = text_of(work)
        (FOLDER / work.file).write_text(text, encoding="utf-8")
        size = len(text.encode())
        listed.append(Listed(work.file, work.title, work.note, picture, size))
        print(f"{work.file}: {size / 2**20:.2f} MiB")
    (FOLDER / "index.html").write_text(
        index_page(listed, "en", WORDS["index"]["title"], WORDS["index"]["lead"]), encoding="utf-8"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
