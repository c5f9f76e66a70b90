"""Every section of the page on text shows what the two networks computed, and takes whatever a person types."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Callable

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted, number
from vitviz.app.topics.text.inputs import EXAMPLES, LONGEST, LONGEST_TEXT, reader, word_pieces, writer
from vitviz.app.topics.text.page import SECTIONS
from vitviz.zoo.sequence_models import SEQUENCE_MODELS, SequenceEntry

Open = Callable[..., AppTest]
STRANGE = "<script>alert(1)</script> \u2603 **bold** [MASK] $x$"


def opened(open_page: Open, section: str, **settings: object) -> AppTest:
    return open_page(
        "text", **{"setting.text.section": section, **{f"setting.text.{k}": v for k, v in settings.items()}}
    )


def tables(page: AppTest) -> list[list[list[str]]]:
    """Rows of cells of every table on the page; numbers with all their digits."""
    found = []
    for piece in page.get("html"):
        for table in re.findall(r"<table>(.*?)</table>", piece.value, re.DOTALL):
            rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
            cells = [re.findall(r"<td([^>]*)>(.*?)</td>", row, re.DOTALL) for row in rows]
            found.append([[_cell(*cell) for cell in row] for row in cells if row])
    return found


def _cell(attributes: str, text: str) -> str:
    value = re.search(r'data-value="([^"]*)"', attributes)
    return value.group(1) if value else markup.unescape(text)


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize(("text", "language"), [("", "en"), (STRANGE, "zh")])
def test_a_section_takes_whatever_is_typed(open_page: Open, section: str, text: str, language: str) -> None:
    fields = ("text", "word", "first", "after", "one", "two", "start", "learned")
    page = opened(open_page, section, **dict.fromkeys(fields, text[:LONGEST_TEXT]), language=language)
    assert not any("<script" in piece.value for piece in page.get("html"))
    if not text and section != "next":
        assert page.warning


def test_what_is_wrong_with_a_text_is_said_in_a_sentence(open_page: Open) -> None:
    assert [each.value for each in opened(open_page, "filling", text="").warning] == [
        "There is no word in this text: type one."
    ]
    long = opened(open_page, "filling", text="very " * (LONGEST + 1))
    assert f"{LONGEST + 1} pieces, and at most {LONGEST} fit" in long.warning[0].value
    unknown = opened(open_page, "filling", text="He was \u2603 [MASK]")
    assert any("\u2603" in each.value and "`[UNK]`" in each.value for each in unknown.caption)


def test_a_hidden_word_is_answered_by_both_networks(open_page: Open) -> None:
    page = opened(open_page, "filling", text="Elizabeth was glad to see him.", hidden=[2])
    both, left = tables(page)
    words = word_pieces()
    ids = [
        words.number[piece]
        for piece in ["[CLS]", "elizabeth", "was", "[MASK]", "to", "see", "him", ".", "[SEP]"]
    ]
    logits = reader()(torch.tensor([ids]), torch.zeros(1, len(ids), dtype=torch.long)).mlm_logits[0, 3]
    best = logits.softmax(dim=0).topk(5)
    assert [row[0] for row in both] == [words.vocabulary[i] for i in best.indices]
    np.testing.assert_allclose([float(row[1]) for row in both], best.values, rtol=1e-5)
    for row in both:
        assert float(row[4]) + float(row[5]) == pytest.approx(float(row[3]), abs=1e-4)
    before = writer()(torch.tensor([ids[1:3]]))[0, -1].softmax(dim=0).topk(5)
    assert [row[0] for row in left] == [words.vocabulary[i] for i in before.indices]
    np.testing.assert_allclose([float(row[1]) for row in left], before.values, rtol=1e-5)
    assert any('"glad" is BERT' in markup.unescape(piece.value) for piece in page.get("html"))


@pytest.mark.parametrize(("who", "masked"), [("reader", 0), ("padded", 15 * 6), ("writer", 7 * 6 // 2)])
def test_the_attention_of_each_model_is_sent_with_its_mask(open_page: Open, who: str, masked: int) -> None:
    page = opened(open_page, "attention", text="Elizabeth was glad to see him.", who=who)
    attention = mounted(page, "text.attention")["attention"]
    assert attention["names"][:2] == (["elizabeth", "was"] if who == "writer" else ["[CLS]", "elizabeth"])
    assert attention["layers"][0]["arrays"]["forbidden"].sum() == masked
    assert bool(tables(page)) == (who != "writer")


def test_the_word_pieces_are_tried_and_the_lottery_is_drawn(open_page: Open) -> None:
    (tries,) = tables(opened(open_page, "pieces", word="unhappily"))
    assert [row[0] for row in tries] == [piece for piece, _ in word_pieces().tries("unhappily")]
    drawn, often = tables(
        opened(open_page, "hiding", learned="They were very happy and he was not sorry.", seed=3)
    )
    asked = [row for row in drawn if row[3]]
    assert len(asked) == 2
    assert len(drawn) == 12
    assert sum(float(row[2]) for row in often) == pytest.approx(1)


def test_the_probability_of_a_next_sentence_follows_from_its_logits(open_page: Open) -> None:
    (rows,) = tables(opened(open_page, "next"))
    for row in rows:
        yes, no = np.exp(float(row[2])), np.exp(float(row[3]))
        assert float(row[4]) == pytest.approx(yes / (yes + no), rel=1e-5)


def test_twenty_answers_spread_only_where_numbers_are_dropped(open_page: Open) -> None:
    spread, *_ = tables(opened(open_page, "dropping", dropout=0.1))
    assert all(float(row[2]) < float(row[3]) < float(row[4]) for row in spread)
    still, *_ = tables(opened(open_page, "dropping", dropout=0.0))
    assert all(float(row[6]) < 1e-6 for row in still)


def test_features_and_writing_are_those_of_the_networks(open_page: Open) -> None:
    (layers,) = tables(opened(open_page, "features"))
    assert len(layers) == 6
    assert float(layers[0][1]) > float(layers[-2][1])  # the embedding knows nothing of the text around it
    (steps,) = tables(opened(open_page, "writing", start="It is a truth"))
    ids = torch.tensor([word_pieces().ids("it is a truth")])
    written = writer().write(ids, 24)[0, 4:].tolist()
    assert [row[1] for row in steps] == [word_pieces().vocabulary[i] for i in written]
    assert [number(row[4]) for row in steps[:2]] == [4, 5]


def test_an_untrained_model_says_so_and_the_page_still_answers(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SequenceEntry, "trained", property(lambda entry: entry.name != "bert-mini"))
    monkeypatch.setattr(SequenceEntry, "figures", property(lambda entry: {}))
    page = opened(open_page, "filling", text=EXAMPLES[0])
    assert any("untrained" in each.value and "bert-mini" in each.value for each in page.caption)
    assert SEQUENCE_MODELS["gpt-mini"].trained
    assert tables(page)
