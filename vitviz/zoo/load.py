"""Load a model by its name in the registry."""

from __future__ import annotations

from dataclasses import dataclass

from safetensors.torch import load_file

from vitviz.models.build import build
from vitviz.models.init import initialize
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.zoo.registry import ASSETS, ModelEntry, find

UNTRAINED_SEED = 2010_11929


@dataclass(frozen=True, eq=False)
class Model:
    """A network that is ready to run, and what is known of it. Its weights are shared: never change them."""

    entry: ModelEntry
    network: VisionTransformer | SwinTransformer
    trained: bool

    @property
    def num_parameters(self) -> int:
        """How many numbers training can set."""
        return sum(parameter.numel() for parameter in self.network.parameters())


def load_model(name: str) -> Model:
    """Build the model called ``name`` with its trained weights, or untrained from a fixed seed where there are none.

    Raises:
        ValueError: if no model has that name.
    """
    entry = find(name)
    network = build(entry.config)
    if entry.trained:
        weights = load_file(ASSETS / "weights" / str(entry.weights))
        network.load_state_dict({key: value.float() for key, value in weights.items()})
    else:
        initialize(network, UNTRAINED_SEED)
    return Model(entry, network.eval().requires_grad_(False), entry.trained)
