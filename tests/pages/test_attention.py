"""What the attention page shows is what torch computed."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

import vitviz
from tests.pages.conftest import floats, mounted
from vitviz.samples import SAMPLES
from vitviz.tracing.trace import Trace

Open = Callable[..., AppTest]
# The app runs torch on one thread, the test on as many as there are: sums in another order, through all blocks.
ROUNDING = 1e-5


@pytest.fixture(scope="module")
def vit() -> Trace:
    return vitviz.trace(vitviz.load_model("vit-tiny"), SAMPLES[0].path)


@pytest.fixture(scope="module")
def swin() -> Trace:
    return vitviz.trace(vitviz.load_model("swin-mini"), SAMPLES[0].path)


def show(open_page: Open, model: str, block: int, head: int, token: int, **state: object) -> AppTest:
    choices = {
        f"setting.block.{model}": block,
        f"setting.head.{model}": head,
        f"setting.token.{model}": token,
    }
    return open_page("attention", model=model, **choices, **state)


@pytest.mark.parametrize(("block", "head", "token"), [(0, 0, 0), (5, 2, 100), (11, 1, 196)])
def test_vit_maps_and_matrix_are_torchs(
    open_page: Open, vit: Trace, block: int, head: int, token: int
) -> None:
    page = show(open_page, "vit-tiny", block, head, token)
    pattern = vit[f"blocks.{block}.pattern"][0].numpy()  # (H, N, N)
    heads = floats(mounted(page, "attention.heads")["values"]).reshape(3, 196)
    np.testing.assert_allclose(heads, pattern[:, token, 1:], atol=ROUNDING)
    overlay = floats(mounted(page, "attention.picker")["overlay"])
    np.testing.assert_allclose(overlay, pattern[head, token], atol=ROUNDING)
    matrix = floats(mounted(page, "attention.matrix")["values"]).reshape(197, 197)
    np.testing.assert_allclose(matrix, pattern[head], atol=ROUNDING)


def test_the_column_shows_who_looks_at_the_token(open_page: Open, vit: Trace) -> None:
    page = show(open_page, "vit-tiny", 3, 1, 42, **{"attention.direction": "column"})
    pattern = vit["blocks.3.pattern"][0].numpy()
    overlay = floats(mounted(page, "attention.picker")["overlay"])
    np.testing.assert_allclose(overlay, pattern[1, :, 42], atol=ROUNDING)


def test_all_heads_share_one_scale_from_zero(open_page: Open, vit: Trace) -> None:
    page = show(open_page, "vit-tiny", 7, 0, 30)
    heads, picker = mounted(page, "attention.heads"), mounted(page, "attention.picker")
    most = vit["blocks.7.pattern"][0, :, 30, 1:].max().item()
    assert heads["low"] == picker["low"] == 0
    assert heads["high"] == picker["high"] == pytest.approx(most, abs=ROUNDING)


def test_swin_shows_the_window_of_the_token_and_nothing_else(open_page: Open, swin: Trace) -> None:
    token = 56 * 55 + 55  # the last one: its shifted window wraps around both sides
    page = show(open_page, "swin-mini", 1, 2, token)
    block = swin.swin_blocks[1]
    window, place = block.place(token)
    overlay = floats(mounted(page, "attention.picker")["overlay"])
    seen = np.flatnonzero(~np.isnan(overlay))
    assert set(seen) == set(block.tokens[window].tolist())
    expected = swin["layers.0.blocks.1.pattern"][window, 2, place]
    torch.testing.assert_close(
        torch.from_numpy(overlay.copy())[block.tokens[window]], expected, atol=ROUNDING, rtol=0
    )


def test_the_opened_weight_is_built_from_its_numbers(open_page: Open, vit: Trace) -> None:
    page = show(open_page, "vit-tiny", 5, 2, 100)
    formula = page.latex[-1].value
    best = vit["blocks.5.pattern"][0, 2, 100].max().item()
    assert f"{best:.5f}" in formula
    scores = vit["blocks.5.attn_scores"][0, 2, 100]
    assert f"{(scores - scores.max()).exp().sum().item():.4f}" in formula
