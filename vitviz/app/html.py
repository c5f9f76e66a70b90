"""Small pieces of HTML: tables, bars, pictures. Every text is escaped.

Each of them is a figure that a person can save (``app/widgets/html_figures.js``): a table's numbers with all digits
that are known, and a picture of what is drawn.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from vitviz.plot.numbers import Rounded

STYLE = """<style>
.vvt { font-size: 13px; line-height: 1.45; overflow-x: auto; }
.vvt table { border-collapse: collapse; width: 100%; }
.vvt td, .vvt th { padding: 1px 10px 1px 0; text-align: left; vertical-align: baseline; border: 0; }
.vvt th { font-weight: 600; opacity: .7; word-break: keep-all; }
@media (max-width: 640px) { .vvt { font-size: 12px; } .vvt td, .vvt th { padding-right: 7px; } }
/* A table that is wider than the page fades out at its end until it is scrolled there. */
@keyframes vvt-end {
  0%, 99% { mask-image: linear-gradient(to left, transparent, #000 36px); }
  100% { mask-image: none; }
}
@supports (animation-timeline: scroll()) {
  .vvt { animation: vvt-end linear; animation-timeline: scroll(self inline); }
}
.vvt td:first-child:not(.n) { min-width: 5em; }
.vvt .n { font-family: var(--st-code-font, monospace); font-variant-numeric: tabular-nums; white-space: nowrap; }
.vvt .r { text-align: right; }
.vvt .q { opacity: .7; }
.vvt .b { height: 7px; background: currentColor; opacity: .8; min-width: 1px; }
.vvt .t { width: 45%; }
.vvt-beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 190px), 1fr)); gap: 10px 24px; }
.vvt-title { font-size: 14px; }
.vvt-mark { font-size: 12px; padding: 1px 6px; border-radius: 4px; background: rgba(224,100,26,.14); }
.vvt-note { font-size: 13px; opacity: .7; }
</style>"""


def percent(share: float) -> str:
    """Two digits in per cent, without a power of ten."""
    value = 100 * share
    return f"{value:.0f} %" if value >= 9.95 else f"{value:.2g} %"


def figure(piece: str, columns: Mapping[str, Sequence[str | float]] | None = None) -> str:
    """A drawing that can be saved as a picture, and with ``columns`` its numbers as a table."""
    numbers = f' data-columns="{escape(json.dumps(columns))}"' if columns else ""
    return f'<div class="vvf" data-drawn{numbers}>{piece}</div>'


def image(address: str, says: str, width: int) -> str:
    """A picture with what a screen reader says of it, which ``st.image`` cannot have; ``says`` stands below it too."""
    picture = f'<img src="{escape(address)}" alt="{escape(says)}" style="width:{width}px;max-width:100%">'
    return f'{STYLE}{figure(picture)}<div class="vvt-note">{escape(says)}</div>'


def bars(rows: Iterable[tuple[str, *tuple[float, ...]]], head: Sequence[str] = ()) -> str:
    """A name, a share between 0 and 1 as a bar, and this and further shares in per cent; ``head`` names the shares."""
    top = "".join(f'<th class="r">{escape(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><td>{escape(name)}</td><td class="t"><div class="b" style="width:{100 * shares[0]:.2f}%"></div></td>'
        + "".join(
            f'<td class="n r" data-value="{float(share)!r}">{100 * share:.1f} %</td>' for share in shares
        )
        + "</tr>"
        for name, *shares in rows
    )
    first = f"<tr><th></th><th></th>{top}</tr>" if top else ""
    return f'{STYLE}<div class="vvt vvf" data-drawn tabindex="0"><table>{first}{body}</table></div>'


def beside(pieces: Iterable[str]) -> str:
    """Pieces of HTML side by side, below one another where there is little room."""
    return f'{STYLE}<div class="vvt-beside">{"".join(f"<div>{piece}</div>" for piece in pieces)}</div>'


def titled(title: str, piece: str, mark: str = "", note: str = "") -> str:
    """A piece of HTML with a title above it, a marked word beside that, and a note below; saved under its title."""
    marked = f' <span class="vvt-mark">{escape(mark)}</span>' if mark else ""
    below = f'<div class="vvt-note">{escape(note)}</div>' if note else ""
    named = f'<div data-name="{escape(title)}">{piece}</div>'
    return f'<div class="vvt-title">{escape(title)}{marked}</div>{named}{below}'


def table(rows: Iterable[Sequence[str]], head: Sequence[str] = (), numbers: Sequence[int] = ()) -> str:
    """Rows of texts; columns whose index is in ``numbers`` are monospaced."""
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(
        f"<tr>{''.join(_cell(cell, number=i in numbers) for i, cell in enumerate(row))}</tr>" for row in rows
    )
    return f'{STYLE}<div class="vvt vvf" tabindex="0"><table><tr>{top}</tr>{body}</table></div>'


def _cell(text: str, *, number: bool) -> str:
    value = f' data-value="{text.value!r}"' if isinstance(text, Rounded) else ""
    return f'<td class="{"n" if number else ""}"{value}>{escape(text)}</td>'
