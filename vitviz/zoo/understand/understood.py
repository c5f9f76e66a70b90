"""What is known of a checkpoint once its configuration was read. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass

from vitviz.images import Preprocessing
from vitviz.models.config import ModelConfig


@dataclass(frozen=True)
class Understood:
    """A checkpoint's configuration in our terms.

    ``family`` is a row of ``vitviz.zoo.families``. ``preprocessing`` is None where the configuration does not say it.
    """

    family: str
    config: ModelConfig
    class_names: tuple[str, ...] = ()
    preprocessing: Preprocessing | None = None
