"""Everything that is left out of files, layout by layout; docs/models.md lists it. Imports no torch."""

from __future__ import annotations

from vitviz.zoo.key_rules import (
    POOLER,
    PROJECTION,
    TIMM_PROJECTION,
    UNUSED_POOL,
    LeftOut,
    Rules,
)
from vitviz.zoo.timm_keys import SWIN, TIMM_VIT
from vitviz.zoo.transformers_keys import TRANSFORMERS_CLIP, TRANSFORMERS_SWIN, TRANSFORMERS_VIT


def _of(rules: Rules, *others: LeftOut) -> tuple[LeftOut, ...]:
    """What rules leave out, each once, and what has a place in some configurations only."""
    return (*dict.fromkeys(name for _, name in rules if isinstance(name, LeftOut)), *others)


LEFT_OUT: dict[str, tuple[LeftOut, ...]] = {
    "ViTs of timm": _of(TIMM_VIT, TIMM_PROJECTION),
    "ViTs of transformers": _of(TRANSFORMERS_VIT, POOLER),
    "CLIP and SigLIP of transformers": _of(TRANSFORMERS_CLIP, PROJECTION, UNUSED_POOL),
    "Swin of timm and of its authors": _of(SWIN),
    "Swin of transformers": _of(TRANSFORMERS_SWIN),
}
