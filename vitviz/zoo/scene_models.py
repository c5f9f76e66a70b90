"""The models of the picture book, which find or paint the things of a scene. They know no photograph."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from vitviz.models.scene_config import DetrConfig, SwinUnetConfig
from vitviz.worlds.picture_book import CLASS_NAMES, Page
from vitviz.worlds.things import KINDS
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.shipped import ASSETS, shipped_json, shipped_weights
from vitviz.zoo.source import Source

if TYPE_CHECKING:
    from torch import Tensor

    from vitviz.models.sided import SidedNetwork

SceneTask = Literal["detection", "segmentation"]


@dataclass(frozen=True)
class SceneEntry:
    """What is known of one model of the picture book. ``class_names`` are in the order of its class scores."""

    name: str
    title: str
    task: SceneTask
    config: DetrConfig | SwinUnetConfig
    source: Source
    class_names: tuple[str, ...]

    @property
    def trained(self) -> bool:
        """Whether its weights came with vitviz, or the card that names them."""
        return self._card.is_file() or (ASSETS / "weights" / self.source.where).is_file()

    @property
    def weights(self) -> Path:
        """The file of its weights, whose content is the one that its card names.

        Raises:
            CheckpointError: if it is missing or another one, or the card is no such JSON.
        """
        card = shipped_json(self._card)
        if not isinstance(card, dict) or "sha256" not in card:
            raise CheckpointError("shipped_damaged", file=self._card.name, reason="no card of a model")
        return shipped_weights(self.source.where, str(card["sha256"]))

    @property
    def _card(self) -> Path:
        return (ASSETS / "weights" / self.source.where).with_suffix(".json")


@dataclass(frozen=True, eq=False)
class SceneModel:
    """A network that is ready to run on pages. Its weights are shared: never change them."""

    entry: SceneEntry
    network: SidedNetwork
    trained: bool


SCENE_MODELS = {
    entry.name: entry
    for entry in (
        SceneEntry(
            "detr-mini",
            "DETR, D 64, 2 + 3 layers, 12 queries, picture book",
            "detection",
            DetrConfig(),
            Source("embedded", "detr-mini.safetensors"),
            (*KINDS, "no object"),
        ),
        SceneEntry(
            "swin-unet-mini",
            "Swin-Unet, C 24, depths 2-2-2-2, picture book",
            "segmentation",
            SwinUnetConfig(),
            Source("embedded", "swin-unet-mini.safetensors"),
            CLASS_NAMES,
        ),
    )
}


def find_scene_model(name: str) -> SceneEntry:
    """The entry called ``name``.

    Raises:
        CheckpointError: if there is none; the sentence lists those there are.
    """
    if name not in SCENE_MODELS:
        raise CheckpointError("unknown_model", name=repr(name), known=", ".join(SCENE_MODELS))
    return SCENE_MODELS[name]


def load_scene_model(name: str) -> SceneModel:
    """A model of the picture book; one whose weights are not shipped is untrained, from a fixed seed, and says so.

    Raises:
        CheckpointError: if there is none of that name, or its weights are damaged.
    """
    from safetensors.torch import load_file

    from vitviz.models.build import build_scene_network
    from vitviz.models.scene_start import start_scene_network

    entry = find_scene_model(name)
    network = build_scene_network(entry.config)
    if entry.trained:
        weights = load_file(entry.weights)
        network.load_state_dict({key: value.float() for key, value in weights.items()})
    else:
        start_scene_network(network, 0)
    return SceneModel(entry, network.eval().requires_grad_(False), entry.trained)


def page_pixels(*pages: Page) -> Tensor:
    """Pages of one size as the models read them, (B, 3, size, size): -1 is black, 1 is white."""
    import torch

    pixels = torch.stack([torch.from_numpy(page.picture) for page in pages])  # (B, size, size, 3)
    return pixels.permute(0, 3, 1, 2).float() / 255 * 2 - 1
