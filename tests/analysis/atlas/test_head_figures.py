"""What a head is known by, against the formulas written out in numpy, and patterns made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

import vitviz
from vitviz.analysis.atlas import head_figures as module
from vitviz.analysis.atlas.head_figures import FIGURES, block_figures, head_figures
from vitviz.analysis.atlas.places import Places, patch_pixels, places, places_of
from vitviz.analysis.attention.rows import block_rows
from vitviz.models.windows import attention_mask, token_map, window_grid
from vitviz.samples import SAMPLES

PREFIX = ("cls", "reg1", "reg2")


def by_hand(
    q: Tensor, k: Tensor, own: Places, columns: int, pixels: int, bias: Tensor | None, mask: Tensor | None
) -> NDArray[np.float64]:
    """Every figure of one picture row by row in float64, as docs/atlas.md says them: (H, 6)."""
    windows, keys = own.tokens.shape
    rows: list[list[list[float]]] = [[[] for _ in FIGURES] for _ in range(q.shape[1])]
    for window in range(windows):
        tokens = own.tokens[window].tolist()
        for head in range(q.shape[1]):
            for at, token in enumerate(tokens):
                scores = (q[window, head, at].double() @ k[window, head].double().T) / math.sqrt(q.shape[-1])
                if bias is not None:
                    scores = scores + bias[head, at].double()
                if mask is not None:
                    scores = scores + mask[window, at].double()
                p = np.exp(scores.numpy() - scores.max().item())
                p /= p.sum()
                legal = keys if mask is None else int((mask[window, at] == 0).sum())
                entropy = -sum(x * math.log(x) for x in p if x > 0)
                if token >= 0:
                    rows[head][1].append(entropy)
                    if legal > 1:
                        rows[head][2].append(entropy / math.log(legal))
                patch = token - own.num_prefix
                if token < 0 or patch < 0:
                    continue
                moved = given = 0.0
                for other, weight in zip(tokens, p, strict=True):
                    to = other - own.num_prefix
                    if other < 0 or to < 0:
                        continue
                    down, across = patch // columns - to // columns, patch % columns - to % columns
                    moved += weight * pixels * math.hypot(down, across)
                    given += weight
                rows[head][0].append(moved / given)
                rows[head][3].append(p[0] if own.class_tokens else math.nan)
                rows[head][4].append(p[1] + p[2] if own.registers else math.nan)
                rows[head][5].append(p[at])
    return np.array([[np.mean(values) for values in figures] for figures in rows])


def random(shape: tuple[int, ...], seed: int, scale: float = 2.0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)) * scale


@pytest.mark.parametrize("prefix", [(), PREFIX])
def test_a_vit_is_as_the_formulas_say(prefix: tuple[str, ...]) -> None:
    own = places(torch.arange(len(prefix) + 20).unsqueeze(0), prefix, columns=5, pixels=8)
    shape = (2, 3, len(prefix) + 20, 6)
    q, k = random(shape, 0), random(shape, 1)
    bias = random((3, shape[2], shape[2]), 2)
    found = head_figures(q, k, own, bias)
    for picture in range(2):
        expected = by_hand(q[picture : picture + 1], k[picture : picture + 1], own, 5, 8, bias, None)
        np.testing.assert_allclose(found[picture].numpy(), expected, rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize("masked", [-100.0, -math.inf])
def test_shifted_windows_with_padding_are_as_the_formulas_say(masked: float) -> None:
    grid = window_grid(7, 10, 4, 2)  # padded to 8 x 12
    own = places(token_map(grid), (), columns=10, pixels=16)
    mask = attention_mask(grid, -100.0)
    assert mask is not None
    mask = torch.where(mask < 0, masked, 0.0)
    shape = (2 * grid.num_windows, 3, 16, 6)
    q, k, bias = random(shape, 3), random(shape, 4), random((3, 16, 16), 5)
    found = head_figures(q, k, own, bias, mask)
    for picture in range(2):
        part = slice(picture * grid.num_windows, (picture + 1) * grid.num_windows)
        expected = by_hand(q[part], k[part], own, 10, 16, bias, mask)
        np.testing.assert_allclose(found[picture].numpy(), expected, rtol=2e-6, atol=1e-7)


def test_an_even_head_and_one_that_looks_at_itself() -> None:
    own = places(torch.arange(17).unsqueeze(0), ("cls",), columns=4, pixels=16)
    q = torch.zeros(1, 2, 17, 17)
    q[0, 1] = torch.eye(17) * 1e4
    k = torch.eye(17).expand(1, 2, 17, 17)
    even, itself = (
        dict(zip(FIGURES, figures.tolist(), strict=True)) for figures in head_figures(q, k, own)[0]
    )
    pairs = [16 * math.hypot(a // 4 - b // 4, a % 4 - b % 4) for a in range(16) for b in range(16)]
    assert even["distance"] == pytest.approx(np.mean(pairs), rel=1e-6)
    assert even["entropy"] == pytest.approx(math.log(17), rel=1e-6)
    assert even["entropy_share"] == pytest.approx(1, rel=1e-6)
    assert even["class_weight"] == even["self_weight"] == pytest.approx(1 / 17, rel=1e-6)
    assert math.isnan(even["register_weight"])
    assert itself["distance"] == itself["entropy"] == itself["class_weight"] == 0
    assert itself["self_weight"] == 1


def test_a_head_that_gives_nothing_to_patches_moves_nowhere() -> None:
    own = places(torch.arange(5).unsqueeze(0), ("cls",), columns=2, pixels=16)
    q, k = torch.ones(1, 1, 5, 1) * 1e3, torch.zeros(1, 1, 5, 1)
    k[0, 0, 0] = 1
    found = dict(zip(FIGURES, head_figures(q, k, own)[0, 0].tolist(), strict=True))
    assert found["distance"] == 0
    assert found["class_weight"] == 1


def test_pieces_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    grid = window_grid(8, 8, 4, 2)
    own, mask = places(token_map(grid), (), 8, 4), attention_mask(grid)
    q, k = random((3 * 4, 3, 16, 5), 6), random((3 * 4, 3, 16, 5), 7)
    found = []
    for chunk in (1, 600, 1 << 17):
        monkeypatch.setattr(module, "CHUNK", chunk)
        found.append(head_figures(q, k, own, None, mask))
    for other in found[1:]:
        torch.testing.assert_close(other, found[0], rtol=1e-6, atol=1e-7, equal_nan=True)


@pytest.mark.parametrize("name", ["vit-tiny", "swin-mini"])
def test_the_distance_of_a_run_is_the_explorers_in_pixels(name: str) -> None:
    model = vitviz.load_model(name)
    trace = vitviz.trace(model, SAMPLES[0].path)
    for block in (trace.blocks[0], trace.blocks[1], trace.blocks[-1]):
        found, rows = block_figures(block), block_rows(block)
        pixels = patch_pixels(block)
        assert pixels * block.map_size[0] == trace.patch_grid[0] * trace.config.patch_size
        torch.testing.assert_close(found["distance"], rows.distance * pixels, rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(found["entropy_share"], rows.entropy, rtol=1e-5, atol=1e-6)


def test_the_places_of_a_traced_block() -> None:
    trace = vitviz.trace(vitviz.load_model("vit-tiny"), SAMPLES[0].path)
    own = places_of(trace.blocks[0])
    assert own.class_tokens == (0,)
    assert own.num_patches == 196
    assert own.apart[0, 1, 2] == 16
    assert own.apart[0, 0].max() == 0
