"""Every layer norm of every kind of model is found, with the module and the input that are really its own."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tests.conftest import random_picture, randomise
from vitviz.models.build import build
from vitviz.models.config import ModelConfig, SwinConfig, ViTConfig
from vitviz.tracing.norms import norm_sites, norm_statistics
from vitviz.tracing.trace import Trace, run_trace

SMALL = {
    "image_size": (32, 32),
    "patch_size": 8,
    "embed_dim": 16,
    "depth": 2,
    "num_heads": 2,
    "num_classes": 5,
}
SWIN = {
    "image_size": (32, 32),
    "embed_dim": 16,
    "depths": (2, 2),
    "num_heads": (2, 4),
    "window_size": 4,
    "num_classes": 5,
}
CONFIGS: dict[str, ModelConfig] = {
    "vit": ViTConfig(**SMALL),
    "clip": ViTConfig(**SMALL, norm_before_blocks=True),
    "registers": ViTConfig(**SMALL, num_registers=3),
    "after_pool": ViTConfig(**SMALL, class_token=False, pool="avg", norm_after_pool=True),
    "swin": SwinConfig(**SWIN),
    "swin_odd": SwinConfig(**SWIN, patch_norm=False),
}
SIZES = {"swin_odd": (36, 28)}


@pytest.fixture(params=CONFIGS)
def trace(request: pytest.FixtureRequest) -> Trace:
    network = randomise(build(CONFIGS[request.param])).eval()
    return run_trace(network, random_picture(*SIZES.get(request.param, (32, 32))))


def test_torchs_layer_norm_of_the_sites_input_is_the_sites_output(trace: Trace) -> None:
    sites = norm_sites(trace)
    assert len(sites) == sum(isinstance(module, torch.nn.LayerNorm) for module in trace.network.modules())
    assert len({site.module for site in sites}) == len(sites)
    for site in sites:
        norm = site.module
        expected = F.layer_norm(
            trace[site.input_name], norm.normalized_shape, norm.weight, norm.bias, norm.eps
        )
        torch.testing.assert_close(trace[f"{site.name}.out"], expected, atol=1e-5, rtol=1e-5)


def test_statistics_are_those_of_the_input(trace: Trace) -> None:
    for site, found in zip(norm_sites(trace), norm_statistics(trace), strict=True):
        x = trace[site.input_name].flatten(0, -2).double()
        assert found.name == site.name
        np.testing.assert_array_equal(found.mean, trace[f"{site.name}.mean"].flatten().numpy())
        np.testing.assert_array_equal(found.scale, trace[f"{site.name}.scale"].flatten().numpy())
        np.testing.assert_allclose(found.variance, x.var(dim=-1, unbiased=False).numpy(), rtol=1e-5)
        np.testing.assert_allclose(found.norm, x.norm(dim=-1).numpy(), rtol=1e-6)


def test_the_grid_lays_out_all_tokens_but_the_prefix(trace: Trace) -> None:
    config = trace.config
    prefix = config.num_prefix
    for found in norm_statistics(trace):
        if found.grid is None:
            assert found.mean.shape == (1,)
        else:
            assert found.mean.shape == (prefix + found.grid[0] * found.grid[1],)
