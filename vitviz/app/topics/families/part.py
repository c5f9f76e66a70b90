"""The page's browser part: three squares of the same words, one for each family, and what a word sees in each."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st

from vitviz.app import html, networks
from vitviz.app.component import colours, component
from vitviz.app.sequence_models import sequence_model
from vitviz.app.words import say, section

ROWS = ("encoder", "vit", "decoder", "both", "recurrent")


def families_part(key: str, choice: dict[str, Any], *, on_choice: Callable[[dict[str, Any]], None]) -> None:
    """Show the three squares, opened with ``choice``, and a table that compares five families.

    ``on_choice`` is called with what a person chose.
    """
    mount = component("app/topics/families/part.js")
    with networks.gate("light"):
        data = {
            "runs": runs(),
            "choice": choice,
            "words": section("families.part"),
            "scales": {"attention": colours("attention")},
        }

    def chosen() -> None:
        if found := st.session_state[key].get("choice"):
            on_choice(dict(found))

    mount(key=key, data=data, on_choice_change=chosen)
    names = ("family", "sees", "pairs", "next", "kept")
    rows = [[say(f"families.row_{row}_{name}") for name in names] for row in ROWS]
    st.html(html.table(rows, [say(f"families.head_{name}") for name in names]))
    st.caption(say("families.opened_where"))


@cache
def runs() -> list[dict[str, Any]]:
    """Every sentence in all three models, run once for everybody."""
    from vitviz.analysis.families.same_words import SENTENCES, SameWords, in_both, in_decoder, in_encoder

    def data(run: SameWords, family: str, model: str) -> dict[str, Any]:
        return {
            "family": family,
            "model": model,
            "tokens": run.tokens,
            "word": run.word,
            "allowed": run.allowed.numpy().astype("uint8"),  # (N, N)
            "attentions": [
                {
                    "name": each.name,
                    "row": each.row,
                    "column": each.column,
                    "shape": list(each.weights.shape),
                    "weights": each.weights.contiguous().numpy(),  # (L, H, rows, columns)
                }
                for each in run.attentions
            ],
        }

    makers = (
        ("encoder", "bert-mini", in_encoder),
        ("decoder", "gpt-mini", in_decoder),
        ("both", "translator-mini", in_both),
    )
    return [
        {
            "sentence": sentence,
            "models": [
                data(make(sequence_model(model), sentence), family, model) for family, model, make in makers
            ],
        }
        for sentence in SENTENCES
    ]
