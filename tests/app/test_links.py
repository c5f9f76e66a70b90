"""Every page is restored from its own address, and none is harmed by a stranger's."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.conftest import PATIENCE
from vitviz.app import links
from vitviz.app.pages import TOPICS, leads_to
from vitviz.web.swin_shift.setting import LabSetting

SWIN = ("swin_shift", "swin_reach", "swin_cost", "path/windows", "path/stages")
PREPARATION = ("fit", "side")  # of every page; tests/app/test_preparation.py has them
LONG = "9" * 5000
# One value that is no default, for every setting that some page reads.
OTHER = {
    "block": "3", "head": "1", "token": "7", "class": "3", "label": "4", "patches.channel": "5",
    "overview.step": "blocks.5", "lens.depth": "2", "lens.own": "-2", "lens.channel": "6",
    "layer_norm.at": "3", "layer_norm.turn": "1", "layer_norm.channel": "8", "norm_depth.channel": "9",
    "class_scores.channel": "11", "position.part": "changed", "position.piece": "7", "position.seed": "3",
    "position.channel": "12", "position.size": "1", "position.mode": "bilinear", "position.antialias": "0",
    "bench": "h3.1,-u2.5~mean,t1.3-5~x0.5", "interventions.quantity": "probability",
    "class_maps.method": "rollout", "class_maps.against": "4", "class_maps.removal": "blur",
    "class_maps.quantity": "logit", "class_maps.without": "1", "class_maps.beside": "grad_cam",
    "interventions.section": "sweep", "interventions.sweep": "mlps", "interventions.sweep_how": "mean",
    "interventions.sweep_patch": "blur", "interventions.other": "cat.jpg", "interventions.cell": "3",
    "interventions.patches": "3-5_9",
    "mlp.unit": "13", "attribution.part": "2", "attribution.channel": "14",
    "norm_lab.which": "variance", "norm_lab.variance.mean": "1", "norm_lab.variance.spread": "0.1",
    "norm_lab.variance.count": "192", "norm_lab.row": "16", "norm_lab.lanes": "8", "norm_lab.blocks": "2",
    "norm_lab.shape.choice": "[2, 3]", "norm_lab.shape.typed": "2 3", "norm_lab.shape.kind": "random",
    "norm_lab.channel": "15", "norm_lab.others": "cat.jpg", "swin_reach.view": "scores",
    "matmul.loops.n": "1024", "matmul.loops.rung": "unrolled_4", "matmul.halide.n": "256",
    "matmul.halide.schedule": "tiled",
    "swin_shift.lab": "layers.1.blocks.1,14,14,7,3,2", "swin_shift.merge": "layers.2.downsample",
    "swin_shift.merging": "30", "swin_shift.channel": "16",
    "scene": "c000003b4qo3y80jc2s0000000", "detection.query": "5", "detection.layer": "1",
    "detection.head": "2", "detection.thing": "1", "detection.place": "9", "detection.threshold": "0.25",
    "beside.picture": "cat.jpg", "beside.model": "deit-ti16",
    "atlas.of": "swin-mini", "atlas.section": "units", "atlas.figure": "self_weight", "atlas.unit": "13",
    "likeness.section": "models", "likeness.kind": "keys", "likeness.head": "1", "likeness.side": "1",
    "likeness.pinned": "1", "likeness.method": "legrad",
    "detection.cut": "1", "detection.view": "matching",
    "segmentation.section": "skips", "segmentation.node": "3", "segmentation.view": "1",
    "segmentation.channel": "20", "segmentation.other": "21", "segmentation.step": "1", "segmentation.class": "2",
    "segmentation.block": "9", "segmentation.head": "1", "segmentation.switches": "120",
    "families.view": "costs", "families.sentence": "1", "families.token": "3", "families.layer": "2",
    "families.head": "-1", "families.n": "128", "families.kept": "4",
    "translation.sentence": "a fish is above two cars .", "translation.step": "3", "translation.layer": "0",
    "translation.head": "1", "translation.key": "2", "translation.attention": "own",
    "translation.view": "heads", "translation.place": "3.1.4r",
    "recommendation.view": "losses", "recommendation.aircraft": "2425", "recommendation.edits": "3-,7BOS",
    "recommendation.loss": "top1", "recommendation.others": "all", "recommendation.gate": "state",
    "recommendation.place": "12", "recommendation.block": "1", "recommendation.airport": "4",
    "recommendation.channel": "22", "recommendation.count": "3", "recommendation.seed": "8",
    "recommendation.case": "2", "recommendation.column": "1", "recommendation.users": "6",
    "recommendation.user": "3", "recommendation.rule": "4", "recommendation.k": "5",
    "text.section": "attention", "text.text": "He was very well .", "text.hidden": "1", "text.who": "padded",
    "recommendation.all": "1", "recommendation.places": "1.0.7r",
    "text.at": "1.2.3.4cp", "text.second": "So was she .", "text.opened": "2", "text.channel": "5",
    "training.section": "live", "training.seed": "7", "training.no_positions": "1", "training.no_warmup": "1",
    "training.tenfold": "1", "training.post_norm": "1", "training.mean": "1", "training.noise": "0.5",
    "training.batch": "64", "training.pictures": "200", "training.beside": "1", "training.query": "9",
    "training.place": "fc1", "training.row": "3", "training.column": "5",
    "path.key": "9", "path.sequence.channel": "17", "path.norm.channel": "18", "path.block.channel": "19",
    "direction": "column", "scale": "map", "order": "entropy", "opacity": "0.5", "start": "1", "pinned": "1",
    "log": "1", "smooth": "1", "heads": "mean", "second": "2.1", "region": "3-5_9", "together": "0",
}  # fmt: skip


def _run_page(name: str) -> None:
    # AppTest runs this function's source in a script of its own, so it imports what it needs itself.
    import streamlit as st

    from vitviz.app import address, pages, session, shell

    session.setup()
    address.arrive()
    places = shell.sidebar()
    pages.import_page(name)()
    st.session_state["query"] = address.complete()
    shell.complete(places, st.session_state["query"])


def follow(page: AppTest, **query: str) -> dict[str, str]:
    """Follow a link to the page; what its address says then."""
    page.query_params.clear()
    for name, text in query.items():
        page.query_params[name] = text
    page.run()
    assert not page.exception, page.exception
    found: dict[str, str] = page.session_state["query"]
    return found


def opened(topic: str) -> AppTest:
    return AppTest.from_function(_run_page, default_timeout=PATIENCE, kwargs={"name": topic})


def read(page: AppTest) -> set[str]:
    """The settings that the page has read."""
    found: links.Links = page.session_state[links.KEY]
    return set(found.read)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_is_restored_from_its_address(topic: str) -> None:
    first = opened(topic)
    model = "swin-mini" if topic in SWIN else "vit-tiny"
    plain = follow(first, model=model)
    assert plain == {"model": model, "picture": "sunflower.jpg"}
    asked = {name: OTHER[name] for name in read(first) if name not in PREPARATION}
    query = follow(first, **plain, **asked)
    there = {name: text for name, text in query.items() if name in asked}
    assert there == {name: text for name, text in asked.items() if name in read(first)}
    assert len(there) >= min(1, len(asked))
    second = opened(topic)
    assert follow(second, **query) == query
    assert follow(second, **plain) == plain  # Back: a link that leaves a setting out means its default


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_stands_whatever_its_address_says(topic: str) -> None:
    page = opened(topic)
    follow(page, model="swin-mini" if topic in SWIN else "vit-tiny")
    settings = read(page)
    for text in ("999999999", LONG, "-1", "<b>`x`</b>", "layers.9,1,1,1,0,0"):
        query = follow(page, **dict.fromkeys(settings, text), nothing=text)
        assert len(urlencode(query)) < 2000
        assert "nothing" not in query
        says = [toast.value for toast in page.toast]
        assert text != LONG or not settings or says
        assert all(
            len(sentence) < 200 and "<b>" not in sentence.replace("`<b>x</b>`", "") for sentence in says
        )


def test_the_address_follows_a_choice() -> None:
    page = opened("stream")
    follow(page, model="vit-tiny")
    page.select_slider[0].set_value(2).run()
    assert page.session_state["query"]["block"] == "2"
    page.select_slider[0].set_value(6).run()  # the default
    assert "block" not in page.session_state["query"]


def test_a_choice_stays_though_its_message_has_an_address_from_before() -> None:
    page = opened("stream")
    queries = [follow(page, model="vit-tiny")]
    # The browser sends the address that it has: it may not have heard of the newest, or of the two newest.
    for block, sent in ((1, 0), (2, 0), (3, 1), (4, 2), (5, 2)):
        page.query_params.clear()
        for name, text in queries[sent].items():
            page.query_params[name] = text
        page.select_slider[0].set_value(block).run()
        queries.append(page.session_state["query"])
        assert queries[-1]["block"] == str(block)
    assert follow(page, **queries[1]) == queries[1]  # one from long before is a link: Back


def test_a_link_from_before_a_page_was_split_leads_to_what_it_showed() -> None:
    for topic, query, there in (
        ("stream", {"stream.block": "3", "stream.part": "2"}, ("attribution", {"block": "3", "attribution.part": "2"})),
        ("stream", {"stream.unit": "7"}, ("mlp", {"mlp.unit": "7"})),
        ("stream", {"stream.block": "3"}, ("stream", {"block": "3"})),
        ("loss", {"loss.channel": "1"}, ("class_scores", {"class_scores.channel": "1"})),
        ("loss", {"label": "1"}, ("loss", {"label": "1"})),
        ("layer_norm", {"layer_norm.at": "4", "layer_norm.outlier": "5"},
         ("norm_depth", {"layer_norm.at": "4", "norm_depth.channel": "5"})),
        ("path/start", {"overview.step": "blocks.5"}, ("overview", {"overview.step": "blocks.5"})),
    ):  # fmt: skip
        now = links.as_now(query)
        assert (leads_to(topic, now), now) == there


def test_a_setting_of_the_shift_lab_goes_there_and_back() -> None:
    setting = LabSetting("layers.1.blocks.1", 13, 9, 4, 2, 1, sequence=5)
    assert LabSetting.read(links.written(setting)) == LabSetting("layers.1.blocks.1", 13, 9, 4, 2, 1)
    for text in (
        "",
        "a,1,1,1,1",
        "a,1,1,1,1,1,1",
        "a,0,1,1,0,0",
        "a,1,1,17,0,0",
        "a,65,1,4,0,0",
        "a,8,8,4,4,0",
    ):
        with pytest.raises(ValueError, match=r"."):
            LabSetting.read(text)
