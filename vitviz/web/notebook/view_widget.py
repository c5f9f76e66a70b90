"""A widget of one of the other views of a run: layer norms, a logit lens, class maps, the shift lab."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import urlencode

import traitlets
from PIL import Image

from vitviz.payload import pack_data
from vitviz.web.bundle import hosted
from vitviz.web.explorer.of_trace import Shown
from vitviz.web.html_file.page import json_text, theme_tables
from vitviz.web.html_file.view_file import PLOTLY
from vitviz.web.modules import style
from vitviz.web.notebook.beside import WithStill
from vitviz.web.notebook.edits import edited
from vitviz.web.views.of_run import VIEWS, view_of
from vitviz.web.words import Speech

HOST = "web/notebook/view_widget.js"
STYLE = "web/notebook/notebook.css"


class ViewWidget(WithStill):
    """One view of one run. ``state`` is what a person chose in it; it can be read and set at any time, and what is not
    named stays. Its ``edits`` change the run: ``["h3.1"]`` switches head 1 of block 3 off."""

    payload = traitlets.Bytes().tag(sync=True)
    themes = traitlets.Unicode().tag(sync=True)
    silent = traitlets.Unicode().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)

    def __init__(
        self, name: str, shown: Shown, state: Mapping[str, Any] | None = None, language: str = "en"
    ) -> None:
        self._name, self._plain, self._speech = name, shown, Speech(language)
        self._view = view_of(name, shown)
        self._shown_state: dict[str, Any] = {}
        opening = self._view.opening() | {"edits": []}
        silent = self._speech.say("notebook.silent")
        super().__init__(themes=json_text(theme_tables()), silent=silent, state=opening)
        self.on_msg(self._asked)
        self._show(opening)
        if state:
            self.state = dict(state)

    @traitlets.validate("state")
    def _whole(self, proposal: Mapping[str, Any]) -> dict[str, Any]:
        """What is named changes, all else stays; another run is made, and shown, before its state is."""
        wanted = dict(proposal["value"])
        if not self._shown_state:
            return wanted
        edits = [str(text) for text in wanted.pop("edits", self._shown_state["edits"])]
        try:
            if edits != self._shown_state["edits"]:
                run = replace(self._plain, trace=edited(self._plain.trace, edits))
                self._view = view_of(self._name, run)
            before = {key: value for key, value in self._shown_state.items() if key != "edits"}
            state = self._view.changed(before, wanted) | {"edits": edits}
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from error
        if edits != self._shown_state["edits"] or self._view.needs_data(before, state):
            self._show(state)
        self._shown_state = state
        return state

    def _show(self, state: Mapping[str, Any]) -> None:
        self._shown_state = dict(state)
        place = {key: value for key, value in state.items() if key != "edits"}
        data = {**self._view.data(place, self._speech), "image": self._view.image(place)}
        self.payload = pack_data(data)

    def _asked(self, _: object, message: Mapping[str, Any], buffers: object) -> None:
        """What is asked for is the script that draws charts, or only whether anybody is there."""
        script = [PLOTLY.read_bytes()] if message.get("path") == "plotly" else [b""]
        self.send({"id": message.get("id")}, script)

    def still(self) -> tuple[Image.Image, str]:
        """What the model saw: the view itself is drawn by a browser."""
        return self._plain.seen, f"/{self._view.page}?{urlencode({'model': self._plain.model})}"


@cache
def widget_class(name: str) -> type[ViewWidget]:
    """The widget's class for a view: anywidget tells scripts apart by the class that has them.

    Raises:
        ValueError: there is no such view.
    """
    if name not in VIEWS:
        raise ValueError(f"there is no view {name!r}: there are attention, {', '.join(VIEWS)}")
    view = VIEWS[name]
    title = f"{name.title().replace('_', '')}Widget"
    return type(title, (ViewWidget,), {"_esm": hosted(HOST, view.module), "_css": style(*view.styles, STYLE)})
