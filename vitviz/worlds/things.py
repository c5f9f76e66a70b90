"""The six things of the picture book, each of several shapes in a square from -100 to 100, y downwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

from vitviz.worlds.colours import DARKS, LIGHTS, PAINTS, WOODS, Colour, darker, lighter, varied
from vitviz.worlds.dice import Dice

KINDS = ("house", "tree", "car", "boat", "fish", "mushroom")
FLOATING = ("fish",)  # these throw no shadow on the ground

# Rounded to whole numbers, so that a machine whose sine differs in the last bit draws the same circle.
ROUND = 4096
CIRCLE: tuple[tuple[int, int], ...] = tuple(
    (round(ROUND * cos(2 * pi * i / 24)), round(ROUND * sin(2 * pi * i / 24))) for i in range(24)
)
UPPER = tuple((x, y) for x, y in CIRCLE if y <= 0)


@dataclass(frozen=True)
class Shape:
    """A polygon (V, 2) that every row meets in one span, in one colour; ``inked`` ones end in a dark line."""

    points: NDArray[np.int64]
    colour: Colour
    inked: bool = True


def polygon(colour: Colour, *points: tuple[int, int], inked: bool = True) -> Shape:
    """A polygon through ``points``."""
    return Shape(np.array(points, np.int64) * ROUND, colour, inked)


def box(colour: Colour, left: int, top: int, right: int, bottom: int, inked: bool = True) -> Shape:
    """An upright rectangle."""
    return polygon(colour, (left, top), (right, top), (right, bottom), (left, bottom), inked=inked)


def oval(colour: Colour, left: int, top: int, right: int, bottom: int, inked: bool = True) -> Shape:
    """The ellipse that fills a rectangle."""
    return Shape(_round(CIRCLE, left, top, right, bottom), colour, inked)


def dome(colour: Colour, left: int, top: int, right: int, bottom: int, inked: bool = True) -> Shape:
    """The upper half of an ellipse, filling a rectangle."""
    return Shape(_round(UPPER, left, top, right, 2 * bottom - top), colour, inked)


def _round(
    circle: tuple[tuple[int, int], ...], left: int, top: int, right: int, bottom: int
) -> NDArray[np.int64]:
    unit = np.array(circle, np.int64)  # (V, 2)
    middle = np.array([left + right, top + bottom], np.int64) * (ROUND // 2)
    return middle + unit * np.array([right - left, bottom - top], np.int64) // 2


def shapes(kind: str, seed: int) -> list[Shape]:
    """The shapes of one thing, back to front; ``seed`` decides its colours and details.

    Raises:
        ValueError: if there is no such thing in the book.
    """
    if kind not in MAKERS:
        raise ValueError(f"the picture book has {', '.join(KINDS)}, not {kind!r}")
    return MAKERS[kind](Dice(seed))


def _paints(dice: Dice) -> tuple[Colour, Colour]:
    """Two different colours."""
    first = dice.below(len(PAINTS))
    second = (first + dice.between(2, len(PAINTS) - 2)) % len(PAINTS)
    return varied(PAINTS[first], dice), varied(PAINTS[second], dice)


def _house(dice: Dice) -> list[Shape]:
    wall, roof = _paints(dice)
    dark, light = dice.pick(DARKS), dice.pick(LIGHTS)
    door = varied(dice.pick(PAINTS), dice)
    made = [box(dice.pick(WOODS), 38, -88, 60, -30)] if dice.chance(60) else []
    made += [box(wall, -76, -22, 76, 100), box(darker(wall, 86), 50, -22, 76, 100, inked=False)]
    if dice.chance(50):
        made += [polygon(roof, (-100, -10), (0, -100), (100, -10))]
        made += [polygon(darker(roof, 86), (44, -10), (0, -100), (100, -10), inked=False)]
    else:
        made += [polygon(roof, (-98, -10), (-58, -94), (58, -94), (98, -10))]
        made += [box(darker(roof, 84), -66, -58, 66, -50, inked=False)]
    made += [box(darker(wall, 74), -76, -10, 76, 0, inked=False)]
    made += [
        dome(door, -18, 26, 22, 50),
        box(door, -18, 48, 22, 100),
        oval(light, 9, 66, 17, 76, inked=False),
    ]
    for left in (-60, 36):
        made += [box(light, left, 20, left + 26, 52)]
        made += [
            box(dark, left + 11, 20, left + 15, 52, inked=False),
            box(dark, left, 34, left + 26, 38, inked=False),
        ]
    if dice.chance(50):
        made += [oval(light, -14, -56, 14, -28)]
    return made


def _tree(dice: Dice) -> list[Shape]:
    leaves, fruit = _paints(dice)
    wood = dice.pick(WOODS)
    trunk = [
        polygon(wood, (-24, 100), (-11, 40), (-9, -10), (9, -10), (12, 40), (24, 100)),
        polygon(darker(wood, 80), (4, 100), (4, -10), (9, -10), (12, 40), (24, 100), inked=False),
    ]
    if dice.chance(35):
        layers = [(88, 62, -14), (72, 24, -58), (52, -18, -100)]
        made = trunk
        for half, bottom, top in layers:
            made += [polygon(leaves, (-half, bottom), (0, top), (half, bottom))]
            made += [polygon(darker(leaves, 84), (half // 3, bottom), (0, top), (half, bottom), inked=False)]
        return made
    made = [*trunk, oval(darker(leaves, 80), -12, -46, 94, 44), oval(darker(leaves, 90), -94, -42, 10, 42)]
    made += [oval(leaves, -64, -100, 62, 10), oval(lighter(leaves, 22), -48, -88, 6, -38, inked=False)]
    if dice.chance(60):
        spots = [(-58, -12), (40, -22), (-4, -30), (28, -70), (62, 8), (-30, 12)]
        made += [oval(fruit, x - 10, y - 10, x + 10, y + 10) for x, y in spots[: dice.between(3, 6)]]
    return made


def _car(dice: Dice) -> list[Shape]:
    paint, stripe = _paints(dice)
    dark, light = dice.pick(DARKS), dice.pick(LIGHTS)
    made = [polygon(paint, (-58, 0), (-38, -62), (40, -62), (66, 0))]
    made += [polygon(light, (-46, -4), (-30, -50), (-3, -50), (-3, -4))]
    made += [polygon(light, (7, -4), (7, -50), (34, -50), (52, -4))]
    made += [polygon(paint, (-100, 10), (-86, -8), (84, -8), (100, 8), (100, 50), (-100, 50))]
    made += [box(stripe if dice.chance(50) else darker(paint, 82), -98, 26, 98, 38, inked=False)]
    made += [oval(lighter((244, 208, 96), 20), 84, 6, 100, 24), box(dark, -2, 10, 14, 15, inked=False)]
    made += [box(light, -104, 40, -78, 52), box(light, 78, 40, 104, 52)]
    for left in (-76, 28):
        made += [oval(dark, left, 22, left + 48, 70), oval(light, left + 15, 37, left + 33, 55, inked=False)]
    return made


def _boat(dice: Dice) -> list[Shape]:
    hull, sail = _paints(dice)
    light, wood = dice.pick(LIGHTS), dice.pick(WOODS)
    flag = varied(dice.pick(PAINTS), dice)
    second = light if dice.chance(60) else lighter(sail, 45)
    made = [polygon(flag, (0, -100), (34, -90), (0, -80))]
    made += [polygon(sail, (8, -78), (84, 26), (8, 26)), polygon(second, (-8, -70), (-8, 26), (-70, 26))]
    if dice.chance(50):
        made += [polygon(lighter(sail, 50), (8, -24), (47, -24), (62, -4), (8, -4), inked=False)]
    made += [box(wood, -5, -100, 5, 44)]
    made += [polygon(hull, (-100, 38), (100, 38), (70, 96), (-64, 96))]
    made += [polygon(lighter(hull, 55), (-92, 50), (94, 50), (88, 62), (-84, 62), inked=False)]
    if dice.chance(50):
        made += [oval(light, x - 7, 68, x + 7, 82) for x in (-34, 2, 38)]
    return made


def _fish(dice: Dice) -> list[Shape]:
    body, fin = _paints(dice)
    dark = dice.pick(DARKS)
    made = [polygon(fin, (40, 0), (100, -58), (84, 2)), polygon(fin, (40, 0), (84, -2), (100, 58))]
    made += [polygon(fin, (-34, -40), (6, -78), (38, -34)), polygon(fin, (-10, 44), (26, 72), (24, 34))]
    made += [oval(body, -100, -54, 64, 54), oval(lighter(body, 40), -82, 6, 36, 48, inked=False)]
    if dice.chance(65):
        for left in (-28, 6):
            edge = ((left, -44), (left + 12, -43), (left + 19, 0), (left + 12, 43), (left, 44))
            made += [polygon(fin, *edge, inked=False)]
    else:
        made += [
            oval(fin, x, y, x + 16, y + 14, inked=False) for x, y in ((-26, -30), (2, -14), (-18, 8), (22, 6))
        ]
    made += [polygon(darker(body, 78), (-26, 8), (-2, 0), (-2, 22))]
    made += [oval((252, 250, 244), -80, -30, -48, 2), oval(dark, -74, -22, -58, -6, inked=False)]
    made += [polygon(dark, (-97, 14), (-78, 11), (-80, 16), (-96, 18), inked=False)]
    return made


def _mushroom(dice: Dice) -> list[Shape]:
    cap, grass = _paints(dice)
    light = dice.pick(LIGHTS)
    made = [polygon(light, (-22, -6), (22, -6), (34, 84), (26, 100), (-26, 100), (-34, 84))]
    made += [polygon(darker(light, 84), (6, -6), (22, -6), (34, 84), (26, 100), (12, 100), inked=False)]
    made += [oval(darker(light, 74), -92, -24, 92, 16), dome(cap, -100, -100, 100, -2)]
    made += [oval(lighter(cap, 26), -70, -82, -4, -40, inked=False)]
    spots = [(-52, -36, 15), (-8, -66, 17), (44, -52, 14), (8, -24, 12), (68, -20, 10), (-78, -12, 8)]
    made += [oval(light, x - r, y - r, x + r, y + r * 4 // 5) for x, y, r in spots[: dice.between(3, 6)]]
    if dice.chance(55):
        made += [
            polygon(grass, (x, 100), (x + 6, 100), (x + lean, 66))
            for x, lean in ((-44, -4), (-36, 8), (34, 0), (40, 12))
        ]
    return made


MAKERS: dict[str, Callable[[Dice], list[Shape]]] = {
    "house": _house,
    "tree": _tree,
    "car": _car,
    "boat": _boat,
    "fish": _fish,
    "mushroom": _mushroom,
}
