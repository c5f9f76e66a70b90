"""Where the model of a trace comes from, as plain data that a file can carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from vitviz.images import Preprocessing
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer


class Entry(Protocol):
    """What the tracing needs of a model's entry; ``vitviz.zoo.registry.ModelEntry`` has it."""

    @property
    def name(self) -> str:
        """What the model is called."""
        ...

    @property
    def preprocessing(self) -> Preprocessing:
        """How it wants its pictures."""
        ...

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of its classes."""
        ...


class LoadedModel(Protocol):
    """What the tracing needs of a model; ``vitviz.zoo.load.Model`` has it."""

    @property
    def entry(self) -> Entry:
        """What is known of it."""
        ...

    @property
    def network(self) -> VisionTransformer | SwinTransformer:
        """The network, its weights in place."""
        ...


@dataclass(frozen=True)
class Origin:
    """What a trace remembers of its model: its name, where its weights are from, how its pictures were prepared.

    ``kind`` and ``where`` are those of ``ModelEntry.source``; ``preprocessing`` is empty for a run on a tensor of
    somebody's own, and ``weights_sha256`` for a run that was not loaded from a file.
    """

    name: str = ""
    kind: str = ""
    where: str = ""
    revision: str | None = None
    preprocessing: Mapping[str, Any] = field(default_factory=dict)
    weights_sha256: str = ""


NO_ORIGIN = Origin()


def origin_of(model: LoadedModel, prepared: bool = True) -> Origin:
    """The origin of a run of ``model``; ``prepared`` says that the model's own preprocessing made its input."""
    entry = model.entry
    source = getattr(entry, "source", None)
    return Origin(
        name=entry.name,
        kind=getattr(source, "kind", ""),
        where=getattr(source, "where", ""),
        revision=getattr(source, "revision", None),
        preprocessing=asdict(entry.preprocessing) if prepared else {},
    )
