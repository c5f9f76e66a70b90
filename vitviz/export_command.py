"""The command ``vitviz export``: HTML files of pictures in models, and an index page that leads to them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import vitviz
from vitviz.images import ImageError
from vitviz.samples import SAMPLES
from vitviz.trace_command import pictures_of, show_progress

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace
    from vitviz.web.html_file.index import Listed

INDEX = "index.html"
UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")  # in a file's name, which is an address, too


@dataclass(frozen=True)
class ExportOptions:
    """What a person asked of the command; no ``pictures`` stand for the sample pictures."""

    folder: Path
    pictures: Sequence[Path] = ()
    models: Sequence[str] = ("vit-tiny",)
    precision: int | None = None
    values: bool = False
    language: str = "en"


@dataclass(frozen=True)
class Given:
    """A picture of the set: its file, its title and its note in both languages."""

    path: Path
    title: dict[str, str]
    note: dict[str, str]


def run_export_command(options: ExportOptions) -> int:
    """Write the files; returns the exit status, 2 if a picture could not be opened.

    Raises:
        ValueError: for a mistake of the person's, and ``OSError`` where a file cannot be written; one sentence each.
    """
    from vitviz.web.html_file.index import index_page

    given = list(given_pictures(options.pictures))
    options.folder.mkdir(parents=True, exist_ok=True)
    models = [vitviz.load_model(name) for name in options.models]
    listed: list[Listed] = []
    failed = 0
    used: set[str] = {INDEX}
    for number, one in enumerate(given):
        show_progress(f"{number + 1} of {len(given)}: {one.path.name}", last=number + 1 == len(given))
        for model in models:
            try:
                trace = vitviz.trace(model, one.path)
            except ImageError as error:
                failed += 1
                print(f"vitviz: {one.path.name}: {error}", file=sys.stderr)
                break
            file = free_name(f"{one.path.stem}-{model.entry.name}", used)
            listed.append(_write(options, file, trace, one, several=len(models) > 1))
    if not listed:
        raise ValueError("none of these pictures could be opened, so there is nothing to write")
    (options.folder / INDEX).write_text(index_page(listed, options.language), encoding="utf-8")
    print(f"{len(listed)} files and {INDEX} written to {options.folder}")
    return 2 if failed else 0


def _write(options: ExportOptions, file: str, trace: Trace, one: Given, several: bool) -> Listed:
    from vitviz.web.explorer.of_trace import picture_address, shown
    from vitviz.web.html_file.html_file import FileOptions, html_file
    from vitviz.web.html_file.index import Listed

    run = shown(trace, one.title[options.language])
    text = html_file(
        [run],
        FileOptions(
            values=options.values, precision=options.precision, note=one.note, language=options.language
        ),
    )
    target = options.folder / file
    target.write_text(text, encoding="utf-8")
    small = run.seen.copy()
    small.thumbnail((224, 224))
    title = {key: f"{name}, {run.title}" if several else name for key, name in one.title.items()}
    return Listed(file, title, one.note, picture_address(small)[0], target.stat().st_size)


def given_pictures(paths: Sequence[Path]) -> Iterator[Given]:
    """The pictures of these files and folders with their names; of none, the sample pictures.

    Raises:
        ValueError: if a folder holds no picture.
    """
    if not paths:
        for sample in SAMPLES:
            credit = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", sample.credit)
            note = {"en": f"{sample.good_for} ({credit})", "zh": f"{sample.good_for_zh}（{credit}）"}
            yield Given(sample.path, {"en": sample.title, "zh": sample.title_zh}, note)
        return
    for path in (each for given in paths for each in pictures_of(given)):
        yield Given(path, {"en": path.stem, "zh": path.stem}, {"en": "", "zh": ""})


def free_name(stem: str, used: set[str]) -> str:
    """A file's name that nobody has to escape and that is not used yet; it counts as used from now on."""
    plain = UNSAFE.sub("-", stem).strip("-.") or "picture"
    number, name = 1, f"{plain}.html"
    while name.lower() in used:
        number += 1
        name = f"{plain}-{number}.html"
    used.add(name.lower())
    return name
