"""The receptive field against what a gradient reaches in a picture that is larger than it."""

from __future__ import annotations

import pytest
import torch

from vitviz.analysis.detection.receptive import receptive_field
from vitviz.models.resnet import ResNet
from vitviz.models.scene_config import DetrConfig


@pytest.mark.parametrize("depths", [(1, 1), (2, 2), (1, 2)])
def test_a_cell_depends_on_so_many_pixels(depths: tuple[int, int]) -> None:
    config = DetrConfig((192, 192), stem_dim=4, stage_dims=(4, 4), stage_depths=depths)
    torch.manual_seed(0)
    backbone = ResNet(config).eval()
    for parameter in backbone.parameters():
        parameter.data = parameter.data.abs() + 0.01  # no sum is 0 by chance, and no ReLU cuts
    image = torch.rand(1, 3, 192, 192, requires_grad=True)
    # The mean pools instead of the largest, so that every pixel that could matter does.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vitviz.models.resnet.F.max_pool2d", torch.nn.functional.avg_pool2d)
        backbone(image)[0, :, 12, 12].sum().backward()
    assert image.grad is not None
    reached = image.grad.abs().sum(dim=(0, 1)) > 0
    assert reached.any(dim=1).sum() == reached.any(dim=0).sum() == receptive_field(config)
