"""The lottery of BERT's training: which pieces of a row are asked for, and what stands there instead.

Devlin et al. 2018, arXiv 1810.04805, section 3.1 and appendix A: 15 % of the pieces, never the special ones; of these
80 % become ``[MASK]``, 10 % any piece of the vocabulary, 10 % stay.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

from vitviz.worlds.dice import Dice
from vitviz.worlds.word_pieces import CLS, MASK, SEP, SPECIAL

if TYPE_CHECKING:
    from vitviz.analysis.text.rows import Row

Kind = Literal["mask", "random", "kept"]
SHARE = 0.15
SIDES = 10  # of the dice: 0 to 7 hide, 8 puts another piece there, 9 leaves what is there
NEVER = (SPECIAL.index(CLS), SPECIAL.index(SEP))


class Draw(NamedTuple):
    """What the lottery says of one place: the side of the dice, and the piece that the network will read there."""

    place: int
    side: int
    kind: Kind
    number: int


def wanted(pieces: int) -> int:
    """How many of a row's pieces are asked for."""
    return max(1, round(SHARE * pieces))


def lottery(row: Row, vocabulary: int, seed: int) -> list[Draw]:
    """The places that are asked for, in order, as the recipe of ``bert-mini`` draws them under this seed."""
    dice = Dice(seed)
    places = [i for i, number in enumerate(row.ids) if number not in NEVER]
    asked = sorted(places.pop(dice.below(len(places))) for _ in range(min(wanted(len(row.ids)), len(places))))
    draws = []
    for place in asked:
        side = dice.below(SIDES)
        if side < SIDES - 2:
            draws.append(Draw(place, side, "mask", SPECIAL.index(MASK)))
        elif side == SIDES - 2:
            draws.append(Draw(place, side, "random", dice.below(vocabulary)))
        else:
            draws.append(Draw(place, side, "kept", row.ids[place]))
    return draws


def shares(row: Row, vocabulary: int, seeds: int) -> dict[Kind, float]:
    """Of all places that are asked for under the seeds from 0 on, how many become which."""
    counted = Counter(draw.kind for seed in range(seeds) for draw in lottery(row, vocabulary, seed))
    return {kind: counted[kind] / counted.total() for kind in ("mask", "random", "kept")}
