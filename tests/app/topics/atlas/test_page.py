"""The page Atlas shows what the file says, and where the run of this person's picture stands."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted, trace_of
from vitviz.analysis.atlas.head_figures import block_figures
from vitviz.analysis.atlas.shipped import MODELS, path_of, shipped_atlas
from vitviz.app.topics.atlas import opened
from vitviz.plot.numbers import short

Open = Callable[..., AppTest]


def pieces(page: AppTest) -> str:
    return "\n".join(str(one.proto.body) for one in page.get("html"))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("figure", ["distance", "entropy_share", "self_weight"])
def test_every_dot_is_the_files_mean_and_every_cross_this_pictures(
    open_page: Open, model: str, figure: str
) -> None:
    page = open_page("atlas", model=model, **{f"setting.atlas.figure.{model}": figure})
    atlas, shown = shipped_atlas(model), mounted(page, f"atlas.dots.{model}")["figure"]["data"]
    places = [(b, h) for b, block in enumerate(atlas.header.blocks) for h in range(block.heads)]
    np.testing.assert_array_equal(np.rint(shown[0]["x"]), [block for block, _ in places])
    np.testing.assert_array_equal(shown[1]["x"], shown[0]["x"])
    assert np.all(np.diff(shown[0]["x"]) > 0)
    np.testing.assert_allclose(shown[0]["y"], [atlas.figure(*at, figure).mean for at in places])
    own = np.concatenate([block_figures(block)[figure].numpy() for block in trace_of(page).blocks])
    np.testing.assert_allclose(shown[1]["y"], own)
    assert shown[0]["text"][-1] == f"{atlas.header.blocks[-1].name}, head {atlas.header.blocks[-1].heads - 1}"


def test_the_chosen_heads_distribution_numbers_and_patches_are_the_files(open_page: Open) -> None:
    page = open_page("atlas", model="vit-tiny", **{"setting.block.vit-tiny": 4, "setting.head.vit-tiny": 1})
    atlas = shipped_atlas("vit-tiny")
    assert mounted(page, "atlas.dots.vit-tiny")["chosen"] == 13
    bars = mounted(page, "atlas.spread")["figure"]["data"][0]
    counts, edges = atlas.spread(4, 1, "distance"), atlas.edges("distance")
    for (low, _), count in zip(bars["customdata"], bars["y"], strict=True):
        assert counts[np.abs(edges - low).argmin()] == count
    assert sum(bars["y"]) == atlas.partial.pictures
    own = block_figures(trace_of(page).blocks[4])["distance"][1].item()
    same = int(np.searchsorted(edges, own, side="right")) - 1
    stands = [counts[:same].sum(), counts[same], counts[same + 1 :].sum()]
    said = next(each.value for each in page.caption if "lower bars" in each.value)
    assert [int(word) for word in said.replace(",", "").split() if word.isdecimal()] == [sum(stands), *stands]
    assert counts[same] >= 1  # the sunflower is one of the atlas's own pictures
    text, figure = pieces(page), atlas.figure(4, 1, "distance")
    assert f"{short(figure.mean)} \u00b1 {short(figure.deviation)}" in text
    for top in atlas.head_top(4, 1):
        assert f'data-value="{top.value!r}"' in text
        assert atlas.names[top.picture] in text
        row, column = divmod(top.patch, 14)
        assert f"patch ({row}, {column})" in text
        assert f"left:{100 * column / 14:.3f}%;top:{100 * row / 14:.3f}%" in text


def test_a_units_patches_are_the_files_and_its_largest_this_pictures(open_page: Open) -> None:
    state = {"setting.atlas.section": "units", "setting.block.vit-tiny": 7}
    state["setting.atlas.unit.vit-tiny.blocks.7"] = 33
    page = open_page("atlas", model="vit-tiny", **state)
    atlas, text = shipped_atlas("vit-tiny"), pieces(page)
    for top in atlas.unit_top(7, 33):
        assert f'data-value="{top.value!r}"' in text
    own = trace_of(page).blocks[7]["mlp_post"][0, 1:, 33]
    assert short(own.max().item()) in text
    assert short(own.mean().item()) in text
    assert short(atlas.unit_mean(7, 33)) in text


def test_token_lengths_are_the_files(open_page: Open) -> None:
    page = open_page("atlas", model="swin-mini", **{"setting.atlas.section": "layers"})
    atlas, text = shipped_atlas("swin-mini"), pieces(page)
    for number in range(len(atlas.header.blocks)):
        assert short(atlas.norm_quantiles(number)[0.99]) in text
    shown = mounted(page, "atlas.lengths")["figure"]["data"]
    stages = [block.stage for block in atlas.header.blocks]
    for name, share in (("5 %", 0.05), ("median", 0.5), ("95 %", 0.95), ("99 %", 0.99)):
        pieces_of_it = [one for one in shown if one.get("name") == name]
        assert len(pieces_of_it) == len(set(stages))  # a Swin's stages are of other widths
        values = np.concatenate([one["y"] for one in pieces_of_it])
        want = [atlas.norm_quantiles(number)[share] for number in range(len(stages))]
        np.testing.assert_allclose(values, want)


def test_a_model_without_an_atlas_of_its_own_is_not_compared(open_page: Open) -> None:
    page = open_page("atlas", model="deit-ti16")
    assert len(mounted(page, "atlas.dots.vit-tiny")["figure"]["data"]) == 1
    assert any("is not compared" in caption.value for caption in page.caption)


def _opens(data: bytes) -> None:
    import streamlit as st

    from vitviz.app import pages, session, shell
    from vitviz.app.topics.atlas.opened import open_file

    session.setup()
    shell.sidebar()
    if not st.session_state.get("sent"):
        open_file("mine.npz", data)
        st.session_state["sent"] = True
    pages.import_page("atlas")()


def test_a_file_that_was_opened_is_shown() -> None:
    page = AppTest.from_function(_opens, default_timeout=120, args=(path_of("swin-mini").read_bytes(),))
    page.session_state["model"] = "vit-tiny"
    page.run()
    assert not page.exception
    assert mounted(page, "atlas.dots.swin-mini")["figure"]["data"]
    assert [box.value for box in page.selectbox if box.label == "Atlas"] == [opened.OWN]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("data", [b"", b"PK\3\4 no", b"\x80\x04N.", b"PAR1" * 20])
def test_a_file_that_is_none_is_one_sentence(data: bytes, language: str) -> None:
    page = AppTest.from_function(_opens, default_timeout=120, args=(data,))
    page.session_state["language"] = language
    page.run()
    assert not page.exception
    assert len(page.error) == 1
    assert (
        page.error[0].value
        == {
            "en": "This file is no atlas: it is not the `atlas.npz` that `vitviz atlas` writes.",
            "zh": "这个文件不是图谱：它不是 `vitviz atlas` 写出的 `atlas.npz`。",
        }[language]
    )
    assert mounted(page, "atlas.dots.vit-tiny")["figure"]["data"]


def test_it_speaks_chinese(open_page: Open) -> None:
    assert open_page("atlas", model="vit-tiny", language="zh").title[0].value.startswith("图谱")
