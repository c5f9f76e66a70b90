"""How the receptive field of a token grows with every block: a line for each way, on a logarithmic axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vitviz.plot.drawing import Description, drawing
from vitviz.plot.marks import Axis, Dash, Panel, Panels, Symbol, line, upright
from vitviz.plot.panels import below
from vitviz.plot.themes import Theme

SHARES = (0.01, 0.03, 0.1, 0.3, 1.0)
BLUE, ORANGE = "#2f6bff", "#e07a1f"
LOOKS: tuple[tuple[str, Dash, Symbol], ...] = ((BLUE, "solid", "circle"), (ORANGE, "dash", "square-open"))
HEIGHT = 270


@drawing
def growth_lines(
    sizes: Mapping[str, Sequence[int]],
    steps: Sequence[str],
    patches: int,
    at: int | None = None,
    *,
    legend: bool = True,
    x_title: str = "block",
    label: str = "Patches that a token depends on, after every block",
    theme: Theme = "light",
) -> Description:
    """Sizes in patches after every step by the name of the way; ``steps`` are the blocks' names, "" a patch merging.

    ``patches`` are all that the picture has, ``at`` is the step that is looked at; ``legend`` says whether the ways'
    names stand above the figure.
    """
    floor = max(1.0, min(min(values) for values in sizes.values()) / 2)
    traces = []
    for (name, values), (colour, dash, symbol) in zip(sizes.items(), LOOKS, strict=False):
        hover = f"%{{text}}: %{{y}} / {patches}, {name}"
        words = [step or "\u2193" for step in steps]
        traces.append(
            line(
                range(len(steps)),
                values,
                colour,
                1.8,
                dash,
                symbol=symbol,
                size=6,
                hover=hover,
                text=words,
                name=name if legend else "",
            )
        )
    uprights = [upright(i, dash="dot") for i, step in enumerate(steps) if not step]
    if at is not None:
        uprights.append({**upright(at, BLUE, opacity=0.5), "name": "at"})
    dense = sum(map(bool, steps)) > 16
    first = [i for i in range(len(steps)) if steps[i] and (i == 0 or not steps[i - 1])]  # of every stage
    ticks = [(i, step) for i, step in enumerate(steps) if step and (not dense or i in first)]
    marked = [(share * patches, f"{100 * share:.0f} %") for share in SHARES if share * patches >= floor]
    panel = Panel(Axis(span=(floor, 1.15 * patches), log=True, ticks=marked), traces)
    x = Axis(x_title, span=(-0.3, len(steps) - 0.7), ticks=ticks)
    described = below(Panels([panel], HEIGHT, x, uprights, label=label), theme)
    described["layout"]["dragmode"] = False
    return described
