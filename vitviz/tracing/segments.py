"""A network as a row of segments, each of which can be run again alone: embed, every block or merge, classify."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor, nn

from vitviz.models.config import ModelConfig
from vitviz.models.variant import VariantBlock, VariantTransformer
from vitviz.probe import Probe, no_probe, scoped

EMBED, CLASSIFY = "embed", "classify"


class Network(Protocol):
    """What the tracing needs of a model; ``VisionTransformer`` and ``SwinTransformer`` both have it."""

    @property
    def config(self) -> ModelConfig:
        """What the network was built from."""
        ...

    def __call__(self, image: Tensor, probe: Probe = no_probe) -> Tensor:
        """Picture to class scores: embed, encode, classify."""
        ...

    def embed(self, image: Tensor, probe: Probe = no_probe) -> Tensor:
        """Picture to tokens."""
        ...

    def encode(self, x: Tensor, probe: Probe = no_probe, start: int = 0) -> Tensor:
        """Run the steps from number ``start`` on."""
        ...

    def classify(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """Tokens to class scores."""
        ...

    def steps(self) -> list[tuple[str, nn.Module]]:
        """What ``encode`` runs, by name, in order."""
        ...


@dataclass(frozen=True)
class Segment:
    """A part of the network that starts from one kept tensor.

    ``name`` is ``embed``, a step's name (``blocks.3``) or ``classify``; ``input_name`` is the tensor it starts from;
    ``names`` are all tensors that can be asked of it, in the order in which they are made; ``grid`` are the rows and
    columns of patches, which a block with positions of its own has to know.
    """

    name: str
    input_name: str
    names: tuple[str, ...]
    grid: tuple[int, int]

    def run(self, network: Network, x: Tensor, probe: Probe) -> Tensor:
        """Run this part again from its input."""
        if self.name == EMBED:
            return network.embed(x, probe)
        if self.name == CLASSIFY:
            return network.classify(x, probe)
        step: nn.Module = dict(network.steps())[self.name]
        placed = (self.grid,) if isinstance(step, VariantBlock) else ()
        result: Tensor = step(x, scoped(probe, f"{self.name}."), *placed)
        return result


def run_on(network: Network, x: Tensor, probe: Probe, start: int, grid: tuple[int, int]) -> Tensor:
    """Run the steps from number ``start`` on, for a picture of ``grid`` rows and columns of patches."""
    if isinstance(network, VariantTransformer):
        return network.encode(x, probe, start, grid)
    return network.encode(x, probe, start)


def split_segments(network: Network, names: Sequence[str], grid: tuple[int, int]) -> tuple[Segment, ...]:
    """Sort the names that a run mentioned into segments; ``grid`` are the picture's rows and columns of patches."""
    steps = [name for name, _ in network.steps()]
    by_step: dict[str, list[str]] = {EMBED: [], **{step: [] for step in steps}, CLASSIFY: []}
    seen_step = False
    for name in names:
        step = next((s for s in steps if name.startswith(f"{s}.")), None)
        seen_step = seen_step or step is not None
        by_step[step or (CLASSIFY if seen_step else EMBED)].append(name)
    inputs = {EMBED: "image", **{s: f"{s}.resid_pre" for s in steps}, CLASSIFY: f"{steps[-1]}.resid_post"}
    return tuple(Segment(name, inputs[name], tuple(mentioned), grid) for name, mentioned in by_step.items())
