"""``vitviz.save_html``: traces, as a person has them, to a file."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from vitviz.tracing.trace import Trace
from vitviz.web.explorer.of_trace import Shown, shown
from vitviz.web.html_file.contents import Heads
from vitviz.web.html_file.html_file import FileOptions, Text, html_file
from vitviz.web.html_file.view_file import view_file
from vitviz.web.views.of_run import ATTENTION


def save_html(
    path: str | os.PathLike[str],
    traces: Trace | Sequence[Trace],
    *,
    view: str = ATTENTION,
    heads: Heads = "all",
    values: bool = False,
    precision: int | None = None,
    names: Sequence[str] = (),
    pictures: Sequence[Image.Image] = (),
    state: Mapping[str, Any] | None = None,
    title: Text = "",
    note: Text = "",
    language: str = "en",
) -> Path:
    """See ``vitviz.save_html``."""
    target = Path(path)
    several = [traces] if isinstance(traces, Trace) else list(traces)
    options = FileOptions(heads, values, precision, state, title, note, language)
    runs = named(several, names or [target.stem], pictures)
    if view != ATTENTION and len(runs) > 1:
        raise ValueError(f"the view {view!r} shows one run; two are for the attention explorer")
    text = html_file(runs, options) if view == ATTENTION else view_file(view, runs[0], options)
    target.write_text(text, encoding="utf-8")
    return target


def named(traces: Sequence[Trace], names: Sequence[str], pictures: Sequence[Image.Image] = ()) -> list[Shown]:
    """Runs as they are shown; a second one of the same picture has the name of the first."""
    found: list[Shown] = []
    for number, trace in enumerate(traces):
        name = names[number] if number < len(names) else _name_beside(traces[0], trace, names[0])
        found.append(shown(trace, name, picture=pictures[number] if number < len(pictures) else None))
    return found


def _name_beside(first: Trace, second: Trace, name: str) -> str:
    one, other = first.given, second.given
    return name if one.shape == other.shape and torch.equal(one.cpu(), other.cpu()) else f"{name} (2)"
