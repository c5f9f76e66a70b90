"""What a training run recorded: loss and accuracy, and its learning rate, gradient and weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vitviz.plot.drawing import Description, drawing
from vitviz.plot.marks import Axis, Dash, Panel, Panels, Part, Symbol, level, line
from vitviz.plot.panels import below
from vitviz.plot.themes import ACCENT, FAINT, INK, Theme

# Colour, dashes and marker of the first and of the second run.
LOOKS: tuple[tuple[str, Dash, Symbol], ...] = ((ACCENT, "solid", "circle"), (INK, "dash", "square-open"))
PART_LOOKS: tuple[tuple[str, Dash], ...] = (
    (INK, "solid"), (ACCENT, "dash"), (INK, "dot"), (ACCENT, "dashdot"), (INK, "longdash"), (ACCENT, "dot"),
    (ACCENT, "solid"),
)  # fmt: skip

# Marks of the gradient's axis, which seldom spans a whole power of ten.
LENGTHS = tuple(
    (number * 10.0**power, f"{number * 10.0**power:g}") for power in range(-6, 5) for number in (1, 2, 5)
)

Points = Sequence[tuple[int, float]]  # step, value


@dataclass(frozen=True)
class RunCurves:
    """One run's numbers by step. ``batch_loss`` is of each batch; ``train`` ones and ``new`` ones were measured."""

    name: str
    batch_loss: Points = ()
    train_loss: Points = ()
    new_loss: Points = ()
    train_accuracy: Points = ()
    new_accuracy: Points = ()
    learning_rate: Points = ()
    gradient_norm: Points = ()
    weight_norms: Mapping[str, Points] = field(default_factory=dict)


@drawing
def training_curves(
    runs: Sequence[RunCurves],
    steps: int,
    chance: tuple[float, float],
    *,
    words: Mapping[str, str],
    label: str = "Loss and accuracy against steps",
    theme: Theme = "light",
) -> Description:
    """Loss over accuracy, each against steps (to ``steps``); ``chance`` is the loss and accuracy of guessing.

    ``words`` are: step, loss, accuracy, batch, train, new. Lines with marks were measured on new pictures, thin ones on
    training pictures, and the faint one is every batch's own loss.
    """
    losses: list[Part] = []
    accuracies: list[Part] = []
    for run, (ink, dash, symbol) in zip(runs, LOOKS, strict=False):
        if run.batch_loss:
            losses.append(
                _line(
                    run.batch_loss,
                    FAINT if ink == INK else ink,
                    0.6,
                    f"{run.name}, {words['batch']}",
                    faint=True,
                )
            )
        for parts, train, new in (
            (losses, run.train_loss, run.new_loss), (accuracies, run.train_accuracy, run.new_accuracy),
        ):  # fmt: skip
            parts.append(_line(train, ink, 1.2, f"{run.name}, {words['train']}", "dot"))
            named = run.name if parts is losses else ""
            parts.append(_line(new, ink, 2, f"{run.name}, {words['new']}", dash, symbol, named))
    x = Axis(words["step"], (0, steps))
    top = Panel(Axis(words["loss"], from_zero=True), losses, [level(chance[0])])
    low = Panel(Axis(words["accuracy"], (0, 1), style="percent"), accuracies, [level(chance[1])])
    return below(Panels([top, low], 400, x, label=label), theme)


@drawing
def training_norms(
    runs: Sequence[RunCurves],
    steps: int,
    clip: float,
    *,
    words: Mapping[str, str],
    label: str = "Learning rate, gradient and weights against steps",
    theme: Theme = "light",
) -> Description:
    """Learning rate, length of the gradient before it is clipped at ``clip``, and length of the parts' weights.

    ``words`` are: step, rate, gradient, weights, and each part's name. The weights are those of the first run.
    """
    rates: list[Part] = []
    gradients: list[Part] = []
    for run, (ink, dash, _) in zip(runs, LOOKS, strict=False):
        rates.append(_line(run.learning_rate, ink, 1.6, f"{run.name}, {words['rate']}", dash))
        gradients.append(_line(run.gradient_norm, ink, 0.9, f"{run.name}, {words['gradient']}"))
    weights = [
        _line(points, ink, 1.4, words[part], dash, named=words[part])
        for (part, points), (ink, dash) in zip(runs[0].weight_norms.items(), PART_LOOKS, strict=False)
    ]
    panels = [
        Panel(Axis(words["rate"], from_zero=True), rates),
        Panel(Axis(words["gradient"], log=True, ticks=LENGTHS), gradients, [level(clip, ACCENT, "dash")]),
        Panel(Axis(words["weights"], log=True), weights),
    ]
    return below(Panels(panels, 560, Axis(words["step"], (0, steps)), label=label), theme)


def _line(
    points: Points,
    ink: str,
    width: float,
    about: str,
    dash: Dash = "solid",
    symbol: Symbol | None = None,
    named: str = "",
    *,
    faint: bool = False,
) -> Part:
    hover = f"{about}, %{{x}}: %{{y:.4~g}}"
    steps, values = [step for step, _ in points], [value for _, value in points]
    made = line(steps, values, ink, width, dash, symbol=symbol, size=5, hover=hover, name=named)
    return made | {"opacity": 0.45} if faint else made
