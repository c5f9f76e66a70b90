"""What a method asks of a run before it begins, each with one sentence where it is not so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitviz.models.config import ModelConfig

if TYPE_CHECKING:
    from vitviz.tracing.run import Run


def one_picture(run: Run) -> None:
    """Refuse a run of several pictures.

    Raises:
        ValueError: for a ``TraceBatch``.
    """
    from vitviz.tracing.batch import TraceBatch

    if isinstance(run, TraceBatch):
        raise ValueError(
            f"this is a run of {run.num_pictures} pictures: give one of them, batch.picture(0) or another"
        )


def with_classes(config: ModelConfig) -> None:
    """Refuse a model without a head.

    Raises:
        ValueError: if the model has no classes.
    """
    if not config.num_classes:
        raise ValueError("this model has no head: it gives features and no class scores")
