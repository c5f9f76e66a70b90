"""Dropout switched on: twenty answers to one question, and how far they lie apart."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import html, links, session
from vitviz.app.settings import Setting
from vitviz.app.topics.text.inputs import EXAMPLES, TEXT, reader, seed_field, text_field, word_pieces
from vitviz.app.words import say
from vitviz.plot.numbers import percent

if TYPE_CHECKING:
    from torch import Tensor

RUNS = 20
SHARES = (0.0, 0.1, 0.2, 0.5)
SHARE = Setting("text.dropout", links.one_of(SHARES))
SHOWN = 6  # pieces


def section() -> None:
    """The text's first hidden word, answered twenty times under other dropped numbers."""
    from vitviz.analysis.text.dropping import answers
    from vitviz.analysis.text.guesses import from_both_sides, trace_bert
    from vitviz.analysis.text.rows import row_of

    pieces = text_field(TEXT, say("text.text_label"), EXAMPLES[0])
    left, right = st.columns([3, 1])
    with left:
        share = SHARE.widget(
            lambda key: st.segmented_control(
                say("text.dropout_label"), SHARES, key=key, required=True, format_func=lambda p: f"p = {p:g}"
            ),
            SHARES, SHARES[1],
        )  # fmt: skip
    with right:
        seed = seed_field()
    if pieces is None:
        return
    row = row_of(word_pieces(), pieces)
    if not row.masked:
        st.info(say("text.nothing_hidden_typed"))
        return
    place = row.masked[0]
    with session.gate():
        plain = from_both_sides(trace_bert(reader(), row), place, SHOWN)
        found = answers(reader(), row, place, share, RUNS, seed)  # (R, V)
    names = word_pieces().vocabulary
    rows = []
    for guess in plain.guesses:
        drawn = found[:, guess.number]
        spread = (drawn.min(), drawn.median(), drawn.max(), drawn.mean(), drawn.std())
        rows.append((names[guess.number], percent(guess.probability), *(percent(x.item()) for x in spread)))
    head = [
        say("text.piece"),
        say("text.plain"),
        *(say(f"text.{name}") for name in ("least", "median", "largest", "mean", "spread")),
    ]
    st.html(
        html.titled(say("text.dropped", runs=RUNS, place=place), html.table(rows, head, numbers=range(1, 7)))
    )
    st.html(html.titled(say("text.dots", runs=RUNS), _dots(found, [guess.number for guess in plain.guesses])))
    firsts = [names[number] for number in found.argmax(dim=1).tolist()]
    counted = Counter(firsts).most_common(SHOWN)
    st.html(
        html.titled(
            say("text.firsts", runs=RUNS), html.bars([(name, count / RUNS) for name, count in counted])
        )
    )
    listed = escape(" \u00b7 ".join(firsts))
    st.html(html.titled(say("text.in_order"), f'<p class="vvt-note">{listed}</p>'))


def _dots(found: Tensor, numbers: list[int]) -> str:
    """Every answer as a dot: a line for each of these pieces, from 0 to the largest probability."""
    names = word_pieces().vocabulary
    high = found[:, numbers].max().item() or 1.0
    lines, columns = [], {}
    for number in numbers:
        shares = found[:, number].tolist()
        dots = "".join(
            f'<span style="position:absolute;left:calc({100 * share / high:.2f}% - 3px);top:5px;width:7px;height:7px;'
            'border-radius:50%;background:currentColor;opacity:.45"></span>'
            for share in shares
        )
        lines.append(
            f'<tr><td>{escape(names[number])}</td><td style="width:85%"><div style="position:relative;height:17px;'
            f'border-bottom:1px solid #8886">{dots}</div></td></tr>'
        )
        columns[names[number]] = shares
    ends = f'<tr><td></td><td class="n">0 \u2026 {percent(high)}</td></tr>'
    return html.figure(f'{html.STYLE}<div class="vvt"><table>{"".join(lines)}{ends}</table></div>', columns)
