"""The current token, the same on every page and in every map of a model.

It is kept as a token of the model's first and finest map; the later maps of a Swin show the token that covers it.
"""

from __future__ import annotations

from vitviz.analysis.places import carry
from vitviz.app import settings
from vitviz.models.config import SwinConfig
from vitviz.zoo.registry import ModelEntry


def prefix(model: ModelEntry) -> tuple[str, ...]:
    """Names of the tokens before the patches."""
    return model.config.prefix_names


def finest(model: ModelEntry) -> tuple[int, int]:
    """Rows and columns of patches in the picture that the model sees; a side that P does not divide is padded."""
    height, width = model.preprocessing.height_width
    return -(-height // model.config.patch_size), -(-width // model.config.patch_size)


def _where(model: ModelEntry) -> tuple[str, ...]:
    """Under which name the token is kept: a picture of another size has other tokens."""
    config = model.config
    own = config.stage_map(0) if isinstance(config, SwinConfig) else config.grid
    rows, columns = finest(model)
    return (model.name,) if (rows, columns) == own else (model.name, f"{rows} x {columns}")


def current(model: ModelEntry, grid: tuple[int, int] | None = None, otherwise: int | None = None) -> int:
    """The token in the map of ``grid`` (rows, columns), or in the finest.

    Until one is chosen it is ``otherwise``, a token of the finest map, or the middle patch.
    """
    rows, columns = finest(model)
    before = len(prefix(model))
    begins = _first(model) if otherwise is None else otherwise
    token = min(settings.TOKEN.get(begins, *_where(model), keep=False), before + rows * columns - 1)
    return carry(token, before, (rows, columns), grid or (rows, columns))


def current_patch(model: ModelEntry) -> int:
    """The current token's patch in the finest map, from 0; the middle one where the token is no patch."""
    before = len(prefix(model))
    token = current(model)
    return (token if token >= before else _first(model)) - before


def is_first(model: ModelEntry) -> bool:
    """Whether the token is the one that every page begins with."""
    return current(model) == _first(model)


def _first(model: ModelEntry) -> int:
    rows, columns = finest(model)
    return len(prefix(model)) + rows // 2 * columns + columns // 2


def choose(model: ModelEntry, token: int, grid: tuple[int, int] | None = None) -> None:
    """Keep a token of the map of ``grid`` as the one that every page shows from now on.

    A token of a coarse map that covers what was chosen before leaves that as it is.
    """
    rows_columns = finest(model)
    token = carry(token, len(prefix(model)), grid or rows_columns, rows_columns, finer=current(model))
    settings.TOKEN.set(token, *_where(model))
