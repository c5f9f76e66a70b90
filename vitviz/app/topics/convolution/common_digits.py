"""The same number from several programs, side by side, with the digits that all of them share in bold."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from vitviz.analysis.convolution.agreement import shared_start

STYLE = """<style>
.vvg { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 8px 18px; }
.vvg div { border-top: 1px solid #8885; padding-top: 4px; min-width: 0; font-size: 13px; }
.vvg code, .vvg p { font-family: var(--st-code-font, monospace); font-size: 12px; }
.vvg code { display: block; opacity: .85; overflow-wrap: anywhere; background: none; padding: 0; color: inherit; }
.vvg p { font-size: 21px; margin: 4px 0 0; font-variant-numeric: tabular-nums; }
.vvg p span { opacity: .7; }
</style>"""


def agreeing(rows: Sequence[tuple[str, Sequence[str], str]], symbol: str) -> str:
    """For every row its title, lines that say what was computed, and the number; ``symbol`` names the number."""
    shared = shared_start([number for *_, number in rows])
    cells = "".join(
        f"<div><b>{escape(title)}</b>{''.join(f'<code>{escape(line)}</code>' for line in lines)}"
        f"<code>{escape(symbol)} =</code>"
        f"<p><b>{escape(number[:shared])}</b><span>{escape(number[shared:])}</span></p></div>"
        for title, lines, number in rows
    )
    return f'{STYLE}<div class="vvg">{cells}</div>'
