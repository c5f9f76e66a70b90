"""The steps of the path show the run at hand, ask before they show, and stand with either kind of model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted, trace_of
from vitviz.app.pages import PLACES
from vitviz.app.topics.path.frame import ANSWERS, WORDS
from vitviz.app.words import table

Open = Callable[..., AppTest]
# The answer of every question about the sunflower, for the trained models.
RIGHT = {
    "start": "part", "cut": "768", "token": "weights", "sequence": "near", "norm": "zero_one",
    "block": "middle", "scores": "stay", "windows": "no", "stages": "half",
}  # fmt: skip
OF = {"block": "6 106"}  # what an answer depends on: block and token
ASKING = [step for step in PLACES["path"] if step != "path/weights"]


def said(page: AppTest) -> str:
    return "\n".join(str(element.value) for element in page.markdown)


def answered(open_page: Open, step: str, answer: str) -> AppTest:
    model = "swin-mini" if step in ("windows", "stages") else "vit-tiny"
    return open_page(
        f"path/{step}", model=model, **{ANSWERS: {f"{step}.{model}": (answer, OF.get(step, ""))}}
    )


@pytest.mark.parametrize("topic", ASKING)
def test_an_answer_is_judged_by_the_run(open_page: Open, topic: str) -> None:
    step = topic.removeprefix("path/")
    verdicts = [table()[f"path.{name}"]["en"] for name in ("right", "wrong")]
    assert not any(verdict in said(open_page(topic, model="vit-tiny")) for verdict in verdicts)
    assert verdicts[0] in said(answered(open_page, step, RIGHT[step]))
    other = next(option for option in _options(open_page, step) if option not in (RIGHT[step], "show"))
    assert verdicts[1] in said(answered(open_page, step, other))


def _options(open_page: Open, step: str) -> list[str]:
    if step == "cut":
        return ["3", "256", "768"]
    keys = [key for key in table() if key.startswith(f"path.{step}.")]
    options = {
        "start": ("all", "part", "little"), "token": ("pixels", "weights", "both"),
        "sequence": ("near", "far", "none"), "norm": ("zero_one", "same", "between"),
        "block": ("small", "middle", "large"), "scores": ("grow", "shrink", "stay"),
        "windows": ("no", "yes", "head"), "stages": ("same", "half", "quarter"),
    }[step]  # fmt: skip
    assert all(f"path.{step}.{option}" in keys for option in options)
    return list(options)


def test_the_numbers_of_a_pixel_and_a_token_are_torchs(open_page: Open) -> None:
    page = open_page("path/cut", model="vit-tiny", **{"setting.token.vit-tiny": 1 + 14 * 3 + 5})
    trace = trace_of(page)
    html = "\n".join(str(element.proto.body) for element in page.get("html"))
    for channel in range(3):
        assert f"{trace['image'][0, channel, 48, 80].item():.3f}".replace("-", "\u2212")[:5] in html
    page = open_page("path/token", model="vit-tiny", **{"setting.patches.channel.vit-tiny": 7})
    trace = trace_of(page)
    rows = mounted(page, "path.token.whole")["rows"]
    np.testing.assert_array_equal(rows[0]["values"], trace["embed"][0, 105].numpy())
    parts = {row["label"]: row["values"] for row in mounted(page, "path.token.sum")["rows"]}
    assert parts["x·w"].sum() + trace.network.patch_embed.proj.bias[7].item() == pytest.approx(
        trace["embed"][0, 105, 7].item(), abs=1e-4
    )


def test_a_guess_opens_the_weight_of_that_head(open_page: Open) -> None:
    state = {"setting.block.vit-tiny": 4, "setting.head.vit-tiny": 1, "setting.token.vit-tiny": 50}
    page = open_page("path/weights", model="vit-tiny", **state)
    assert mounted(page, "path.weights.answer")["overlay"] is None
    assert mounted(page, "path.weights.answer")["token"] == -1
    next(button for button in page.button if button.key == "path.weights.show").click().run()
    assert not page.exception
    trace = trace_of(page)
    pattern = trace["blocks.4.pattern"][0, 1, 50].numpy()
    shown = mounted(page, "path.weights.answer")
    np.testing.assert_allclose(shown["overlay"], pattern, atol=1e-6)
    assert shown["token"] == pattern.argmax()
    assert f"{pattern.max():.1%}" in said(page)
    assert "✓" not in said(page)  # nobody guessed
    rows = {row["label"]: row["values"] for row in mounted(page, "path.weights.strips")["rows"]}
    np.testing.assert_array_equal(rows["q[50]"], trace["blocks.4.q"][0, 1, 50].numpy())
    np.testing.assert_array_equal(
        rows[f"k[{shown['token']}]"], trace["blocks.4.k"][0, 1, shown["token"]].numpy()
    )


def test_the_frames_and_stages_show_one_place(open_page: Open) -> None:
    page = answered(open_page, "windows", "no")
    shown = [mounted(page, f"path.windows.{number}.") for number in range(5)]
    place = divmod(shown[0]["token"], 28)
    assert [frame["token"] for frame in shown[::4]] == [shown[0]["token"]] * 2
    assert divmod(shown[2]["token"], 28) == ((place[0] - 3) % 28, (place[1] - 3) % 28)
    assert shown[1]["lines"]["rows"] == [3, 10, 17, 24]
    page = open_page("path/stages", model="swin-mini", **{"setting.token.swin-mini": 56 * 20 + 33})
    shown = [mounted(page, f"path.stages.{stage}.") for stage in range(4)]
    places = [divmod(frame["token"], frame["columns"]) for frame in shown]
    assert places == [(20 >> stage, 33 >> stage) for stage in range(4)]


def test_every_step_explains_its_words() -> None:
    explained = {key for key in table() if key.startswith("path.word.")}
    assert {f"path.word.{word}" for of_step in WORDS.values() for word in of_step} == explained
    assert {f"path/{step}" for step in WORDS} == set(PLACES["path"])
