"""The picture book: from a scene and a size to a picture and the whole truth about it.

Whole numbers all the way, so that a scene has the same pixels on every machine. Every cell of a canvas that is three
times as fine as the picture gets the number of the shape in front; the picture is the mean of its cells.

>>> from vitviz.worlds.picture_book import draw
>>> from vitviz.worlds.scene import Scene, Thing, random_scene
>>> page = draw(Scene(seed=3, things=(Thing("boat", x=0.4, y=0.6), Thing("fish", x=0.7, y=0.7))), size=96)
>>> page.picture.shape, page.boxes.shape, page.labels.tolist()
((96, 96, 3), (2, 4), [3, 4])
>>> bool(draw(random_scene(seed=7), size=96).classes.max() <= 6)
True
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from vitviz.worlds.background import SIDE, Land, background
from vitviz.worlds.paper import FINER, Drawn, Palette, developed
from vitviz.worlds.raster import UNIT, Points, fill_below, smooth_line, spans
from vitviz.worlds.scene import Scene, Thing
from vitviz.worlds.things import CIRCLE, FLOATING, KINDS, ROUND, Shape, shapes

CLASS_NAMES = ("background", *KINDS)  # of the class mask
SMALLEST_SIZE, LARGEST_SIZE = 8, 1024
BOX_UNITS = 1 << 16  # a box is rounded to this many places a side
LEAST_SEEN = 12  # percent of its box that must be seen of a thing that a detector is asked for

Corners = tuple[int, int, int, int]  # left, top, right, bottom


@dataclass(frozen=True, eq=False)
class Page:
    """A picture (size, size, 3) and its truth, one row for each thing in the scene's order.

    ``boxes`` (N, 4) are left, top, right, bottom of the whole thing, also where something hides it, as shares of the
    side, cut off at the picture's edge. ``instances`` (size, size) has 0 where there is no thing, else its number
    from 1; ``classes`` likewise the number of its class. ``seen`` (N,) is the share of its box that shows the thing.
    """

    picture: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    instances: NDArray[np.uint8]
    classes: NDArray[np.uint8]
    seen: NDArray[np.float32]

    @property
    def asked(self) -> NDArray[np.bool_]:
        """Which things a detector is asked for, (N,): those of which enough is seen."""
        return self.seen * 100 > LEAST_SEEN

    @property
    def hiders(self) -> NDArray[np.int32]:
        """What is seen most of where a thing that is not ``asked`` lies, (N,): another thing's number.

        -1 where nothing is in front of it (it stands beside the picture), and for a thing that is asked for.
        """
        found = np.full(len(self.labels), -1, np.int32)
        size = len(self.instances)
        for number in np.flatnonzero(~self.asked):
            left, top, right, bottom = (self.boxes[number] * size).round().astype(int)
            there = np.bincount(
                self.instances[top:bottom, left:right].ravel(), minlength=len(self.labels) + 1
            )
            there[0] = there[number + 1] = 0  # the background and the thing itself
            if there.any():
                found[number] = there.argmax() - 1
        return found


def draw(scene: Scene, size: int = 96) -> Page:
    """Draw a scene with ``size`` pixels a side.

    Raises:
        ValueError: if the size is not 8 to 1024.
    """
    if not SMALLEST_SIZE <= size <= LARGEST_SIZE:
        raise ValueError(f"a page of the picture book has 8 to 1024 pixels a side, not {size}")
    corners, outlines = [], []
    for thing in scene.things:
        outlines.append(_placed(shapes(thing.kind, thing.seed), thing))
        corners.append(_corners(outlines[-1]))
    drawn = _paint(scene, outlines, corners, size * FINER)
    middle = FINER // 2
    instances = drawn.owners[middle::FINER, middle::FINER]  # (size, size)
    boxes = np.array(corners, np.int64).reshape(-1, 4).clip(0, BOX_UNITS)
    labels = np.array([thing.label for thing in scene.things], np.int64)
    return Page(
        picture=developed(drawn, size, scene.seed),
        boxes=(boxes / BOX_UNITS).astype(np.float32),
        labels=labels,
        instances=instances,
        classes=np.concatenate([[0], labels + 1]).astype(np.uint8)[instances],
        seen=_seen(instances, boxes),
    )


def _paint(scene: Scene, outlines: list[list[Shape]], corners: list[Corners], cells: int) -> Drawn:
    """Put everything on a canvas, back to front: the background, then the things by how far down they reach."""
    behind = background(scene.seed)
    palette = Palette()
    canvas, shade = np.zeros((cells, cells), np.uint16), np.zeros((cells, cells), np.uint16)
    ranks = [0] * (len(outlines) + 1)  # by owner: 0 is the background, 1 the thing furthest back
    flat = [shape.points * cells * UNIT // SIDE for shape in behind.layers if isinstance(shape, Shape)]
    order = sorted(range(len(outlines)), key=lambda number: corners[number][3])
    for number in order:
        flat += [_scaled(shape.points, cells) for shape in outlines[number]]
        flat.append(_scaled(_shadow(corners[number]), cells))
    covered, polygon = spans(flat, cells), 0
    for layer in behind.layers:
        if isinstance(layer, Land):
            line = smooth_line(layer.knots * cells * UNIT // SIDE, cells)
            fill_below(canvas, line, palette.add(layer.colour))
        else:
            covered.fill(canvas, polygon, palette.add(layer.colour, layer.inked))
            polygon += 1
    for rank, number in enumerate(order, 1):
        ranks[number + 1] = rank
        for shape in outlines[number]:
            covered.fill(canvas, polygon, palette.add(shape.colour, shape.inked, number + 1))
            polygon += 1
        if scene.things[number].kind not in FLOATING:
            covered.fill(shade, polygon, rank)
        polygon += 1
    owners = np.array(palette.owners, np.uint8)[canvas]
    shadowed = shade > np.array(ranks, np.uint16)[owners]
    return Drawn(canvas, owners, shadowed, palette, behind.top, behind.bottom)


def _placed(made: list[Shape], thing: Thing) -> list[Shape]:
    """A thing's shapes in the picture, in ``BOX_UNITS``."""
    turn_x, turn_y = round(cos(radians(thing.angle)) * ROUND), round(sin(radians(thing.angle)) * ROUND)
    size, x, y = (round(value * BOX_UNITS) for value in (thing.size, thing.x, thing.y))
    points = np.concatenate([shape.points for shape in made])  # (P, 2), -100 to 100, times ROUND
    across, down = (-points[:, 0] if thing.mirrored else points[:, 0]), points[:, 1]
    turned = np.stack([turn_x * across - turn_y * down, turn_y * across + turn_x * down], 1) // ROUND
    placed = turned * size // (100 * ROUND) + np.array([x, y], np.int64)
    ends = np.cumsum([len(shape.points) for shape in made])
    return [
        Shape(placed[end - len(shape.points) : end], shape.colour, shape.inked)
        for shape, end in zip(made, ends.tolist(), strict=True)
    ]


def _corners(made: list[Shape]) -> Corners:
    every = np.concatenate([shape.points for shape in made])
    (left, top), (right, bottom) = every.min(axis=0).tolist(), every.max(axis=0).tolist()
    return left, top, right, bottom


def _shadow(corners: Corners) -> Points:
    """A flat ellipse at a thing's foot, in ``BOX_UNITS``."""
    left, _, right, bottom = corners
    middle = np.array([(left + right) // 2, bottom], np.int64)
    half = np.array([(right - left) * 11 // 20, (right - left) // 12], np.int64)
    return middle + np.array(CIRCLE, np.int64) * half // ROUND


def _scaled(points: Points, cells: int) -> Points:
    return points * (cells * UNIT) // BOX_UNITS


def _seen(instances: NDArray[np.uint8], boxes: NDArray[np.int64]) -> NDArray[np.float32]:
    """The share of each box, (N,), that shows its own thing."""
    counts = np.bincount(instances.ravel(), minlength=len(boxes) + 1)[1:]  # (N,)
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]) / BOX_UNITS**2 * instances.size
    return (counts / np.maximum(area, 1)).astype(np.float32)
