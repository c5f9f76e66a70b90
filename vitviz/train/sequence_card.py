"""The card of a model that reads rows of tokens. All figures come from the facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vitviz.train.shipping import head, how_trained, table


@dataclass(frozen=True)
class Words:
    """What a card says of one task: of which rows the figures are, each figure's name, limits, recipe and data."""

    measured: str
    figures: dict[str, str]
    limits: str
    recipe: str
    data: str


WORDS = {
    "translation": Words(
        measured="Of {sentences:,} new sentences of each kind, none of which it learned from, written greedily:",
        figures={
            "exact": "whole sentences exactly right",
            "held_out": "the same, with pairs of colour and thing that it never saw together",
        },
        limits="""\
- It knows 47 English words and 54 Chinese characters, and the six forms of sentence that its own grammar has. There is
  nothing it could say of any other word or form.
- The grammar is ours and simple; a Chinese speaker would put some of these sentences otherwise.
- It is small, and was made to be looked into.
""",
        recipe="""\
AdamW without decay on biases and norms; warm-up, then a cosine; cross-entropy of every character given the right ones
before it, with label smoothing. Matrices start from Xavier's weights. There is no dropout: no sentence comes twice on
purpose. What is shipped is a moving average (`ema`) of the weights.
""",
        data="""\
Sentences about the picture book, English with its Chinese, made by vitviz's own grammar from their seeds
(`vitviz/worlds/sentences.py`): nothing was collected. A purple mushroom, a white boat and a green fish are in no
sentence that it learned from.
""",
    ),
}


def sequence_card(facts: dict[str, Any]) -> str:
    """The card as Markdown, from what ``export_sequence_model`` gathered."""
    words, figures, goals = WORDS[facts["task"]], facts["figures"], facts["goals"]
    rows = [
        (text, f"{figures[name]:.3f}", f"{goals[name]:g}" if name in goals else "")
        for name, text in words.figures.items()
    ]
    return f"""\
{head(facts)}
## How good it is

{words.measured.format(**figures)}

{table(("figure", "reached", "at least, to be shipped"), rows)}
## What it is not good for

{words.limits}
{how_trained(facts, words.recipe)}
## Data

{words.data}"""
