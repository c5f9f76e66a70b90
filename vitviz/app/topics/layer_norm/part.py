"""Any layer norm of a run for all tokens as a browser part: its cursor moves without a question to the server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image

from vitviz.analysis.layer_norm.large_norms import TIMES_MEDIAN, LargeNorms
from vitviz.app.component import colours, component
from vitviz.app.norms import in_words, on_place
from vitviz.app.pictures import small_picture_url
from vitviz.app.words import say, section
from vitviz.plot.norms import TokenNumbers, token_lines
from vitviz.web.norms.packing import Cursor, Packed, cursor_data

if TYPE_CHECKING:
    from vitviz.tracing.norms import NormStatistics

STYLES = ("web/picker/picker.css", "web/plotly/chart.css", "app/topics/layer_norm/part.css")


@dataclass(frozen=True)
class NormView:
    """What is shown: a run's numbers on its picture, and the place in them. ``first`` is the first layer norm."""

    packed: Packed
    first: NormStatistics
    picture: Image.Image
    cursor: Cursor


def layer_norms(key: str, view: NormView, on_choose: Callable[[int, int, int], None]) -> None:
    """Show ``view``; ``on_choose`` is called with layer norm, token and turn when a person moves the cursor."""
    mount = component("app/topics/layer_norm/part.js", *STYLES)
    mount(
        key=key, data=part_data(view),
        on_place_change=on_place(key, view.packed, view.cursor, on_choose),
    )  # fmt: skip


def part_data(view: NormView) -> dict[str, Any]:
    """All that the browser part gets; of two places in one run only the place differs."""
    packed = view.packed
    found = zip(packed.statistics["norms"], packed.large, strict=True)
    return {
        **cursor_data(packed, view.cursor),
        "notes": [_note(norm["grid"], large) for norm, large in found],
        "figure": _figure(view),
        "image": small_picture_url(view.picture),
        "aspect": view.picture.width / view.picture.height,
        "scales": {name: colours(name) for name in ("attention", "activation")},
        "words": section("layer_norm") | {"try": say(f"layer_norm.{_try(view)}")},
        "picker": {**section("picker"), "token": say("token"), "patch": say("patch")},
        "chart": section("chart"),
    }


def _try(view: NormView) -> str:
    """Which hint fits: there may be a class token, or maps that get smaller from stage to stage."""
    maps = {norm["grid"] for norm in view.packed.statistics["norms"] if norm["grid"]}
    return "try_swin" if len(maps) > 1 else "try" if "cls" in view.cursor.prefix else "try_patches"


def _figure(view: NormView) -> Any:
    """The chart as it is for the first layer norm and its first token; the browser moves it with its cursor."""
    one, large = view.first, view.packed.large[0]
    prefix = len(view.cursor.prefix) if one.grid else 0
    numbers = TokenNumbers(one.mean, one.scale, one.norm, prefix, large.marked, TIMES_MEDIAN * large.median)
    return token_lines.describe(numbers, 0, x_title=say("layer_norm.tokens_axis"))


def _note(grid: tuple[int, int] | None, large: LargeNorms) -> str:
    """Which tokens stand out at a layer norm, in words."""
    return say("layer_norm.pooled") if grid is None else in_words(large, "layer_norm.large")
