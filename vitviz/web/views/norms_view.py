"""All layer norms of a run."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from vitviz.tracing.norms import NormStatistics, norm_statistics
from vitviz.web.norm_depth.payload import STYLES, DepthView, make_bands, norm_depth_data
from vitviz.web.norms.packing import Cursor, pack
from vitviz.web.views.view import State, View, whole
from vitviz.web.words import Speaker


class NormsOfRun(View):
    """``norm`` counts the layer norms in the order in which they run, ``token`` the tokens of the finest map."""

    name = "norms"
    page = "layer-norm"
    module = "web/views/norms.js"
    styles = STYLES
    plotly = True

    @cached_property
    def statistics(self) -> tuple[NormStatistics, ...]:
        """Mean, scale and norm of every token at every layer norm."""
        return tuple(norm_statistics(self.trace))

    @property
    def finest(self) -> tuple[int, int]:
        """Rows and columns of the finest map."""
        return next(one.grid for one in self.statistics if one.grid is not None)

    @property
    def prefix(self) -> tuple[str, ...]:
        """The tokens before the patches."""
        return self.trace.config.prefix_names

    def opening(self) -> dict[str, Any]:
        """The first layer norm, and the patch in the middle."""
        rows, columns = self.finest
        return {"norm": 0, "token": len(self.prefix) + rows // 2 * columns + columns // 2}

    def checked(self, state: State) -> dict[str, Any]:
        """Whole numbers that there are."""
        rows, columns = self.finest
        return {
            "norm": whole(state, "norm", len(self.statistics), "layer norm"),
            "token": whole(state, "token", len(self.prefix) + rows * columns, "token"),
        }

    def data(self, state: State, words: Speaker) -> dict[str, Any]:
        """The numbers of all layer norms and the place in them."""
        cursor = Cursor(self.prefix, self.finest, int(state["norm"]), int(state["token"]))
        return norm_depth_data(DepthView(pack(self.statistics), make_bands(self.statistics), cursor), words)
