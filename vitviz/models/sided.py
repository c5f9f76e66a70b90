"""Networks whose steps read more than the stream: what one step leaves beside it for another that comes later.

A DETR's decoder reads the encoder's memory, the way up of a U-Net reads the maps of the way down. Such a tensor is
called a side input here. It has a name of its own, so that a trace can keep it and run any step again alone.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from torch import Tensor, nn

from vitviz.probe import Probe, no_probe

Side = dict[str, Tensor]


class SidedNetwork(nn.Module):
    """A network that embeds, runs its steps with the side inputs that they need, and ends in its heads."""

    config: Any  # what it was built from; each network says more exactly

    @abstractmethod
    def steps(self) -> list[tuple[str, nn.Module]]:
        """What ``encode`` runs, by name, in order."""

    @abstractmethod
    def side_names(self, step: str) -> tuple[str, ...]:
        """The names of the tensors that a step reads beside the stream; the heads are the step ``classify``."""

    def input_name(self, step: str) -> str:
        """The name of the stream that a step starts from; ``embed`` starts from what the network is given."""
        return "image" if step == "embed" else f"{step}.resid_pre"

    def output_name(self, step: str) -> str:
        """The name of the stream that a step passes on."""
        return f"{step}.resid_post"

    @abstractmethod
    def embed(self, image: Tensor, probe: Probe = no_probe, side: Side | None = None) -> Tensor:
        """Picture to the first step's stream; what later steps read is put into ``side``."""

    @abstractmethod
    def run_step(self, name: str, x: Tensor, probe: Probe, side: Side) -> Tensor:
        """Run one step on the stream ``x``: the next step's stream. Reads ``side`` and adds to it."""

    @abstractmethod
    def classify(self, x: Tensor, probe: Probe = no_probe, side: Side | None = None) -> Any:
        """The last stream to the network's answer."""

    def encode(self, x: Tensor, probe: Probe = no_probe, start: int = 0, side: Side | None = None) -> Tensor:
        """Run the steps from number ``start`` on; ``side`` has what those before it left."""
        side = {} if side is None else side
        for name, _ in self.steps()[start:]:
            x = self.run_step(name, x, probe, side)
        return x

    def forward(self, image: Tensor, probe: Probe = no_probe) -> Any:
        """Normalised pixels (B, 3, height, width) to the network's answer."""
        side: Side = {}
        x = self.embed(image, probe, side)
        x = self.encode(x, probe, 0, side)
        return self.classify(x, probe, side)
