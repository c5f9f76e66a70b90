"""Class maps of a run, side by side."""

from __future__ import annotations

from typing import Any

from vitviz.analysis.class_maps.class_map import ClassMap
from vitviz.analysis.class_maps.methods import METHODS
from vitviz.web.class_maps.payload import ORDER, Tile, maps_data
from vitviz.web.views.view import State, View, whole
from vitviz.web.words import Speaker

FIRST = "chefer"


class ClassMapsOfRun(View):
    """``class`` is an index of the model's classes, ``method`` the map that is chosen; one that takes many runs is made
    when it is chosen from Python."""

    name = "class_maps"
    page = "class-maps"
    module = "web/views/class_maps.js"
    styles = ("web/class_maps/part.css",)
    plotly = False

    def check(self) -> None:
        """Raise ``ValueError`` for a model without classes."""
        if not self.trace.has_classes:
            raise ValueError("class maps need a model with classes, and this one has none")
        self._made: dict[tuple[str, int], ClassMap] = {}

    @property
    def methods(self) -> list[str]:
        """The methods that are defined for this run's model."""
        return [name for name in ORDER if name in METHODS and not METHODS[name].why_not(self.trace)]

    def opening(self) -> dict[str, Any]:
        """The model's best class."""
        method = FIRST if FIRST in self.methods else self.methods[0]
        return {"class": int(self.trace.logits.argmax()), "method": method}

    def checked(self, state: State) -> dict[str, Any]:
        """A class and a method that there are."""
        if state["method"] not in self.methods:
            raise ValueError(f"there is no map {state['method']!r} of this run: {', '.join(self.methods)}")
        return {
            "class": whole(state, "class", self.trace.logits.numel(), "class"),
            "method": state["method"],
        }

    def map_of(self, method: str, target: int) -> ClassMap:
        """The map of a method, made once."""
        if (method, target) not in self._made:
            self._made[method, target] = METHODS[method].attribute(self.trace, target)
        return self._made[method, target]

    def data(self, state: State, words: Speaker) -> dict[str, Any]:
        """All maps that are quick to make, and the chosen one."""
        target, chosen = int(state["class"]), str(state["method"])
        tiles = []
        for name in ORDER:
            title = words.say(f"class_maps.name.{name}")
            if name not in self.methods:
                reason = METHODS[name].why_not(self.trace)
                tiles.append(Tile(name, title, None, note=words.say(f"class_maps.why_not.{reason}")))
            elif not METHODS[name].slow or name == chosen:
                one = self.map_of(name, target)
                tiles.append(Tile(name, title, one.values, one.signed))
        shown = words.say("class_maps.part.shown", name=self.trace.class_name(target))
        data = maps_data("", self.aspect, tiles, words, chosen=chosen, choosable=True, summary=shown)
        return {**data, "class": target}

    def needs_data(self, before: State, after: State) -> bool:
        """Another class has other maps, and a slow one may be missing."""
        return before["class"] != after["class"] or METHODS[str(after["method"])].slow
