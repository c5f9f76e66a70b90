"""An index page of several HTML files: a picture of each, what it is called, and what there is to see in it."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vitviz.web.bundle import bundle
from vitviz.web.html_file.html_file import Text, in_language
from vitviz.web.html_file.page import json_text, languages, page, script_text
from vitviz.web.words import LANGUAGES, part_words

ENTRY = "web/html_file/index.js"
STYLES = ("web/html_file/page.css",)


@dataclass(frozen=True)
class Listed:
    """One file of a set: its name in the folder, its title and note, its picture's address, and its bytes."""

    file: str
    title: Text
    note: Text
    picture: str
    size: int


def index_page(listed: Sequence[Listed], language: str, title: Text = "", lead: Text = "") -> str:
    """The page that leads to the files that lie beside it; it changes its language as they do."""
    texts = {each: _texts(listed, each, title, lead) for each in LANGUAGES}
    said, words = texts[language], part_words("html_file", language)
    items = "\n".join(_item(one, number, said) for number, one in enumerate(listed))
    body = (
        f'<div class="head"><h1 id="heading">{html.escape(said["heading"])}</h1>'
        f"{languages(words['language'], language)}</div>\n"
        f'<p class="lead" id="lead">{html.escape(said["lead"])}</p>\n<ul class="set">\n{items}\n</ul>\n'
        f'<script type="application/json" id="data">{json_text({"texts": texts, "language": language})}</script>'
    )
    return page(said["title"], language, STYLES, body, script_text(bundle(ENTRY)))


def _texts(listed: Sequence[Listed], language: str, title: Text, lead: Text) -> dict[str, str]:
    words = part_words("html_file", language)
    heading = in_language(title, language) or words["index_title"]
    texts = {
        "title": heading,
        "heading": heading,
        "lead": in_language(lead, language) or words["index_lead"],
    }
    for number, one in enumerate(listed):
        texts[f"title{number}"] = in_language(one.title, language)
        texts[f"note{number}"] = in_language(one.note, language)
    return texts


def _item(one: Listed, number: int, said: Mapping[str, str]) -> str:
    address = html.escape(f"./{one.file}")
    size = f"{one.size / 2**20:.1f} MiB"
    return (
        f'<li><a href="{address}"><img src="{one.picture}" alt=""><span id="title{number}">'
        f'{html.escape(said[f"title{number}"])}</span></a> <span class="size">{size}</span>'
        f'<p id="note{number}">{html.escape(said[f"note{number}"])}</p></li>'
    )
