"""The Swin page: windows, mask and addends are those of the model that ran."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import vitviz
from tests.pages.conftest import floats, mounted
from vitviz.samples import SAMPLES
from vitviz.tracing.trace import Trace

Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def swin() -> Trace:
    return vitviz.trace(vitviz.load_model("swin-mini"), SAMPLES[0].path)


@pytest.mark.parametrize(
    ("name", "window", "head"), [("layers.0.blocks.1", 63, 1), ("layers.1.blocks.1", 12, 4)]
)
def test_mask_and_addends_are_torchs(open_page: Open, swin: Trace, name: str, window: int, head: int) -> None:
    state = {
        "swin.block.swin-mini": name,
        "setting.window.swin-mini": window,
        f"setting.head.swin-mini.{name}": head,
    }
    page = open_page("swin", model="swin-mini", **state)
    mask = floats(mounted(page, "swin.mask")["values"]).reshape(49, 49)
    np.testing.assert_array_equal(mask, swin[f"{name}.attn_mask"][window].numpy())
    assert set(np.unique(mask)) == {-100.0, 0.0}
    bias = floats(mounted(page, "swin.addend.bias")["values"]).reshape(49, 49)
    np.testing.assert_array_equal(bias, swin[f"{name}.relative_position_bias"][head].numpy())
    qk = floats(mounted(page, "swin.addend.qk")["values"]).reshape(49, 49)
    np.testing.assert_allclose(qk + bias + mask, swin[f"{name}.attn_scores"][window, head].numpy(), atol=1e-4)
    pattern = floats(mounted(page, "swin.addend.pattern")["values"]).reshape(49, 49)
    np.testing.assert_allclose(pattern, swin[f"{name}.pattern"][window, head].numpy(), atol=1e-5)


def test_regular_windows_have_no_mask_and_say_so(open_page: Open) -> None:
    page = open_page("swin", model="swin-mini", **{"swin.block.swin-mini": "layers.0.blocks.0"})
    assert any("No mask" in text.value for text in page.markdown)


def test_with_a_vit_chosen_the_page_runs_a_swin_and_says_so(open_page: Open) -> None:
    page = open_page("swin", model="vit-tiny")
    assert any("ViT" in caption.value for caption in page.caption)
    assert mounted(page, "swin.windows")["rows"] == 8
