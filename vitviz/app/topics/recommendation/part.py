"""The page's browser part: one aircraft's flights and, below them, what the chosen section shows of both models."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st

from vitviz.app import networks
from vitviz.app.component import colours, component
from vitviz.app.words import section

SECTIONS_OF_AN_AIRCRAFT = ("attention", "gru")


def recommendation_part(
    key: str, view: str, choice: dict[str, Any], *, on_choice: Callable[[dict[str, Any]], None]
) -> None:
    """Show the section ``view``, opened with ``choice``; ``on_choice`` is called with what a person chose."""
    from vitviz.app.topics.recommendation import answer, matrix, users

    mount = component("app/topics/recommendation/part.js")
    aircraft = choice["aircraft"]
    with networks.gate("light"):
        found = {
            "answer": answer.answer(aircraft, choice["edits"]) if view in SECTIONS_OF_AN_AIRCRAFT else None,
            "gates": answer.gates(aircraft, choice["edits"]) if view == "gru" else None,
            "worth": answer.worth(aircraft, choice["edits"]) if view == "gru" else None,
            "matrix": (
                matrix.score_matrix(aircraft, choice["others"], choice["count"], choice["seed"])
                if view == "losses"
                else None
            ),
            "users": users.ten_users(choice["users"]) | {"whole": users.whole_test()}
            if view == "ranking"
            else None,
        }
    data = found | {
        "view": view,
        "choice": choice,
        "fixed": _fixed(),
        "words": section("recommendation.part"),
        "scales": {name: colours(name) for name in ("attention", "difference", "activation")},
    }

    def chosen() -> None:
        if picked := st.session_state[key].get("choice"):
            on_choice(dict(picked))

    mount(key=key, data=data, on_choice_change=chosen)


def every_place(aircraft: int, edits: str) -> dict[str, Any]:
    """SASRec's attention of all places of a row, for the view of attention over words."""
    import torch

    from vitviz.app.topics.recommendation.answer import answer
    from vitviz.app.topics.recommendation.models import codes, sasrec
    from vitviz.tracing.trace import run_tokens
    from vitviz.web.word_attention.payload import attention_over_words

    with networks.gate("light"):
        row = answer(aircraft, edits)
        names = [
            f"{place} {codes()[item - 1]}" for place, item in zip(row["places"], row["items"], strict=True)
        ]
        items = torch.from_numpy(row["items"]).long()
        return attention_over_words(run_tokens(sasrec(), items[None]), names)


@cache
def _fixed() -> dict[str, Any]:
    """What stays the same: the airports and their places, and the tables that states are multiplied with."""
    from vitviz.analysis.recommendation.flights import flights
    from vitviz.app.topics.recommendation.models import gru4rec, sasrec

    data, recurrent = flights(), gru4rec()
    return {
        "codes": list(data.codes),
        "latitude": data.latitude.numpy(),
        "longitude": data.longitude.numpy(),
        "aircraft": len(data.rows),
        "itemEmbed": sasrec().item_embed.weight[1:].contiguous().numpy(),  # (I, D)
        "outWeight": recurrent.out.weight.numpy(),  # (I, D)
        "outBias": recurrent.out.bias.numpy(),  # (I,)
    }
