"""One HTML file with a part of the app in it: layer norms, a logit lens, class maps, the shift lab."""

from __future__ import annotations

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import vitviz
from vitviz.payload import pack_data
from vitviz.web.bundle import hosted
from vitviz.web.explorer.of_trace import Shown
from vitviz.web.html_file.html_file import FileOptions, in_language, of_run
from vitviz.web.html_file.packing import packed, packed_text
from vitviz.web.html_file.page import json_text, languages, page, script_text
from vitviz.web.views.of_run import view_of
from vitviz.web.views.view import View
from vitviz.web.words import LANGUAGES, Speech, part_words

HOST = "web/html_file/view_page.js"
PLOTLY = Path(__file__).parents[1] / "vendor" / "plotly-basic-4.1.1.min.js"


def view_file(name: str, shown: Shown, options: FileOptions) -> str:
    """The file's text: the view called ``name`` of one run.

    Raises:
        ValueError: there is no such view or state, it has nothing to show of this run, or an option is the explorer's.
    """
    if options.heads != "all" or options.values or options.precision is not None:
        raise ValueError(
            "heads, values and precision are for the attention explorer: this view has its own numbers"
        )
    view = view_of(name, shown)
    state = view.changed(view.opening(), options.state or {})
    kept = one_of_each({each: view.file_data(state, Speech(each)) for each in LANGUAGES}, {})
    texts = {language: _texts(view, options, language) for language in LANGUAGES}
    data = {"texts": texts, "image": view.image(state), "language": options.language}
    here = texts[options.language]
    words = part_words("html_file", options.language)
    plotly = PLOTLY.read_text(encoding="utf-8") if view.plotly else ""
    body = (
        f'<div class="head"><h1 id="heading">{html.escape(here["heading"])}</h1>'
        f"{languages(words['language'], options.language)}</div>\n"
        f'<p class="lead" id="lead">{html.escape(here["lead"])}</p>\n'
        f'<p class="note" id="note">{html.escape(here["note"])}</p>\n'
        f'<div class="vv" id="view"><noscript>{html.escape(words["no_script"])}</noscript></div>\n'
        f'<p class="about" id="about">{html.escape(here["about"])}</p>\n'
        f'<script type="application/json" id="data">{json_text(data)}</script>\n'
        f'<script type="text/plain" id="n0">{packed(pack_data(kept))}</script>\n'
        + (f'<script type="text/plain" id="plotly">{packed_text(plotly)}</script>\n' if plotly else "")
    )
    styles = (*view.styles, "web/html_file/page.css")
    script = script_text(hosted(HOST, view.module))
    return page(
        here["title"], options.language, styles, body, script, more_scripts=(plotly,) if plotly else ()
    )


def _texts(view: View, options: FileOptions, language: str) -> dict[str, str]:
    words = part_words("html_file", language)
    shown = view.shown
    named = words[f"title_{view.name}"].format(name=shown.name, model=shown.title)
    title = in_language(options.title, language) or named
    lines = [*of_run(shown, words), words["bits"]]
    if options.thanks:
        lines.append(words["thanks"].format(thanks=options.thanks))
    lines.append(words["about"].format(version=vitviz.__version__))
    return {
        "title": title,
        "heading": title,
        "lead": words[f"lead_{view.name}"],
        "note": in_language(options.note, language),
        "about": "\n".join(lines),
        "old": words["old_browser"],
    }


def one_of_each(data: Any, known: dict[tuple[Any, ...], NDArray[Any]]) -> Any:
    """Nested data in which equal arrays are one and the same, so that they are packed once."""
    if isinstance(data, np.ndarray):
        return known.setdefault((data.dtype.str, data.shape, data.tobytes()), data)
    if isinstance(data, Mapping):
        return {key: one_of_each(value, known) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [one_of_each(value, known) for value in data]
    return data
