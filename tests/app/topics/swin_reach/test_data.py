"""What the Swin reach parts are sent is what ``vitviz.models.windows`` and the model's own tables say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from tests.conftest import random_picture, randomise
from tests.web.fixtures import check, plain
from vitviz.analysis.swin_reach.legal_keys import keys_of
from vitviz.analysis.swin_reach.receptive_field import ancestors, grown_back, growth, steps_of
from vitviz.app.topics.swin_reach.data import reach_payload, table_payload
from vitviz.models import windows
from vitviz.models.config import SwinConfig
from vitviz.models.swin import SwinTransformer, gather_neighbours
from vitviz.models.windows import relative_position_index, window_grid
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


CASES = {
    "16 x 16 patches": (CONFIG, 64, 64),
    "padded on both sides": (CONFIG, 36, 52),
    "window as large as the map": (CONFIG, 16, 16),
    "three stages, shift 1 of 3": (
        replace(CONFIG, depths=(2, 3, 2), num_heads=(2, 2, 2), window_size=3), 36, 40,
    ),
}  # fmt: skip


def keys(trace: Trace, config: SwinConfig) -> list[list[Any]]:
    """For every map, regular and shifted windows: legal and cut tokens of every query, and legal and cut padding."""
    found = []
    for shape in [(one["rows"], one["columns"]) for one in reach_payload(trace)["maps"]]:
        of_map: list[Any] = []
        for shift in (0, config.window_size // 2):
            grid = window_grid(*shape, config.window_size, shift)
            queries = (keys_of(grid, query) for query in range(shape[0] * shape[1]))
            of_map.append(
                [
                    [np.flatnonzero(q.legal), np.flatnonzero(q.cut), [q.legal_padding, q.cut_padding]]
                    for q in queries
                ]
                if grid.shift or not shift
                else None
            )
        found.append(of_map)
    return found


def fields(trace: Trace) -> dict[str, Any]:
    """Where patches go, and what tokens depend on, with the shift and without."""
    network = trace.network
    assert isinstance(network, SwinTransformer)
    rows, columns = (-(-side // 4) for side in trace["image"].shape[-2:])
    steps = steps_of(network, rows, columns)
    patch = rows * columns // 2
    there = ancestors(steps)
    tokens = [int(one.flat[patch]) for one in there]
    chains = (steps, [step.without_shift() for step in steps])
    return {
        "ancestors": there,
        "tokens": tokens,
        "fields": [
            [np.flatnonzero(grown_back(chain, at, token)[-1]) for at, token in enumerate(tokens)]
            for chain in chains
        ],
        "patches": [0, 7, patch],
        "growth": [[growth(chain, one) for one in (0, 7, patch)] for chain in chains],
    }


@pytest.mark.parametrize("number", range(len(CASES)), ids=CASES.keys())
def test_the_fixtures_of_the_browser_are_current(number: int) -> None:
    """What the node tests hold the browser's own windows and receptive fields to; Python's are the real network's."""
    config, height, width = list(CASES.values())[number]
    model = SwinTransformer(config)
    randomise(model)
    trace = run_trace(model.eval(), random_picture(height, width))
    value = {"journey": reach_payload(trace), "keys": keys(trace, config), **fields(trace)}
    check(f"swin_reach/journey{number}.json", plain(value))


def test_the_fixture_of_bias_indices_is_current() -> None:
    """A window as large as its table, and a smaller one."""
    made = [
        {"window": window, "made": table, "index": relative_position_index(window, table).numpy()}
        for window, table in ((4, 4), (3, 5))
    ]
    check("swin_reach/bias_index.json", plain(made))
