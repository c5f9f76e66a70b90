"""A row of choices as a person changed it: some left out, some exchanged. A short text says how. Imports no torch.

``3-,7BOS`` leaves the choice at place 3 out and has BOS in place of the one at place 7; places count from 0.

>>> from vitviz.analysis.recommendation.edits import edited, read_edits, write_edits
>>> edits = read_edits("7BOS,3-", {"BOS": 12})
>>> edits, write_edits(edits, {12: "BOS"})
({3: None, 7: 12}, '3-,7BOS')
>>> edited([5, 6, 7, 8, 9], {1: None, 3: 12})
[(0, 5), (2, 7), (3, 12), (4, 9)]
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

Edits = dict[int, int | None]  # place -> the item that stands there, None where the choice is left out
PLACES = 50  # of a row


def read_edits(text: str, ids: Mapping[str, int]) -> Edits:
    """The changes that ``text`` says; ``ids`` are the items by their names.

    Raises:
        ValueError: if it is no such text; the sentence says why.
    """
    found: Edits = {}
    for piece in text.split(",") if text else []:
        match = re.fullmatch(r"([0-9]{1,2})(-|[A-Z]{3})", piece)
        if match is None:
            raise ValueError(
                f"a change is a place and an airport or a minus, as 7BOS or 3-, not {piece[:20]!r}"
            )
        place, name = int(match[1]), match[2]
        if place >= PLACES or place in found:
            raise ValueError(f"places are 0 to {PLACES - 1}, each once, not {piece!r}")
        if name != "-" and name not in ids:
            raise ValueError(f"there is no airport {name!r} in the data")
        found[place] = None if name == "-" else ids[name]
    return dict(sorted(found.items()))


def write_edits(edits: Edits, names: Mapping[int, str]) -> str:
    """Undo ``read_edits``."""
    pieces = sorted(edits.items())
    return ",".join(f"{place}{'-' if item is None else names[item]}" for place, item in pieces)


def edited(items: Sequence[int], edits: Edits) -> list[tuple[int, int]]:
    """Place and item of every choice that is left; where all would be left out, the last one stays."""
    left = [(place, edits.get(place, item)) for place, item in enumerate(items)]
    found = [(place, item) for place, item in left if item is not None]
    return found or [(len(items) - 1, items[-1])]
