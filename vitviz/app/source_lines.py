"""Source lines with the live shape of what each of them made, as HTML. Every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from vitviz.web.tensor_summary import shape_text

STYLE = """<style>
.vvs { display: flex; font: 12px/1.65 "Source Code Pro", monospace; border: 1px solid #8885; padding: 5px 0; }
.vvs pre { margin: 0; padding: 0 10px; font: inherit; background: none; color: inherit; }
.vvs pre:first-child { flex: 1; min-width: 0; overflow-x: auto; }
.vvs pre:last-child { border-left: 1px solid #8885; }
</style>"""


def source(lines: Iterable[tuple[str, tuple[int, ...] | None]], heads: tuple[str, str]) -> str:
    """Each line, and at the right the shape of the tensor that it made; ``heads`` name the two columns."""
    texts, shapes = zip(*lines, strict=True)
    code = "\n".join([f"<b>{escape(heads[0])}</b>", *(escape(text) for text in texts)])
    live = "\n".join(
        [f"<b>{escape(heads[1])}</b>", *(shape_text(shape) if shape else "" for shape in shapes)]
    )
    return f'{STYLE}<div class="vvs"><pre tabindex="0">{code}</pre><pre>{live}</pre></div>'
