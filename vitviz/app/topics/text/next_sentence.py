"""BERT's second question: does the second stretch follow the first, a true pair beside a drawn one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import html, links, session
from vitviz.app.settings import Setting
from vitviz.app.topics.text.inputs import (
    LONGEST,
    LONGEST_TEXT,
    checked,
    reader,
    seed_field,
    typed,
    word_pieces,
)
from vitviz.app.words import say
from vitviz.plot.numbers import percent, short
from vitviz.worlds.dice import Dice

if TYPE_CHECKING:
    from vitviz.analysis.text.next_sentence import Verdict

# Neighbours in Jane Austen's novels (in the public domain), some cut short; the model may have learned from them.
PAIRS = (
    (
        "Do you not want to know who has taken it? cried his wife impatiently.",
        "You want to tell me, and I have no objection to hearing it.",
    ),
    (
        "The family of Dashwood had long been settled in Sussex.",
        "Their estate was large, and their residence was at Norland Park.",
    ),
    (
        "But it is, returned she; for Mrs. Long has just been here, and she told me all about it.",
        "Mr. Bennet made no answer.",
    ),
    ("Is he married or single?", "Oh! single, my dear, to be sure!"),
    (
        "She was the youngest of the two daughters of a most affectionate, indulgent father.",
        "Her mother had died too long ago for her to have more than an indistinct remembrance of her.",
    ),
)
PAIR = Setting("text.pair", links.whole)
FIRST, AFTER = Setting("text.first", typed), Setting("text.after", typed)


def section() -> None:
    """A first sentence with the one that follows it, and with one that is drawn from the other pairs."""
    from vitviz.analysis.text.next_sentence import judge
    from vitviz.analysis.text.rows import row_of

    left, right = st.columns([3, 1])
    with left:
        first, true = _sentences()
    with right:
        seed = seed_field()
    drawn = Dice(seed).pick([second for _, second in PAIRS if second != true])
    words = word_pieces()
    found: dict[str, tuple[str, Verdict]] = {}
    for name, second in (("true", true), ("drawn", drawn)):
        pieces, after = checked(first), checked(second)
        if pieces is None or after is None:
            return
        if len(pieces) + len(after) > LONGEST:
            st.warning(say("text.pair_too_long", count=len(pieces) + len(after), most=LONGEST))
            return
        with session.gate():
            found[name] = second, judge(reader(), row_of(words, pieces, after))
    st.html(_table(found))
    for name, (_, verdict) in found.items():
        st.markdown(say(f"text.nsp_{name}", **_numbers(verdict)))


def _sentences() -> tuple[str, str]:
    """The first sentence and the one behind it: a pair of the novels, which a person may change."""
    options = range(len(PAIRS))
    pair = PAIR.widget(
        lambda key: st.selectbox(
            say("text.pair_label"), options, format_func=lambda i: PAIRS[i][0], key=key
        ),
        options, 0,
    )  # fmt: skip
    first = FIRST.widget(
        lambda key: st.text_input(say("text.first_label"), key=key, max_chars=LONGEST_TEXT),
        None, PAIRS[pair][0], str(pair),
    )  # fmt: skip
    second = AFTER.widget(
        lambda key: st.text_input(say("text.after_label"), key=key, max_chars=LONGEST_TEXT),
        None, PAIRS[pair][1], str(pair),
    )  # fmt: skip
    return first, second


def _table(found: dict[str, tuple[str, Verdict]]) -> str:
    rows = [
        (
            say(f"text.pair_{name}"),
            second,
            short(verdict.next),
            short(verdict.elsewhere),
            percent(verdict.probability),
        )
        for name, (second, verdict) in found.items()
    ]
    head = ("", *(say(f"text.column_{name}") for name in ("second", "next", "elsewhere", "probability")))
    return html.table(rows, head, numbers=(2, 3, 4))


def _numbers(verdict: Verdict) -> dict[str, str]:
    """Both logits as powers, the probability that they make, and what that says."""
    yes, no = math.exp(verdict.next), math.exp(verdict.elsewhere)
    return {
        "next": short(verdict.next), "elsewhere": short(verdict.elsewhere), "yes": short(yes),
        "no": short(no), "probability": percent(verdict.probability),
        "taken": say("text.taken_next" if verdict.next > verdict.elsewhere else "text.taken_elsewhere"),
    }  # fmt: skip
