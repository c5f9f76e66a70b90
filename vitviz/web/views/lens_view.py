"""The logit lens of a run."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from vitviz.analysis.class_scores.class_heads import reads_tokens
from vitviz.analysis.lens import logit_lens
from vitviz.web.lens.payload import STYLES, LensView, lens_data
from vitviz.web.views.view import State, View, whole
from vitviz.web.words import Speaker


class LensOfRun(View):
    """``token`` None is the model's own reading where that is no token's; ``depth`` counts what is read, ``class`` is
    an index of the model's classes."""

    name = "lens"
    page = "lens"
    module = "web/views/lens.js"
    styles = STYLES
    plotly = True

    def check(self) -> None:
        """Raise ``ValueError`` where no class can be read off a token."""
        if not self.trace.has_classes or not reads_tokens(self.trace.config):
            raise ValueError("a logit lens needs a model whose class scores are read off its tokens")

    @cached_property
    def depths(self) -> tuple[logit_lens.Depth, ...]:
        """Every class at every depth."""
        return tuple(logit_lens.depths(self.trace))

    @property
    def own(self) -> int:
        """How many readings stand before the tokens: the model's own, where it is no token's."""
        return int(logit_lens.own_reading(self.trace))

    def opening(self) -> dict[str, Any]:
        """The model's own reading of its best class, at the last depth."""
        best = int(self.trace.logits.argmax())
        return {"token": None if self.own else 0, "depth": len(self.depths) - 1, "class": best}

    def checked(self, state: State) -> dict[str, Any]:
        """Whole numbers that there are."""
        depth = whole(state, "depth", len(self.depths), "depth")
        target = whole(state, "class", self.trace.logits.numel(), "class")
        tokens = len(self.depths[0].best) - self.own
        token = None if state["token"] is None and self.own else whole(state, "token", tokens, "token")
        return {"token": token, "depth": depth, "class": target}

    def data(self, state: State, words: Speaker) -> dict[str, Any]:
        """The classes that are followed, among them the chosen one, at every depth."""
        target = int(state["class"])
        followed = logit_lens.lens(self.trace, self.depths, logit_lens.choose_classes(self.depths, [target]))
        view = LensView(
            followed,
            self.trace.class_name,
            "",
            self.aspect,
            logit_lens.map_size(self.trace),
            [words.say("lens.part.own")] * self.own + list(self.trace.config.prefix_names),
            logit_lens.blocks_before(self.trace),
            reading=0 if state["token"] is None else self.own + int(state["token"]),
            depth=int(state["depth"]),
            target=target,
        )
        return {**lens_data(view, words), "own": self.own}

    def needs_data(self, before: State, after: State) -> bool:
        """A class that was not followed has to be read first."""
        return after["class"] not in logit_lens.choose_classes(self.depths, [int(before["class"])])
