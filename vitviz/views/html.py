"""Small pieces of HTML: tables and bars. Every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

STYLE = """<style>
.vvt { font-size: 13px; line-height: 1.45; overflow-x: auto; }
.vvt table { border-collapse: collapse; width: 100%; }
.vvt td, .vvt th { padding: 1px 10px 1px 0; text-align: left; vertical-align: baseline; border: 0; }
.vvt th { font-weight: 600; opacity: .7; }
.vvt .n { font-family: var(--st-code-font, monospace); font-variant-numeric: tabular-nums; white-space: nowrap; }
.vvt .q { opacity: .7; }
.vvt .b { height: 7px; background: currentColor; opacity: .8; min-width: 1px; }
.vvt .t { width: 45%; }
</style>"""


def bars(rows: Iterable[tuple[str, float]]) -> str:
    """A name, a share between 0 and 1 as a bar, and the share in per cent."""
    body = "".join(
        f'<tr><td>{escape(name)}</td><td class="t"><div class="b" style="width:{100 * share:.2f}%"></div></td>'
        f'<td class="n">{100 * share:.1f} %</td></tr>'
        for name, share in rows
    )
    return f'{STYLE}<div class="vvt"><table>{body}</table></div>'


def table(rows: Iterable[Sequence[str]], head: Sequence[str] = (), numbers: Sequence[int] = ()) -> str:
    """Rows of texts; columns whose index is in ``numbers`` are monospaced."""
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="{"n" if i in numbers else ""}">{escape(cell)}</td>' for i, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return f'{STYLE}<div class="vvt"><table><tr>{top}</tr>{body}</table></div>'
