"""The translation page: its part is given what a run of the network gives, and a link's wrong sentence is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted
from tests.app.test_links import follow, opened
from vitviz.app.topics.translation.part import EXAMPLES
from vitviz.models.translator import START
from vitviz.tracing.trace import run_tokens
from vitviz.worlds.sentence_grammar import read_sentence
from vitviz.worlds.sentences import IDS
from vitviz.zoo.sequence_models import SequenceEntry, load_sequence_model

Open = Callable[..., AppTest]
SENTENCE = "i see two old red houses behind the green tree ."


def test_the_numbers_are_those_of_a_fresh_run(open_page: Open) -> None:
    page = open_page("translation", **{"setting.translation.sentence": SENTENCE})
    data: dict[str, Any] = mounted(page, "translation.part")
    answer = data["answer"]
    assert "".join(answer["pieces"]) == "我看见绿色的树后面的两座旧的红色的房子。</s>"
    assert answer["right"]
    read = torch.tensor([[IDS[word] for word in answer["words"]]])
    written = torch.tensor([[START, *(IDS[piece] for piece in answer["pieces"][:-1])]])
    trace = run_tokens(load_sequence_model("translator-mini").network, read, written)
    for name, prefix in (("cross", "cross_attn."), ("own", "")):
        for part in ("pattern", "q", "k", "v"):
            expected = torch.stack([trace[f"decoder.{layer}.{prefix}{part}"][0] for layer in range(2)])
            np.testing.assert_allclose(answer[name][part], expected.numpy().ravel(), atol=1e-6)
    probabilities = trace["logits"][0].softmax(dim=-1)
    np.testing.assert_allclose(
        answer["shares"].reshape(-1, 5)[:, 0], probabilities.max(dim=-1).values.numpy(), atol=1e-5
    )
    assert answer["habits"][1][2]["words"] == sum(
        piece["begins"] and max(piece["words"]) < len(answer["words"]) - 2 for piece in answer["counterparts"]
    )
    assert data["figures"]["exact"] == 1.0


def test_every_head_of_all_six_attentions_is_there_with_the_names_of_its_tokens(open_page: Open) -> None:
    page = open_page(
        "translation", **{"setting.translation.view": "heads", "setting.translation.sentence": SENTENCE}
    )
    found = mounted(page, "translation.part")["all"]
    assert found["place"] == "5.2.12r"
    names = found["attention"]["names"]
    assert names[:12] == [*SENTENCE.split(), "</s>"]
    assert "".join(names[12:]) == "<s>我看见绿色的树后面的两座旧的红色的房子。"
    headers = [layer["header"]["name"] for layer in found["attention"]["layers"]]
    assert len(headers) == 6
    assert sum("cross" in name for name in headers) == 2


def test_a_link_s_sentence_that_is_none_is_refused_in_one_sentence() -> None:
    page = opened("translation")
    for text, says in (
        ("there is a cat .", 'there is a"'),
        ("there is a red boat", "it cannot end"),
        ("<b>`x`</b>", "at the beginning"),
        ("two boats are above a tree . .", "the sentence is complete"),
    ):
        query = follow(page, **{"translation.sentence": text})
        assert "translation.sentence" not in query
        (warning,) = page.warning
        assert says in warning.value
        assert "<b>" not in warning.value
        assert not [toast for toast in page.toast if "translation.sentence" in toast.value]
    follow(page, **{"translation.sentence": SENTENCE})
    assert not page.warning


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_is_a_sentence(text: str) -> None:
    assert " ".join(read_sentence(text).english) == text


def test_without_its_weights_one_sentence_says_so_and_nothing_is_claimed(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vitviz.app import sequence_models

    monkeypatch.setattr(SequenceEntry, "trained", property(lambda entry: False))
    sequence_models.sequence_model.cache_clear()
    page = open_page("translation", **{"setting.translation.sentence": "is a fish above a car ?"})
    assert any("translator-mini.safetensors" in text.value for text in page.caption)
    data = mounted(page, "translation.part")
    assert not data["answer"]["right"]
    assert data["answer"]["habits"] is None
    assert data["figures"] == {}
    sequence_models.sequence_model.cache_clear()
