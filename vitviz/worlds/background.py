"""What is behind the things: sky, hills or a sea, and clutter that is none of the things. Places are 0 to 4096."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vitviz.worlds.colours import (
    DARKS,
    LANDS,
    LIGHTS,
    NIGHTS,
    PAINTS,
    SKIES,
    WATERS,
    Colour,
    darker,
    lighter,
    varied,
)
from vitviz.worlds.dice import Dice
from vitviz.worlds.things import CIRCLE, ROUND, Shape

SIDE = 4096


@dataclass(frozen=True)
class Land:
    """Everything below a soft line through ``knots`` (K,), spread over the width."""

    knots: NDArray[np.int64]
    colour: Colour


@dataclass(frozen=True)
class Background:
    """A sky from ``top`` to ``bottom``, and what stands before it, back to front."""

    top: Colour
    bottom: Colour
    layers: tuple[Shape | Land, ...]


def background(seed: int) -> Background:
    """The background that a seed decides."""
    dice = Dice(seed)
    number = dice.below(len(SKIES))
    top, bottom = SKIES[number]
    layers: list[Shape | Land] = []
    if number in NIGHTS:
        layers += [_star(dice) for _ in range(dice.between(5, 12))]
    if dice.chance(45):
        x, y, r = dice.between(300, 3800), dice.between(200, 1300), dice.between(170, 300)
        layers.append(_oval(varied(dice.pick(LIGHTS[:2]), dice, 8), x, y, r, r))
    for _ in range(dice.pick((0, 0, 1, 1, 2, 3))):
        layers += _cloud(dice, lighter(bottom, 55))
    layers += _ground(dice)
    for _ in range(dice.between(0, 6)):
        layers += dice.pick((_flower, _tuft, _stone, _bird, _bush, _ball))(dice)
    return Background(varied(top, dice), varied(bottom, dice), tuple(layers))


def _ground(dice: Dice) -> list[Shape | Land]:
    kind = dice.below(10)
    if kind < 2:
        return []
    layers: list[Shape | Land] = []
    near = dice.between(2300, 3500)
    if kind >= 5:
        layers.append(_land(dice, near - dice.between(350, 800), 330, lighter(dice.pick(LANDS), 30)))
    if kind < 8:
        layers.append(_land(dice, near, 240, dice.pick(LANDS)))
        return layers
    water = varied(dice.pick(WATERS), dice)
    layers.append(Land(np.full(2, near, np.int64), water))
    for _ in range(dice.between(4, 10)):
        x, y = dice.between(0, SIDE), dice.between(near + 100, SIDE)
        layers.append(_oval(lighter(water, 40), x, y, dice.between(120, 300), 14, inked=False))
    return layers


def _land(dice: Dice, y: int, roughness: int, colour: Colour) -> Land:
    knots = [y + dice.between(-roughness, roughness) for _ in range(dice.between(4, 7))]
    return Land(np.array(knots, np.int64), varied(colour, dice))


def _oval(colour: Colour, x: int, y: int, wide: int, high: int, inked: bool = True) -> Shape:
    return Shape(
        np.array([x, y], np.int64) + np.array(CIRCLE, np.int64) * np.array([wide, high]) // ROUND,
        colour,
        inked,
    )


def _polygon(colour: Colour, *points: tuple[int, int], inked: bool = True) -> Shape:
    return Shape(np.array(points, np.int64), colour, inked)


def _star(dice: Dice) -> Shape:
    x, y, r = dice.between(0, SIDE), dice.between(0, 2400), dice.between(18, 40)
    return _polygon((255, 248, 214), (x - r, y), (x, y - r), (x + r, y), (x, y + r), inked=False)


def _cloud(dice: Dice, colour: Colour) -> list[Shape]:
    x, y, r = dice.between(0, SIDE), dice.between(200, 1700), dice.between(120, 260)
    puffs = ((-9, 2, 8, 5), (9, 3, 8, 4), (0, 4, 14, 4), (-1, -2, 8, 7))
    return [
        _oval(colour, x + a * r // 8, y + b * r // 8, c * r // 8, d * r // 8, inked=False)
        for a, b, c, d in puffs
    ]


def _flower(dice: Dice) -> list[Shape]:
    x, y, r = dice.between(100, 4000), dice.between(1500, 4000), dice.between(40, 75)
    stem, petal = (86, 132, 84), varied(dice.pick(PAINTS), dice)
    made = [_polygon(stem, (x - 12, y), (x + 12, y), (x + 12, y + 4 * r), (x - 12, y + 4 * r), inked=False)]
    for a, b in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        made.append(_oval(petal, x + a * r, y + b * r, r, r))
    return [*made, _oval(dice.pick(LIGHTS), x, y, r * 7 // 10, r * 7 // 10)]


def _tuft(dice: Dice) -> list[Shape]:
    x, y, r = dice.between(100, 4000), dice.between(1700, 4050), dice.between(100, 210)
    colour = darker(varied(dice.pick(LANDS), dice), 80)
    return [
        _polygon(colour, (x + a * r // 4, y), (x + (a + 1) * r // 4, y), (x + b * r // 4, y - r), inked=False)
        for a, b in ((-3, -4), (-1, -1), (0, 1), (2, 4))
    ]


def _stone(dice: Dice) -> list[Shape]:
    x, y, r = dice.between(100, 4000), dice.between(1900, 4000), dice.between(90, 200)
    colour = varied((150, 148, 152), dice, 24)
    return [
        _oval(colour, x, y, r, r * 6 // 10),
        _oval(lighter(colour, 30), x - r // 4, y - r // 5, r // 2, r // 5, False),
    ]


def _bird(dice: Dice) -> list[Shape]:
    x, y, r = dice.between(100, 4000), dice.between(150, 2200), dice.between(80, 150)
    colour = dice.pick(DARKS)
    return [
        _polygon(colour, (x, y), (x - r, y - r // 2), (x - r // 2, y - r // 6), inked=False),
        _polygon(colour, (x, y), (x + r // 2, y - r // 6), (x + r, y - r // 2), inked=False),
    ]


def _bush(dice: Dice) -> list[Shape]:
    x, y, r = dice.between(0, SIDE), dice.between(2200, 4000), dice.between(140, 280)
    colour = darker(varied(dice.pick(LANDS), dice), 88)
    return [_oval(colour, x + a * r, y, r, r * 8 // 10) for a in (-1, 1)] + [
        _oval(colour, x, y - r // 3, r, r)
    ]


def _ball(dice: Dice) -> list[Shape]:
    x, y, r = dice.between(150, 3900), dice.between(300, 3900), dice.between(80, 170)
    colour = varied(dice.pick(PAINTS), dice)
    return [
        _oval(colour, x, y, r, r),
        _oval(lighter(colour, 60), x - r // 3, y - r // 3, r // 4, r // 4, inked=False),
    ]
