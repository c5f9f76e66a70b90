"""The widget: the explorer's data, what a person chose in it, and the numbers that it asks for.

Needs the extra ``notebook`` (anywidget), which only this module imports.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import traitlets
from PIL import Image

from vitviz.web.bundle import bundle
from vitviz.web.explorer.defaults import DEFAULTS
from vitviz.web.explorer.of_trace import Shown, explorer_of, opening_state
from vitviz.web.explorer.source import TraceSource
from vitviz.web.explorer.store import NoSuchPayloadError, PayloadTooLargeError
from vitviz.web.html_file.page import json_text, theme_tables
from vitviz.web.modules import style
from vitviz.web.notebook.beside import WithStill
from vitviz.web.notebook.edits import edited
from vitviz.web.notebook.still import address, still
from vitviz.web.words import part_words

PATH = re.compile(r"(?P<run>\d+)/(?P<rollout>rollout/)?(?P<layer>\d+)(?:/(?P<head>\d+))?\.(?P<kind>bin|npz)")


class ExplorerWidget(WithStill):
    """The attention explorer of one run or two; what a cell shows when it ends in one.

    ``state`` is what a person chose: layer, head, token, pinned, direction and the rest of the explorer's state. It can
    be read and set at any time; what is not named stays. ``observe`` calls a function with every choice. Its ``edits``
    run the model once more and show that beside the plain run: ``["h3.1"]`` is without head 1 of block 3.

    >>> import vitviz
    >>> widget = vitviz.trace(vitviz.load_model("vit-tiny"), "picture.jpg").show()
    >>> widget.state = {"layer": 3, "head": 1}
    >>> widget.state["layer"], widget.state["head"], widget.state["direction"]
    (3, 1, 'row')
    """

    _esm = bundle("web/notebook/widget.js")
    _css = style("web/explorer/explorer.css", "web/notebook/notebook.css")
    data = traitlets.Unicode().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)

    def __init__(
        self, pictures: Sequence[Shown], state: Mapping[str, Any] | None = None, language: str = "en"
    ) -> None:
        first = dict(state) if state is not None else opening_state(pictures[0].trace)
        self._pictures, self._language = tuple(pictures), language
        self._sources: list[TraceSource] = []
        self._made: dict[str, bytes] = {}
        self._edits: list[str] = []
        edits = first.pop("edits", [])
        super().__init__(data=self._described(pictures, first), state=first | {"edits": []})
        self.on_msg(self._asked)
        if edits:
            self.state = {"edits": edits}

    def _described(self, pictures: Sequence[Shown], state: Mapping[str, Any]) -> str:
        """What the browser is told of runs; each has an address of its own for as long as the widget is there."""
        urls = [str(len(self._sources) + number) for number in range(len(pictures))]
        self._sources += [TraceSource(each.trace, each.model) for each in pictures]
        explorer = explorer_of(pictures, state, self._language, urls)
        silent = part_words("notebook", self._language)["silent"]
        return json_text({"explorer": explorer, "themes": theme_tables(), "silent": silent})

    @traitlets.validate("state")
    def _whole(self, proposal: Mapping[str, Any]) -> dict[str, Any]:
        """What is named changes, all else stays."""
        wanted = dict(proposal["value"])
        if unknown := wanted.keys() - DEFAULTS.keys() - {"edits"}:
            raise traitlets.TraitError(
                f"the explorer has no {sorted(unknown)[0]!r}: it has {', '.join(DEFAULTS)}, edits"
            )
        state = {**DEFAULTS, **self.state, **wanted}
        if (edits := [str(text) for text in state.get("edits", [])]) != self._edits:
            self._edit(edits, state)
        return state

    def _edit(self, edits: list[str], state: dict[str, Any]) -> None:
        """Show the run with these edits beside the plain one, or without any what there was first."""
        first = self._pictures[0]
        try:
            runs = [first, replace(first, trace=edited(first.trace, edits))] if edits else self._pictures
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from error
        self._edits = edits
        state["second"] = None
        self.data = self._described(runs, {key: value for key, value in state.items() if key != "edits"})

    def payload(self, path: str) -> bytes:
        """The numbers at a path of the explorer, computed once.

        Raises:
            NoSuchPayloadError: there is nothing at this path, and ``PayloadTooLargeError`` where it is too large.
        """
        if path not in self._made:
            self._made[path] = self._compute(path)
        return self._made[path]

    def _compute(self, path: str) -> bytes:
        match = PATH.fullmatch(path)
        if match is None or int(match["run"]) >= len(self._sources):
            raise NoSuchPayloadError(f"there is nothing at {path!r}")
        source, layer = self._sources[int(match["run"])], int(match["layer"])
        if match["rollout"]:
            return source.rollout(layer)
        if match["head"] is None:
            return source.layer(layer)
        head = int(match["head"])
        return source.npz(layer, head) if match["kind"] == "npz" else source.values(layer, head)

    def _asked(self, _: object, message: Mapping[str, Any], buffers: object) -> None:
        """Answer a question of the browser's: the bytes beside its id, or one sentence."""
        about = {"id": message.get("id")}
        try:
            self.send(about, [self.payload(str(message.get("path")))])
        except (NoSuchPayloadError, PayloadTooLargeError) as error:
            self.send({**about, "error": str(error)})

    def still(self) -> tuple[Image.Image, str]:
        """The chosen map over its picture."""
        first = self._pictures[0]
        return still(first, self.state), address(first, self.state)
