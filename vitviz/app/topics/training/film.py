"""What the network makes of one fixed picture at every snapshot: the browser part with the scrubber."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from PIL import Image

from vitviz.app import links
from vitviz.app.component import colours, component
from vitviz.app.pictures import picture_url
from vitviz.app.settings import Setting
from vitviz.app.topics.training import recipe
from vitviz.app.words import say, section

if TYPE_CHECKING:
    from vitviz.app.topics.training.lab import Lab
    from vitviz.train.lab import LabRun

# Which token attends: -1 is the class token, or where a network has none the patch in the middle.
QUERY: Setting[int] = Setting("training.query", links.signed)
SIDE = 8  # patches
MIDDLE = SIDE * (SIDE // 2) + SIDE // 2
CLASS_TOKEN = -1


def film(key: str, lab: Lab) -> None:
    """Attention, positions and class token of each run's snapshots so far."""
    chosen = QUERY.get(CLASS_TOKEN)
    query = chosen if CLASS_TOKEN <= chosen < SIDE**2 else CLASS_TOKEN
    runs = [described(run, query) for run in lab.runs if run.snapshots]
    if not runs:
        return
    mount = component("app/topics/training/film.js")
    data = {
        "runs": runs,
        "side": SIDE,
        "query": query,
        "picture": picture_url(fixed_picture()),
        "classes": [say(f"scene.kind.{name}") for name in kinds()],
        "label": fixed_label(),
        "words": section("training.film"),
        "scales": {
            "attention": colours("attention"),
            "position": colours("position"),
            "activation": colours("activation"),
        },
    }

    def query_chosen() -> None:
        QUERY.set(int(st.session_state[key]["query"]))

    mount(key=key, data=data, on_query_change=query_chosen)


def described(run: LabRun, query: int) -> dict[str, Any]:
    """One run's snapshots as the part takes them; all numbers are the network's own.

    ``rows`` (S, L, H, 64): the chosen token's weights on the patches, and ``onClass`` (S, L, H) its weight on the
    class token. ``positions`` (S, 64, D) and ``classToken`` (S, D), too, are empty where there are none.
    """
    snapshots = list(run.snapshots)
    first = snapshots[0]
    prefix = first.q.shape[2] - SIDE**2
    token = (0 if prefix else MIDDLE) if query == CLASS_TOKEN else query + prefix
    rows = np.stack([each.rows(token).numpy() for each in snapshots])  # (S, L, H, N)
    nothing = np.zeros(0, np.float32)
    return {
        "name": recipe.named(run.config),
        "steps": [each.steps for each in snapshots],
        "blocks": rows.shape[1],
        "heads": rows.shape[2],
        "query": token - prefix,
        "rows": np.ascontiguousarray(rows[..., prefix:]),
        "onClass": np.ascontiguousarray(rows[..., 0]) if prefix else nothing,
        "probabilities": np.stack([each.probabilities.numpy() for each in snapshots]),
        "dim": 0 if first.positions is None else first.positions.shape[1],
        "positions": nothing if first.positions is None else np.stack(
            [each.positions[prefix:].numpy() for each in snapshots if each.positions is not None]
        ),
        "classToken": nothing if first.class_token is None else np.stack(
            [each.class_token.numpy() for each in snapshots if each.class_token is not None]
        ),
    }  # fmt: skip


def fixed_picture() -> Image.Image:
    """The picture that all snapshots are of, enlarged without smoothing."""
    from vitviz.train.lab import FIXED, MEASURED
    from vitviz.train.lab_pictures import VALIDATION, stock

    pixels = stock(VALIDATION, MEASURED)[0][FIXED]
    picture = Image.fromarray(np.ascontiguousarray(pixels.permute(1, 2, 0).numpy()))
    return picture.resize((picture.width * 6, picture.height * 6), Image.Resampling.NEAREST)


def fixed_label() -> int:
    """Its class."""
    from vitviz.train.lab import FIXED, MEASURED
    from vitviz.train.lab_pictures import VALIDATION, stock

    return int(stock(VALIDATION, MEASURED)[1][FIXED])


def kinds() -> tuple[str, ...]:
    """The six things, in the order of their classes."""
    from vitviz.worlds.things import KINDS

    return KINDS
