"""The models that can be loaded by name: their configuration, preprocessing and classes. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import ClassVar

from vitviz.images import HALF_MEAN, HALF_STD, IMAGENET_MEAN, IMAGENET_STD, Preprocessing
from vitviz.models.config import ModelConfig, SwinConfig, ViTConfig
from vitviz.zoo import shipped
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.shipped import ASSETS as ASSETS
from vitviz.zoo.source import RANDOM, Source


@dataclass(frozen=True)
class ModelEntry:
    """What is known of one model: of the registry, or of one that ``load_model`` made from a checkpoint.

    ``labels`` names a file of class names in ``assets/labels``; ``own_labels`` are those that came with a checkpoint.
    A model of the registry without weights is built untrained from a fixed seed and says so.
    """

    name: str
    title: str
    config: ModelConfig
    preprocessing: Preprocessing
    labels: str | None = None
    source: Source = RANDOM
    own_labels: tuple[str, ...] = ()

    # Networks with other tasks are in ``vitviz.zoo.scene_models``.
    task: ClassVar[str] = "classification"

    @property
    def embedded(self) -> bool:
        """Whether its weights came with vitviz; facts lie beside them then."""
        return self.source.kind == "embedded"

    @property
    def trained(self) -> bool:
        """Whether its weights are more than random numbers from a fixed seed."""
        return self.embedded or self.source.kind in {"hub", "file", "code"}

    @property
    def num_classes(self) -> int:
        """How many class scores the model makes; 0 where it has no head."""
        return self.config.num_classes

    @property
    def is_swin(self) -> bool:
        """Whether it is a Swin; otherwise it is a ViT."""
        return isinstance(self.config, SwinConfig)

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes, in the order of the logits; empty where the model has none.

        Raises:
            CheckpointError: if they should be in ``assets/labels`` and are not.
        """
        return self.own_labels if self.labels is None else _labels(self.labels)


_labels = cache(shipped.class_names)
VIT_TI = ViTConfig(embed_dim=192, num_heads=3)
SWIN_T = SwinConfig()
HALF = Preprocessing(size=224, crop_fraction=0.9, mean=HALF_MEAN, std=HALF_STD)
IMAGENET = Preprocessing(size=224, crop_fraction=0.9, mean=IMAGENET_MEAN, std=IMAGENET_STD)
WHOLE = replace(IMAGENET, crop_fraction=1.0)


def _entries() -> Iterable[ModelEntry]:
    yield ModelEntry(
        "vit-tiny",
        "ViT-Ti/16, 20 everyday things",
        replace(VIT_TI, num_classes=20),
        WHOLE,
        labels="everyday20.json",
        source=Source("embedded", "vit-tiny.safetensors"),
    )
    yield ModelEntry(
        "swin-mini",
        "Swin, C 48, depths 2-2-4-2, 20 everyday things",
        replace(SWIN_T, embed_dim=48, depths=(2, 2, 4, 2), num_classes=20),
        WHOLE,
        labels="everyday20.json",
        source=Source("embedded", "swin-mini.safetensors"),
    )
    yield ModelEntry("vit-ti16", "ViT-Ti/16", VIT_TI, HALF)
    yield ModelEntry("vit-s16", "ViT-S/16", ViTConfig(embed_dim=384, num_heads=6), HALF)
    yield ModelEntry("vit-b16", "ViT-B/16", ViTConfig(), HALF)
    large = Preprocessing(size=384, mean=HALF_MEAN, std=HALF_STD)
    yield ModelEntry("vit-b16-384", "ViT-B/16 at 384 px", ViTConfig((384, 384)), large)
    dino_s = ViTConfig((518, 518), patch_size=14, embed_dim=384, num_heads=6, layer_scale=True)
    yield ModelEntry("vit-s14-518", "ViT-S/14 at 518 px", dino_s, replace(IMAGENET, size=518))
    yield ModelEntry("vit-l16", "ViT-L/16", ViTConfig(embed_dim=1024, depth=24, num_heads=16), HALF)
    yield ModelEntry("deit-ti16", "DeiT-Ti/16 distilled", replace(VIT_TI, distillation_token=True), IMAGENET)
    yield ModelEntry("swin-t", "Swin-T", SWIN_T, IMAGENET)
    yield ModelEntry("swin-s", "Swin-S", replace(SWIN_T, depths=(2, 2, 18, 2)), IMAGENET)
    swin_b = SwinConfig(embed_dim=128, depths=(2, 2, 18, 2), num_heads=(4, 8, 16, 32))
    yield ModelEntry("swin-b", "Swin-B", swin_b, IMAGENET)
    yield ModelEntry("swin-l", "Swin-L", replace(swin_b, embed_dim=192, num_heads=(6, 12, 24, 48)), IMAGENET)
    small = Preprocessing(size=32, mean=HALF_MEAN, std=HALF_STD)
    vit_test = ViTConfig((32, 32), patch_size=8, embed_dim=16, depth=2, num_heads=2, num_classes=5)
    yield ModelEntry("vit-test", "a ViT for tests, 4x4 patches", vit_test, small)
    swin_test = SwinConfig(
        (32, 32), embed_dim=16, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5
    )
    yield ModelEntry("swin-test", "a Swin for tests, windows of 4", swin_test, small)


REGISTRY = {entry.name: entry for entry in _entries()}


def find(name: str) -> ModelEntry:
    """The entry called ``name``.

    Raises:
        CheckpointError: if there is none; the sentence lists those there are.
    """
    if name not in REGISTRY:
        raise CheckpointError("unknown_model", name=repr(name), known=", ".join(REGISTRY))
    return REGISTRY[name]
