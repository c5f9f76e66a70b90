"""A matrix product drawn to scale: two factors and the result, one row and one column marked."""

from __future__ import annotations

from html import escape

from vitviz.app.html import figure

STYLE = """<style>
.vvp { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 10px; font: 12px var(--st-code-font, monospace); }
.vvp figure { margin: 0; } .vvp figcaption { font: inherit; color: inherit; white-space: pre; }
.vvp i { position: relative; display: block; border: 1px solid currentColor; background: #8882; }
.vvp u { position: absolute; background: var(--st-primary-color, #c2410c); }
.vvp span { font-size: 18px; }
</style>"""
LONGEST = 104  # CSS pixels: all three side by side on a phone


def product(shapes: tuple[int, int, int], names: tuple[str, str, str], marked: tuple[int, int]) -> str:
    """(D, L) times (L, N) gives (D, N); ``shapes`` is (D, L, N), ``marked`` the row and column of one result."""
    d, length, n = shapes
    row, column = marked
    unit = LONGEST / max(shapes)
    left = _matrix(names[0], d, length, unit, (row / d, 0, 1 / d, 1))
    right = _matrix(names[1], length, n, unit, (0, column / n, 1, 1 / n))
    result = _matrix(names[2], d, n, unit, (row / d, column / n, 1 / d, 1 / n))
    drawn = f'{STYLE}<div class="vvp">{left}<span>\u00b7</span>{right}<span>=</span>{result}</div>'
    columns: dict[str, tuple[str | int, ...]] = {
        "matrix": names, "rows": (d, length, d), "columns": (length, n, n),
        "marked row": (row, "", row), "marked column": ("", column, column),
    }  # fmt: skip
    return figure(drawn, columns)


def _matrix(name: str, rows: int, columns: int, unit: float, mark: tuple[float, float, float, float]) -> str:
    top, left, height, width = (f"{100 * share:.2f}%" for share in mark)
    box = f"width:{max(3.0, columns * unit):.0f}px;height:{max(3.0, rows * unit):.0f}px"
    spot = f"top:{top};left:{left};height:{height};width:{width};min-height:2px;min-width:2px"
    return (
        f"<figure><figcaption>{escape(name)}\n({rows}, {columns})</figcaption>"
        f'<i style="{box}"><u style="{spot}"></u></i></figure>'
    )
