"""One HTML file with the explorer in it, of one run or two: it opens from a disk, offline, and asks no server."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import vitviz
from vitviz.web.bundle import bundle
from vitviz.web.explorer.of_trace import Shown, explorer_of, opening_state
from vitviz.web.html_file.contents import Contents, Heads, put_run
from vitviz.web.html_file.packing import soonest
from vitviz.web.html_file.page import json_text, languages, page, script_text
from vitviz.web.words import LANGUAGES, part_words

ENTRY = "web/html_file/page.js"
STYLES = ("web/explorer/explorer.css", "web/html_file/page.css")
NAMED_CLASSES = 3
Text = str | Mapping[str, str]  # one for both languages, or one for each


@dataclass(frozen=True)
class FileOptions:
    """What goes into a file and what it says.

    ``heads`` are all of every layer or pairs (layer, head), of the first run and of a second one of such a model;
    ``beside`` those of a second one of another model.
    ``values`` says whether v is in it, for the last step of an opened weight; ``precision`` how many bits of the
    mantissa of q and k are kept, None for all. ``state`` is what it opens with, as the explorer's state; ``title`` and
    ``note`` are texts of the page; ``thanks`` says at its end whose the pictures are.
    """

    heads: Heads = "all"
    values: bool = False
    precision: int | None = None
    state: Mapping[str, Any] | None = None
    title: Text = ""
    note: Text = ""
    language: str = "en"
    thanks: str = ""
    beside: Heads = "all"


def html_file(pictures: Sequence[Shown], options: FileOptions = FileOptions()) -> str:
    """The file's text.

    Raises:
        ValueError: no run or more than two, a head that is not there, a precision or a language that there is not.
    """
    contents = Contents()
    urls = [str(number) for number in range(len(pictures))]
    state = options.state if options.state is not None else opening_state(pictures[0].trace)
    explorer = explorer_of(pictures, state, options.language, urls)
    about = []
    for number, (shown, url) in enumerate(zip(pictures, urls, strict=True)):
        same = shown.trace.config == pictures[0].trace.config
        heads = options.heads if same else options.beside
        there = put_run(contents, url, shown.trace, heads, options.values, options.precision)
        about.append(there)
        _leave_out(explorer if number == 0 else explorer["second"], there)
    explorer["state"] = _on_a_kept_head(explorer)
    texts = {language: _texts(pictures, options, contents, about, language) for language in LANGUAGES}
    data = {
        "explorer": {key: value for key, value in explorer.items() if key != "words"},
        "words": {language: part_words("explorer", language) for language in LANGUAGES},
        "texts": texts,
        "places": contents.places,
        "language": options.language,
    }
    first = [contents.places[path] for path in _asked_first(explorer["state"]) if path in contents.places]
    for number in first:
        contents.texts[number] = soonest(contents.texts[number])
    later = [number for number in range(len(contents.texts)) if number not in first]
    here = texts[options.language]
    body = _body(here, options.language, data) + _numbers(contents, dict.fromkeys(first))
    rest = _numbers(contents, later)
    return page(here["title"], options.language, STYLES, body, script_text(bundle(ENTRY)), rest=rest)


def _asked_first(state: Mapping[str, Any]) -> list[str]:
    """The paths without which there is no first map: they stand above the script, all others below it."""
    second = state.get("second") or state
    return [f"0/{state.get('layer', 0)}.bin", f"1/{second.get('layer', 0)}.bin"]


def _leave_out(described: dict[str, Any], there: Mapping[str, Any]) -> None:
    """Tell the explorer what it has no numbers of."""
    for layer, kept in zip(described["layers"], there["kept"], strict=True):
        if kept is not None:
            layer["kept"] = kept
    described["starts"] = there["starts"]
    described["rollout"] = bool(there["starts"])


def _on_a_kept_head(explorer: Mapping[str, Any]) -> dict[str, Any]:
    """The state to open in; on the first head that is there, where that of the state is not."""
    state = dict(explorer["state"])
    kept = [layer.get("kept") for layer in explorer["layers"]]
    layer = min(state.get("layer", 0), len(kept) - 1)
    if kept[layer] is not None and state.get("head", 0) not in kept[layer]:
        layer = next(at for at, heads in enumerate(kept) if heads != [])
        state |= {"layer": layer, "head": 0 if kept[layer] is None else kept[layer][0]}
    return state


def _texts(
    pictures: Sequence[Shown],
    options: FileOptions,
    contents: Contents,
    about: Sequence[Mapping[str, Any]],
    language: str,
) -> dict[str, str]:
    """Every sentence around the explorer by the id of its element."""
    words = part_words("html_file", language)
    named = [words["title"].format(name=each.name, model=each.title) for each in pictures]
    title = in_language(options.title, language) or (
        named[0] if len(named) == 1 else words["beside"].format(first=named[0], second=named[1])
    )
    lines = []
    for shown, there in zip(pictures, about, strict=True):
        lines += of_run(shown, words)
        lines += _left_out(shown, there, words)
    if options.precision is None:
        lines.append(words["exact"])
    else:
        change = f"{contents.largest_change:.1e}"
        lines.append(words["rounded"].format(bits=options.precision, change=change))
    if not options.values:
        lines.append(words["no_values"])
    if options.thanks:
        lines.append(words["thanks"].format(thanks=options.thanks))
    lines.append(words["about"].format(version=vitviz.__version__))
    return {
        "title": title,
        "heading": title,
        "lead": words["lead"],
        "note": in_language(options.note, language),
        "about": "\n".join(lines),
        "old": words["old_browser"],
    }


def of_run(shown: Shown, words: Mapping[str, str]) -> list[str]:
    """What is to be known of one run: its best classes, and whether its numbers mean what they seem to."""
    lines = []
    if shown.untrained:
        lines.append(words["untrained"].format(model=shown.title))
    elif shown.trace.has_classes:
        best = [f"{score.name} {100 * score.probability:.1f} %" for score in shown.trace.top(NAMED_CLASSES)]
        lines.append(words["says"].format(model=shown.title, name=shown.name, classes=", ".join(best)))
    if shown.edited:
        edit = repr(shown.trace.intervention)
        lines.append(words["edited"].format(model=shown.title, name=shown.name, edit=edit))
    return lines


def _left_out(shown: Shown, there: Mapping[str, Any], words: Mapping[str, str]) -> list[str]:
    """How many heads of a run are in the file, where some are not."""
    heads = [block.num_heads for block in shown.trace.blocks]
    kept = sum(of_all if one is None else len(one) for one, of_all in zip(there["kept"], heads, strict=True))
    if kept == sum(heads):
        return []
    return [words["some_heads"].format(model=shown.title, kept=kept, all=sum(heads))]


def in_language(text: Text, language: str) -> str:
    """The text in that language."""
    return text if isinstance(text, str) else text[language]


def _numbers(contents: Contents, chosen: Iterable[int]) -> str:
    return "".join(
        f'<script type="text/plain" id="n{number}">{contents.texts[number]}</script>\n' for number in chosen
    )


def _body(texts: Mapping[str, str], language: str, data: Mapping[str, Any]) -> str:
    words = part_words("html_file", language)
    return (
        f'<div class="head"><h1 id="heading">{html.escape(texts["heading"])}</h1>'
        f"{languages(words['language'], language)}</div>\n"
        f'<p class="lead" id="lead">{html.escape(texts["lead"])}</p>\n'
        f'<p class="note" id="note">{html.escape(texts["note"])}</p>\n'
        f'<div class="vv" id="explorer"><noscript>{html.escape(words["no_script"])}</noscript></div>\n'
        f'<p class="about" id="about">{html.escape(texts["about"])}</p>\n'
        f'<script type="application/json" id="data">{json_text(data)}</script>\n'
    )
