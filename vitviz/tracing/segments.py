"""A network as a row of segments, each of which can be run again alone: embed, every block or merge, classify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor, nn

from vitviz.models.config import ModelConfig
from vitviz.models.sided import SidedNetwork
from vitviz.models.variant import VariantBlock, VariantTransformer
from vitviz.probe import Probe, no_probe, scoped

EMBED, CLASSIFY = "embed", "classify"


class Network(Protocol):
    """What the tracing needs of a model; ``VisionTransformer`` and ``SwinTransformer`` both have it."""

    @property
    def config(self) -> ModelConfig:
        """What the network was built from."""
        ...

    def __call__(self, image: Tensor, probe: Probe = no_probe) -> Any:
        """Picture to the answer, which is class scores as a rule: embed, encode, classify."""
        ...

    def embed(self, image: Tensor, probe: Probe = no_probe) -> Tensor:
        """Picture to tokens."""
        ...

    def encode(self, x: Tensor, probe: Probe = no_probe, start: int = 0) -> Tensor:
        """Run the steps from number ``start`` on."""
        ...

    def classify(self, x: Tensor, probe: Probe = no_probe) -> Any:
        """Tokens to the answer."""
        ...

    def steps(self) -> list[tuple[str, nn.Module]]:
        """What ``encode`` runs, by name, in order."""
        ...


@dataclass(frozen=True)
class Segment:
    """A part of the network that starts from one kept tensor, and may read others beside it.

    ``name`` is ``embed``, a step's name (``blocks.3``) or ``classify``; ``input_name`` is the tensor it starts from and
    ``side_names`` are those that it reads beside it (a decoder's memory, a U-Net's skip), all of them kept;
    ``names`` are all tensors that can be asked of it, in the order in which they are made; ``grid`` are the rows and
    columns of patches, which a block with positions of its own has to know.
    """

    name: str
    input_name: str
    names: tuple[str, ...]
    grid: tuple[int, int]
    side_names: tuple[str, ...] = ()

    def run(self, network: Network, kept: Mapping[str, Tensor], probe: Probe, x: Tensor | None = None) -> Any:
        """Run this part again from what a run kept, or from ``x`` in place of its input."""
        x = kept[self.input_name] if x is None else x
        if isinstance(network, SidedNetwork):
            return self._run_sided(network, x, {name: kept[name] for name in self.side_names}, probe)
        if self.name == EMBED:
            return network.embed(x, probe)
        if self.name == CLASSIFY:
            return network.classify(x, probe)
        step: nn.Module = dict(network.steps())[self.name]
        placed = (self.grid,) if isinstance(step, VariantBlock) else ()
        result: Tensor = step(x, scoped(probe, f"{self.name}."), *placed)
        return result

    def _run_sided(self, network: SidedNetwork, x: Tensor, side: dict[str, Tensor], probe: Probe) -> Any:
        if self.name == EMBED:
            return network.embed(x, probe, side)
        if self.name == CLASSIFY:
            return network.classify(x, probe, side)
        return network.run_step(self.name, x, probe, side)


def run_on(
    network: Network, x: Tensor, probe: Probe, start: int, grid: tuple[int, int], kept: Mapping[str, Tensor]
) -> Any:
    """Run from step number ``start`` to the end, for a picture of ``grid`` rows and columns of patches.

    ``kept`` is what the run kept: of it comes what the steps from ``start`` on read of those before.
    """
    if isinstance(network, SidedNetwork):
        # What a later step reads of one that runs again here is put in this one's place as it runs.
        side = {name: kept[name] for name in side_names(network)}
        return network.classify(network.encode(x, probe, start, side), probe, side)
    if isinstance(network, VariantTransformer):
        return network.classify(network.encode(x, probe, start, grid), probe)
    return network.classify(network.encode(x, probe, start), probe)


def side_names(network: Network) -> tuple[str, ...]:
    """All tensors that a step of the network reads beside the stream, each once."""
    if not isinstance(network, SidedNetwork):
        return ()
    readers = [EMBED, *(name for name, _ in network.steps()), CLASSIFY]
    return tuple(dict.fromkeys(name for step in readers for name in network.side_names(step)))


def attention_names(network: Network) -> list[str]:
    """What the names of every attention's tensors begin with, in order: ``blocks.3``, ``decoder.0.cross_attn``."""
    names: list[str] = []
    for name, module in network.steps():
        names += [name] * hasattr(module, "attn") + [f"{name}.cross_attn"] * hasattr(module, "cross_attn")
    return names


def split_segments(network: Network, names: Sequence[str], grid: tuple[int, int]) -> tuple[Segment, ...]:
    """Sort the names that a run mentioned into segments; ``grid`` are the picture's rows and columns of patches.

    A name between two steps (a memory, a skip) belongs to the step before it.
    """
    steps = [name for name, _ in network.steps()]
    by_step: dict[str, list[str]] = {EMBED: [], **{step: [] for step in steps}, CLASSIFY: []}
    current = EMBED
    for name in names:
        step = next((s for s in steps if name.startswith(f"{s}.")), None)
        if step is None and current == steps[-1]:
            current = CLASSIFY
        by_step[step or current].append(name)
        current = step or current
    return tuple(
        Segment(
            name,
            input_name(network, name),
            tuple(mentioned),
            grid,
            network.side_names(name) if isinstance(network, SidedNetwork) else (),
        )
        for name, mentioned in by_step.items()
    )


def input_name(network: Network, segment: str) -> str:
    """The tensor that a segment starts from."""
    last = network.steps()[-1][0]
    if isinstance(network, SidedNetwork):
        return network.output_name(last) if segment == CLASSIFY else network.input_name(segment)
    if segment == CLASSIFY:
        return f"{last}.resid_post"
    return "image" if segment == EMBED else f"{segment}.resid_pre"
