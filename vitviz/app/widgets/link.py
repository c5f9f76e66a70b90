"""The address of the view that a person sees, and the button that copies it."""

from __future__ import annotations

from urllib.parse import urlencode

from vitviz.app.component import component
from vitviz.app.words import section


def link(key: str, query: dict[str, str], *, own: bool) -> None:
    """Show the button, and make ``query`` that of the page's address.

    ``own``: there is a picture or model of the person's own, which no link names.
    """
    data = {"words": section("link"), "own": own, "query": urlencode(query)}
    component("app/widgets/link.js")(key=key, data=data)
