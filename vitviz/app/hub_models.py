"""Checkpoints on a hub that are worth a look, as the dialog offers them; any other name can be typed in."""

from __future__ import annotations

from typing import NamedTuple


class HubModel(NamedTuple):
    """A checkpoint on the Hugging Face hub.

    ``megabytes`` (10^6) is about what is downloaded, ``licence`` what its card names, if it names one.
    What it is good for stands in words.toml as ``models.good_for.<topic>``.
    """

    name: str
    megabytes: int
    licence: str
    topic: str


HUB_MODELS = (
    HubModel("google/vit-base-patch16-224", 346, "Apache 2.0", "vit"),
    HubModel("facebook/deit-small-distilled-patch16-224", 90, "Apache 2.0", "deit"),
    HubModel("facebook/dino-vits16", 87, "Apache 2.0", "dino"),
    HubModel("timm/vit_small_patch14_dinov2.lvd142m", 88, "Apache 2.0", "dinov2"),
    HubModel("facebook/dinov2-with-registers-small", 88, "Apache 2.0", "registers"),
    HubModel("facebook/vit-mae-base", 448, "Apache 2.0", "mae"),
    HubModel("openai/clip-vit-base-patch32", 605, "", "clip"),
    HubModel("google/siglip-base-patch16-224", 813, "Apache 2.0", "siglip"),
    HubModel("microsoft/beit-base-patch16-224", 350, "Apache 2.0", "beit"),
    HubModel("facebook/dinov3-vits16-pretrain-lvd1689m", 86, "DINOv3 License", "dinov3"),
    HubModel("microsoft/swin-tiny-patch4-window7-224", 113, "Apache 2.0", "swin"),
    HubModel("microsoft/swinv2-tiny-patch4-window8-256", 113, "Apache 2.0", "swinv2"),
)
