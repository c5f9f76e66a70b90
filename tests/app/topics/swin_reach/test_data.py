"""What the Swin reach parts are sent is what ``vitviz.models.windows`` and the model's own tables say."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.conftest import random_picture, randomise
from vitviz.app.topics.swin_reach.data import reach_payload, table_payload
from vitviz.models import windows
from vitviz.models.config import SwinConfig
from vitviz.models.swin import SwinTransformer, gather_neighbours
from vitviz.models.windows import window_grid
from vitviz.tracing.trace import Trace, run_trace

CONFIG = SwinConfig((64, 64), embed_dim=8, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=3)


def traced(height: int, width: int) -> Trace:
    model = SwinTransformer(CONFIG)
    randomise(model)
    return run_trace(model.eval(), random_picture(height, width))


@pytest.mark.parametrize("size", [(64, 64), (36, 52), (16, 16)], ids=str)
def test_maps_are_the_models_own_windows(size: tuple[int, int]) -> None:
    trace = traced(*size)
    payload = reach_payload(trace)
    height, width = size[0] // 4, size[1] // 4
    for stage, shown in enumerate(payload["maps"]):
        assert (shown["rows"], shown["columns"], shown["cell"]) == (height, width, 4 * 2**stage)
        for name, shift in (("regular", 0), ("shifted", 2)):
            grid = window_grid(height, width, 4, shift)
            if name == "shifted" and not grid.shift:
                assert shown[name] is None
                continue
            tokens = windows.token_map(grid)
            np.testing.assert_array_equal(shown[name]["tokens"].ravel(), tokens.flatten())
            regions = windows.partition(windows.region_map(grid)[None, :, :, None], grid)
            np.testing.assert_array_equal(shown[name]["regions"].ravel(), regions.flatten())
            assert shown[name]["padded"] == list(grid.padded)
        height, width = -(-height // 2), -(-width // 2)


def test_steps_are_the_networks_with_the_shift_that_ran() -> None:
    trace = traced(36, 52)
    steps = reach_payload(trace)["steps"]
    assert [step["name"] for step in steps] == [name for name, _ in trace.network.steps()]
    shifts = {block.name: block.grid.shift for block in trace.swin_blocks}
    assert {step["name"]: step["shift"] for step in steps if "shift" in step} == shifts
    merging = next(step for step in steps if "parents" in step)
    index = torch.arange(1.0, 9 * 13 + 1).view(1, 9, 13, 1)
    gathered = gather_neighbours(torch.nn.functional.pad(index, (0, 0, 0, 1, 0, 1))) - 1
    np.testing.assert_array_equal(merging["parents"].ravel(), gathered.flatten().numpy())


@pytest.mark.parametrize("size", [(64, 64), (16, 16)], ids=str)
def test_tables_are_the_parameters_and_give_torchs_bias(size: tuple[int, int]) -> None:
    """At 16 x 16 pixels the last map is 2 x 2: its window is smaller than the one that the table was made for."""
    trace = traced(*size)
    payload = table_payload(trace)
    assert len(payload["blocks"]) == len(trace.swin_blocks)
    for block, shown in zip(trace.swin_blocks, payload["blocks"], strict=True):
        table = shown["values"]
        parameter = block.module.attn.relative_position_bias_table.detach().numpy()
        np.testing.assert_array_equal(table, parameter)
        assert table.dtype == np.float32
        assert table.shape == ((2 * shown["window"] - 1) ** 2, block.num_heads)
        index = payload["indices"][shown["map"]].ravel()
        places = block.grid.window**2
        np.testing.assert_array_equal(table[index].T.reshape(-1, places, places), block.bias.numpy())
