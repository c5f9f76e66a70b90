"""The shift page sends what the run computed: windows, weights with and without mask, shapes, merging numbers."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted, number, trace_of
from vitviz.app import settings
from vitviz.app.topics.swin_shift import setting as swin_setting
from vitviz.models.windows import WindowGrid, to_windows
from vitviz.web.swin_shift.setting import LabSetting
from vitviz.zoo.registry import find

Open = Callable[..., AppTest]
KEY = "setting.swin_shift.lab.swin-mini"
BLOCK = "layers.2.blocks.1"


def test_it_begins_as_the_model_does_with_four_windows(open_page: Open) -> None:
    page = open_page("swin_shift", model="swin-mini")
    data, block = mounted(page, "swin_shift.lab"), trace_of(page).swin_blocks[5]
    assert data["setting"]["block"] == block.name == "layers.2.blocks.1"
    assert data["isOwn"]
    assert data["grid"]["num_windows"] == 4
    assert data["setting"]["shift"] == block.grid.shift == 3
    assert len(data["shifts"]) == 7
    got = data["attention"]["masked"].reshape(-1, 49, 49)
    np.testing.assert_allclose(got, block["pattern"][3].numpy(), atol=1e-6)
    shapes = dict(line for lines in data["code"].values() for line in lines)
    assert shapes["y = windows.shift(y, grid)"] == str(tuple(block["resid_pre"].shape))
    assert shapes["y = self.attn(y, probe, bias, mask)"] == str(tuple(block["windows_out"].shape))


def test_each_model_of_the_family_opens_and_says_whether_it_is_trained(open_page: Open) -> None:
    page = open_page("swin_shift", model="swin-t")
    assert any("swin-t" in caption.value for caption in page.caption)
    assert mounted(page, "swin_shift.lab")["grid"]["num_windows"] == 4
    assert any("ViT" in caption.value for caption in open_page("swin_shift", model="vit-tiny").caption)


@pytest.mark.parametrize(("shift", "chosen"), [(1, 3), (3, 1), (6, 2), (0, 0)])
def test_the_weights_follow_the_shift(open_page: Open, shift: int, chosen: int) -> None:
    page = open_page("swin_shift", model="swin-mini", **{KEY: LabSetting(BLOCK, 14, 14, 7, shift, chosen)})
    data, block = mounted(page, "swin_shift.lab"), trace_of(page).swin_blocks[5]
    assert data["isOwn"] == (shift == 3)
    assert (data["attention"]["shift"], data["attention"]["window"]) == (shift, chosen)
    grid = WindowGrid(14, 14, 7, shift)
    with torch.no_grad():
        y = to_windows(block.module.norm1(block["resid_pre"]), grid)[chosen]
        q, k, _ = block.module.attn.qkv(y).unflatten(-1, (3, 12, 16)).permute(1, 2, 0, 3)
        scores = q @ k.mT / 16**0.5 + block["relative_position_bias"]
    np.testing.assert_allclose(
        data["attention"]["unmasked"].reshape(12, 49, 49), scores.softmax(-1).numpy(), atol=1e-5
    )
    side = np.array([[0 if not shift or p < 7 else 1 if p < 14 - shift else 2 for p in range(14)]])
    regions = (3 * side.T + side)[chosen // 2 * 7 :][:7, chosen % 2 * 7 :][:, :7].ravel()
    masked = scores - 100.0 * torch.from_numpy(regions[:, None] != regions[None]).float()
    np.testing.assert_allclose(
        data["attention"]["masked"].reshape(12, 49, 49), masked.softmax(-1).numpy(), atol=1e-5
    )


@pytest.mark.parametrize(
    ("setting", "noted"),
    [
        (LabSetting(BLOCK, 9, 11, 4, 2, 0), "12 x 12"),
        (LabSetting(BLOCK, 3, 2, 5, 1, 0), "does not shift"),
        (LabSetting(BLOCK, 8, 9, 8, 3, 0), "does not shift"),
    ],
)
def test_other_sizes_are_noted_and_have_no_weights(open_page: Open, setting: LabSetting, noted: str) -> None:
    data = mounted(open_page("swin_shift", model="swin-mini", **{KEY: setting}), "swin_shift.lab")
    assert noted in data["note"]
    assert data["attention"] is None
    assert {shape for lines in data["code"].values() for _, shape in lines} == {""}
    assert data["attentionNote"]


def test_what_a_browser_asks_for_is_brought_into_bounds(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = trace_of(open_page("swin_shift", model="swin-mini"))
    state: dict[str, object] = {}
    monkeypatch.setattr(settings.st, "session_state", state)
    wild = {"block": "<b>", "height": 10**9, "width": float("nan"), "window": -4, "shift": 99, "chosen": "x"}
    swin_setting.choose(find("swin-mini"), trace, wild)
    assert state[KEY] == LabSetting(BLOCK, 64, 14, 1, 0, 10**6, 0)
    swin_setting.choose(find("swin-mini"), trace, {"own": True, "sequence": 7})
    assert state[KEY] == LabSetting(BLOCK, 14, 14, 7, 3, 3, 7)
    swin_setting.choose(find("swin-mini"), trace, {"shift": 2, "chosen": 1, "sequence": 8})
    assert state[KEY] == LabSetting(BLOCK, 14, 14, 7, 2, 1, 8)


def test_the_journey_tells_the_runs_shapes(open_page: Open) -> None:
    page = open_page("swin_shift", model="swin-mini")
    figures, trace = mounted(page, "swin_shift.journey")["figures"], trace_of(page)
    assert [figure["rows"] for figure in figures] == [56, 56, 28, 14, 7]
    assert [len(figure["boxes"]) for figure in figures] == [0, 64, 16, 4, 1]
    for stage, figure in enumerate(figures[1:]):
        told = " ".join(text for text, _ in figure["facts"])
        assert str(tuple(trace[f"layers.{stage}.blocks.0.windows"].shape)) in told
        assert str(tuple(trace[f"layers.{stage}.blocks.0.resid_pre"].shape)) in told
    assert figures[4]["boxes"] == [[0, 0, 7, 7]]
    assert any(text.endswith(": 100 % of the picture") for text, _ in figures[4]["facts"])


@pytest.mark.parametrize(("place", "channel"), [((0, 3), 5), ((20, 11), 95)])
def test_the_opened_output_number_is_torchs(open_page: Open, place: tuple[int, int], channel: int) -> None:
    step = "layers.1.downsample"
    state = {
        f"setting.swin_shift.merging.swin-mini.{step}": place[0] * 28 + place[1],
        "setting.swin_shift.channel.swin-mini": channel,
    }
    page = open_page("swin_shift", model="swin-mini", **state)
    trace, rows = trace_of(page), mounted(page, "swin_shift.vectors")["rows"]
    assert mounted(page, "swin_shift.merge.swin-mini")["place"] == list(place)
    x = trace[f"{step}.resid_pre"][0]
    r, c = 2 * place[0], 2 * place[1]
    gathered = torch.cat([x[r, c], x[r + 1, c], x[r, c + 1], x[r + 1, c + 1]])
    np.testing.assert_array_equal(rows[0]["values"], gathered.numpy())
    module = dict(trace.network.steps())[step]
    with torch.no_grad():
        normalised = torch.nn.functional.layer_norm(
            gathered, (192,), module.norm.weight, module.norm.bias, 1e-5
        )
    np.testing.assert_allclose(rows[1]["values"], normalised.numpy(), atol=1e-6)
    np.testing.assert_array_equal(rows[2]["values"], module.reduction.weight[channel].detach().numpy())
    text = next(m.value for m in page.markdown if "torch: " in m.value)
    shown = number(text.split("`")[1].split(" = ")[1])
    assert shown == pytest.approx(trace[f"{step}.resid_post"][0, *place, channel].item(), abs=2e-6)


def test_the_button_runs_the_network_without_masks(open_page: Open) -> None:
    page = open_page("swin_shift", model="swin-mini")
    page.button(key="swin_shift.no_mask.swin-mini").click().run()
    assert not page.exception
    assert any("every attention mask set to 0, in 4 blocks" in text.value for text in page.markdown)
