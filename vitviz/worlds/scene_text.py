"""A scene of the picture book as a short text, for an address: the seed of a random one, or every thing of it.

``17`` is random scene 17 of those that no model was trained on, chosen by or measured with. A composed scene is ``c``,
the background's seed, and 19 letters for each thing: its kind (a capital where it is mirrored), x, y, size, angle and
seed, figures to the base of 36. Nothing of a random scene is lost, as its places are multiples of 1 / 4096 and its
angles of a tenth of a degree.

>>> from vitviz.worlds.scene import Scene, Thing
>>> from vitviz.worlds.scene_text import from_text, to_text
>>> to_text(Scene(3, (Thing("boat", 0.5, 0.25),)))
'c000003b4qo3y80jc2s0000000'
>>> from_text("c000003b4qo3y80jc2s0000000").things[0].x
0.5
"""

from __future__ import annotations

import re

from vitviz.worlds.scene import FINE, Scene, Thing, random_scene
from vitviz.worlds.things import KINDS

UNSEEN = 3_000_000_000  # the seed of the first of these scenes; vitviz.train.scenes has those before it
MOST_THINGS = 10  # of a composed scene
TURN = 3600  # tenths of a degree: what is added to an angle so that it is not negative
LETTERS = {kind[0]: kind for kind in KINDS}
FIGURES = "0123456789abcdefghijklmnopqrstuvwxyz"
SEED = re.compile(r"[0-9]{1,9}")
COMPOSED = re.compile(rf"c([0-9a-z]{{6}})((?:[{''.join(LETTERS)}][0-9a-z]{{18}}){{0,{MOST_THINGS}}})", re.I)
THING = re.compile(r"(.)(...)(...)(...)(...)(......)")


def to_text(scene: Scene) -> str:
    """The text of a scene; places are rounded to 1 / 4096 of the side, angles to a tenth of a degree."""
    return f"c{_figures(scene.seed, 6)}" + "".join(map(_of_thing, scene.things))


def from_text(text: str) -> Scene:
    """The scene that a text names.

    Raises:
        ValueError: if it names none.
    """
    if SEED.fullmatch(text):
        return random_scene(UNSEEN + int(text))
    found = COMPOSED.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is no scene: a seed, or c and the things of a composed one")
    return Scene(int(found[1], 36), tuple(map(_thing, THING.finditer(found[2]))))


def _of_thing(thing: Thing) -> str:
    letter = thing.kind[0].upper() if thing.mirrored else thing.kind[0]
    places = (round((thing.x + 1) * FINE), round((thing.y + 1) * FINE), round(thing.size * FINE))
    return (
        letter
        + "".join(_figures(number, 3) for number in (*places, round(thing.angle * 10) + TURN))
        + _figures(thing.seed, 6)
    )


def _thing(found: re.Match[str]) -> Thing:
    x, y, size, angle, seed = (int(figures, 36) for figures in found.groups()[1:])
    return Thing(
        LETTERS[found[1].lower()],
        x / FINE - 1,
        y / FINE - 1,
        size / FINE,
        (angle - TURN) / 10,
        found[1].isupper(),
        seed,
    )


def _figures(number: int, count: int) -> str:
    figures = ""
    for _ in range(count):
        number, rest = divmod(number, 36)
        figures = FIGURES[rest] + figures
    return figures
