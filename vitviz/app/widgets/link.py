"""The address of a person's view, the button that copies it, what a saved figure says of itself, the language."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from vitviz import __version__
from vitviz.app.component import component
from vitviz.app.words import language, section, table
from vitviz.web import modules

TAGS = {"en": "en", "zh": "zh-Hans"}  # of <html lang>


def link(key: str, query: dict[str, str], about: Mapping[str, str], *, own: bool) -> None:
    """Show the button, make ``query`` that of the page's address, and the page's language that of the person.

    ``about`` is what the file of a figure says beside its address and vitviz's version. ``own``: there is a picture
    or model of the person's own, which no link names.
    """
    said = {**about, "vitviz": __version__}
    words = {
        "words": section("link"),
        "save": section("save"),
        "saveStyle": modules.sheets("web/shared/save.css"),
    }
    data = {**words, "own": own, "query": urlencode(query), "about": said, "language": _language()}
    component("app/widgets/link.js")(key=key, data=data)


def _language() -> dict[str, object]:
    """What the page is marked as, and what Streamlit's own texts are in it: pairs of its text and ours."""
    spoken = language()
    theirs = [said for key, said in table().items() if key.startswith("streamlit.")] if spoken != "en" else []
    return {"tag": TAGS[spoken], "words": [[said["en"], said[spoken]] for said in theirs]}
