"""A scene of the picture book: plain data, composed by hand or drawn by lot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from vitviz.worlds.dice import Dice
from vitviz.worlds.things import KINDS

FINE = 4096  # lots are drawn on a grid of this many places a side, so that they are exact in JSON
COUNTS = (1, 2, 2, 3, 3, 4, 4, 5, 6)
SMALLEST, LARGEST = 0.02, 0.6


@dataclass(frozen=True)
class Thing:
    """One thing: ``x`` and ``y`` of its middle and half its side, ``size``, all as shares of the picture's side.

    ``angle`` turns it clockwise, in degrees; ``seed`` decides its colours and details.

    Raises:
        ValueError: if there is no such kind, or a number is out of range.
    """

    kind: str
    x: float
    y: float
    size: float = 0.17
    angle: float = 0.0
    mirrored: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"the picture book has {', '.join(KINDS)}, not {self.kind!r}")
        if not (-1 <= self.x <= 2 and -1 <= self.y <= 2):
            raise ValueError(f"a thing's middle is a share of the side, not {self.x}, {self.y}")
        if not SMALLEST <= self.size <= LARGEST:
            raise ValueError(
                f"half a thing's side is {SMALLEST} to {LARGEST} of the picture's, not {self.size}"
            )
        if not -360 <= self.angle <= 360:
            raise ValueError(f"an angle is -360 to 360 degrees, not {self.angle}")

    @property
    def label(self) -> int:
        """Number of its kind, from 0."""
        return KINDS.index(self.kind)


@dataclass(frozen=True)
class Scene:
    """Things before a background that ``seed`` decides. What reaches further down stands in front."""

    seed: int = 0
    things: tuple[Thing, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {"seed": self.seed, "things": [asdict(thing) for thing in self.things]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Scene:
        """Undo ``to_json``.

        Raises:
            ValueError: if the data is not a scene; the sentence says why.
        """
        things = data.get("things", ()) if isinstance(data, Mapping) else None
        if not isinstance(things, list | tuple) or not isinstance(data.get("seed", 0), int):
            raise ValueError("a scene has a seed, which is a whole number, and a list of things")
        return cls(data.get("seed", 0), tuple(_thing(item) for item in things))


def _thing(data: Any) -> Thing:
    known = {field.name for field in fields(Thing)}
    if not isinstance(data, Mapping) or not {"kind", "x", "y"} <= data.keys() <= known:
        raise ValueError(
            f"a thing has kind, x and y, and may have size, angle, mirrored and seed, not {data!r}"
        )
    numbers = [data[key] for key in ("x", "y", "size", "angle") if key in data]
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers):
        raise ValueError(f"x, y, size and angle of a thing are numbers, not {numbers}")
    if not isinstance(data.get("seed", 0), int) or not isinstance(data["kind"], str):
        raise ValueError("a thing's seed is a whole number and its kind a word")
    return Thing(**{**data, "mirrored": bool(data.get("mirrored", False))})


def random_scene(seed: int, kinds: Iterable[str] = KINDS) -> Scene:
    """One to six things of ``kinds`` in random places, which overlap but never quite cover one another's middle."""
    dice = Dice(seed)
    count, choice = dice.pick(COUNTS), tuple(kinds)
    placed: list[tuple[int, int, int]] = []
    things: list[Thing] = []
    for _ in range(40):
        size = dice.between(FINE * 10 // 100, FINE * 24 // 100)
        inside = size * 7 // 10
        x, y = (dice.between(inside, FINE - inside) for _ in range(2))
        if len(things) < count and not any(_too_near((x, y, size), other) for other in placed):
            placed.append((x, y, size))
            angle = dice.between(-90, 90) + dice.between(-90, 90)  # tenths of a degree, most often small
            things.append(
                Thing(
                    dice.pick(choice),
                    x / FINE,
                    y / FINE,
                    size / FINE,
                    angle / 10,
                    dice.chance(50),
                    dice.below(1 << 30),
                )
            )
    return Scene(dice.below(1 << 30), tuple(things))


def one_thing_scene(seed: int) -> Scene:
    """One large thing, nearly all of it in the picture."""
    dice = Dice(seed)
    size = dice.between(FINE * 28 // 100, FINE * 42 // 100)
    inside = size * 9 // 10
    x, y = (dice.between(inside, FINE - inside) for _ in range(2))
    kind, angle = dice.pick(KINDS), dice.between(-90, 90) + dice.between(-90, 90)  # tenths of a degree
    thing = Thing(kind, x / FINE, y / FINE, size / FINE, angle / 10, dice.chance(50), dice.below(1 << 30))
    return Scene(dice.below(1 << 30), (thing,))


def large_thing_scene(seed: int) -> Scene:
    """One thing that fills most of the picture and stands near its middle."""
    dice = Dice(seed)
    size = dice.between(FINE * 36 // 100, FINE * 46 // 100)
    x, y = (FINE // 2 + dice.between(-FINE // 10, FINE // 10) for _ in range(2))
    kind, angle = dice.pick(KINDS), dice.between(-90, 90) + dice.between(-90, 90)  # tenths of a degree
    thing = Thing(kind, x / FINE, y / FINE, size / FINE, angle / 10, dice.chance(50), dice.below(1 << 30))
    return Scene(dice.below(1 << 30), (thing,))


def _too_near(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    least = 55 * max(one[2], other[2])  # hundredths
    return 10_000 * ((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) < least**2
