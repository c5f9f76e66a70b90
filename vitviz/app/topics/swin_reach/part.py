"""Mount the browser parts of the page: windows, receptive field, the scores taken apart, a ViT beside a Swin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import streamlit as st

from vitviz.app.component import component
from vitviz.app.words import say, section
from vitviz.models.config import SwinConfig, SwinV2Config
from vitviz.plot.numbers import MINUS
from vitviz.plot.reach import growth_lines

Kind = Literal["windows", "receptive_field", "scores", "beside_vit"]
KINDS: tuple[Kind, ...] = ("windows", "receptive_field", "scores", "beside_vit")


def show_part(
    kind: Kind,
    key: str,
    data: Mapping[str, Any],
    config: SwinConfig,
    on_choice: Callable[[dict[str, int]], None],
    on_need: Callable[[], None] = lambda: None,
) -> None:
    """Show one part. ``on_choice`` is called with the numbers that a person chose, ``on_need`` when payloads are gone.

    ``config`` is of the Swin that is shown.
    ``data`` has ``revision``, another one whenever anything in it is, and what the part's own module reads.
    """
    mount = component(
        f"app/topics/swin_reach/{kind}_part.js", "app/topics/swin_reach/part.css", "web/plotly/chart.css"
    )

    def chosen() -> None:
        if choice := st.session_state[key].get("choice"):
            on_choice({name: int(value) for name, value in choice.items()})

    mount(
        key=key,
        data={
            **data,
            "words": _words(kind, config),
            **(_growth(data) if kind == "receptive_field" else {}),
        },
        on_choice_change=chosen,
        on_need_change=on_need,
    )


def _words(kind: Kind, config: SwinConfig) -> dict[str, str]:
    """What the part says: of a Swin v2, what is so there, and what the model's own mask adds to a score."""
    words = section(f"swin_reach.{kind}")
    if isinstance(config, SwinV2Config):
        words |= section(f"swin_reach.{kind}_v2")
    masked = f"{config.masked_score:g}".replace("-", MINUS)
    return {name: text.replace("{masked}", masked) for name, text in words.items()}


def _growth(data: Mapping[str, Any]) -> dict[str, Any]:
    """The figure of the receptive field's sizes: the browser puts in those of the token that it looks at."""
    journey = data["journey"]
    steps = [step.get("title", "") for step in journey["steps"]]
    finest = journey["maps"][0]
    patches = finest["rows"] * finest["columns"]
    words = {
        name: say(f"swin_reach.receptive_field.{name}") for name in ("with", "without", "chart", "chartAxis")
    }
    sizes = {words[name]: [1] * len(steps) for name in ("with", "without")}
    figure = growth_lines.describe(
        sizes, steps, patches, 0, legend=False, x_title=words["chartAxis"], label=words["chart"]
    )
    return {"figure": figure, "chart": section("chart")}
