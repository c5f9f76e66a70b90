"""Networks whose score is known to be a sum over patches, so that a perfect map of it is known too."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from tests.conftest import random_picture, randomise
from vitviz.models.build import build
from vitviz.models.swin_config import SwinConfig
from vitviz.models.vit_config import ViTConfig
from vitviz.tracing.trace import Trace, run_trace

SIDE = 32
MEAN_OF_PATCHES = ViTConfig(
    (SIDE, SIDE),
    patch_size=4,
    embed_dim=16,
    depth=1,
    num_heads=2,
    num_classes=3,
    class_token=False,
    pool="avg",
)
CLASS_TOKEN = ViTConfig((SIDE, SIDE), patch_size=8, embed_dim=16, depth=2, num_heads=2, num_classes=5)
SWIN = SwinConfig((SIDE, SIDE), embed_dim=16, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5)


def traced(config: ViTConfig | SwinConfig) -> Trace:
    return run_trace(randomise(build(config)).eval(), random_picture(SIDE, SIDE))


def sum_of_patches() -> Trace:
    """A ViT whose blocks add nothing: each patch gives its own share to the mean that the head reads."""
    network = randomise(build(MEAN_OF_PATCHES)).eval()
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.startswith("blocks.") and ("proj" in name or "fc2" in name):
                parameter.zero_()
    return run_trace(network, random_picture(SIDE, SIDE))


def shares(trace: Trace, target: int) -> NDArray[np.float64]:
    """What each patch gives to the class, (h, w)."""
    x = trace["blocks.0.resid_post"][0]
    network = trace.network
    with torch.no_grad():
        given = network.norm(x) @ network.head.weight[target]  # type: ignore[attr-defined]
    return given.double().numpy().reshape(trace.patch_grid)
