"""The address of the view that a person sees, the button that copies it, and what a saved figure says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from vitviz import __version__
from vitviz.app.component import component
from vitviz.app.words import section


def link(key: str, query: dict[str, str], about: Mapping[str, str], *, own: bool) -> None:
    """Show the button, and make ``query`` that of the page's address.

    ``about`` is what the file of a figure says beside its address and vitviz's version. ``own``: there is a picture
    or model of the person's own, which no link names.
    """
    said = {**about, "vitviz": __version__}
    words = {"words": section("link"), "save": section("save")}
    data = {**words, "own": own, "query": urlencode(query), "about": said}
    component("app/widgets/link.js")(key=key, data=data)
