"""One small Swin-Unet with random weights, and its runs on two pages, for all tests of segmentation."""

from __future__ import annotations

from typing import NamedTuple, cast

import pytest
import torch

from vitviz.models.scene_config import SwinUnetConfig
from vitviz.models.scene_start import start_swin_unet
from vitviz.models.swin_unet import SwinUnet
from vitviz.tracing.trace import Trace, run_trace
from vitviz.worlds.picture_book import Page, draw
from vitviz.worlds.scene import random_scene
from vitviz.zoo.scene_models import page_pixels

CONFIG = SwinUnetConfig(
    image_size=(64, 64), embed_dim=8, depths=(2, 2, 2), num_heads=(1, 2, 4), window_size=4, num_classes=7
)


class Runs(NamedTuple):
    """A network, a run on each of two pages, and the pages."""

    network: SwinUnet
    run: Trace
    other: Trace
    pages: tuple[Page, Page]


@pytest.fixture(scope="session")
def runs() -> Runs:
    network = SwinUnet(CONFIG).eval()
    start_swin_unet(network, 3)
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator), alpha=0.1)
    network.requires_grad_(False)
    pages = cast("tuple[Page, Page]", tuple(draw(random_scene(seed), 64) for seed in (1, 2)))
    first, second = (run_trace(network, page_pixels(page)) for page in pages)
    return Runs(network, first, second, pages)
