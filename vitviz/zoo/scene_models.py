"""The models of the picture book, which find or paint the things of a scene. They know no photograph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from vitviz.models.scene_config import DetrConfig, SwinUnetConfig
from vitviz.worlds.picture_book import CLASS_NAMES, Page
from vitviz.worlds.things import KINDS
from vitviz.zoo.shipped_entry import ShippedEntry, ShippedModel, find_shipped, load_shipped
from vitviz.zoo.source import Source

if TYPE_CHECKING:
    from torch import Tensor


SceneTask = Literal["detection", "segmentation"]


@dataclass(frozen=True)
class SceneEntry(ShippedEntry):
    """What is known of one model of the picture book. ``class_names`` are in the order of its class scores."""

    task: SceneTask
    config: DetrConfig | SwinUnetConfig
    class_names: tuple[str, ...]


SceneModel = ShippedModel[SceneEntry]
SCENE_MODELS = {
    entry.name: entry
    for entry in (
        SceneEntry(
            "detr-mini",
            "DETR, D 64, 2 + 3 layers, 12 queries, picture book",
            Source("embedded", "detr-mini.safetensors"),
            "detection",
            DetrConfig(),
            (*KINDS, "no object"),
        ),
        SceneEntry(
            "swin-unet-mini",
            "Swin-Unet, C 24, depths 2-2-2-2, picture book",
            Source("embedded", "swin-unet-mini.safetensors"),
            "segmentation",
            SwinUnetConfig(),
            CLASS_NAMES,
        ),
    )
}


def find_scene_model(name: str) -> SceneEntry:
    """The entry called ``name``.

    Raises:
        CheckpointError: if there is none; the sentence lists those there are.
    """
    return find_shipped(SCENE_MODELS, name)


def load_scene_model(name: str) -> SceneModel:
    """A model of the picture book; one whose weights are not shipped is untrained, from a fixed seed, and says so.

    Raises:
        CheckpointError: if there is none of that name, or its weights are damaged.
    """
    from vitviz.models.build import build_scene_network
    from vitviz.models.scene_start import start_scene_network

    entry = find_scene_model(name)
    return load_shipped(entry, build_scene_network(entry.config), start_scene_network)


def page_pixels(*pages: Page) -> Tensor:
    """Pages of one size as the models read them, (B, 3, size, size): -1 is black, 1 is white."""
    import torch

    pixels = torch.stack([torch.from_numpy(page.picture) for page in pages])  # (B, size, size, 3)
    return pixels.permute(0, 3, 1, 2).float() / 255 * 2 - 1
