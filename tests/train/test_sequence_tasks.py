"""The tasks on rows of tokens, with networks so small that they learn something in a second or two."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from vitviz.analysis.recommendation.flights import Flights, flights
from vitviz.models.sequence_config import BertConfig, GptConfig, SasRecConfig, TranslatorConfig
from vitviz.models.translator import END, START
from vitviz.train.config import SequenceRecipe, parse_schedule
from vitviz.train.loop import Trainer
from vitviz.train.tasks.continuation import Continuation, counted_top1
from vitviz.train.tasks.masking import CLS_ID, MASK_ID, SEP_ID, hide, pairs_of
from vitviz.train.tasks.reading import Reading
from vitviz.train.tasks.recommendation import Recommendation
from vitviz.train.tasks.sequences import SequenceTask
from vitviz.train.tasks.translation import (
    Translation,
    learned,
    sentence_to_learn,
    sentences_to_ask,
    shifted,
    target_ids,
)
from vitviz.worlds.dice import Dice

VOCABULARY = 60


def chapters(many: int, first: int = 0) -> list[list[list[int]]]:
    """Chapters of sentences in which every piece is followed by the next number, which can be learned."""
    found = []
    for seed in range(first, first + many):
        dice = Dice(seed)
        starts = [dice.between(5, VOCABULARY - 10) for _ in range(12)]
        found.append([list(range(start, start + dice.between(2, 8))) for start in starts])
    return found


def make(kind: str, monkeypatch: pytest.MonkeyPatch) -> SequenceTask:
    recipe = SequenceRecipe(kind, parse_schedule("20:3"), batch=8, lr=3e-3, warmup=0.3, ema=0.8, examples=24)
    if kind == "translation":
        monkeypatch.setattr("vitviz.train.tasks.translation.CHECKED", 4)
        return Translation(recipe, TranslatorConfig(embed_dim=16, num_heads=2, mlp_dim=16))
    if kind == "recommendation":
        places = torch.zeros(9)
        rows = [torch.arange(4 + start) % 9 + 1 for start in range(12)]
        recipe = replace(recipe, dropout=0.1, loss="binary_cross_entropy")
        return Recommendation(
            recipe, SasRecConfig(10, 8, 16, 2), Flights(tuple("ABCDEFGHI"), places, places, rows)
        )
    if kind == "continuation":
        config = GptConfig(VOCABULARY, 20, 16, 2, depth=1, mlp_dim=16)
        return Continuation(recipe, config, chapters(4), chapters(2, 9))
    bert = BertConfig(VOCABULARY, 20, 16, 2, depth=1, mlp_dim=16)
    return Reading(recipe, bert, chapters(4), chapters(2, 9))


@pytest.mark.parametrize("kind", ["translation", "reading", "continuation", "recommendation"])
def test_it_learns_and_resuming_equals_not_stopping(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trainer(folder: str) -> Trainer:
        return Trainer(make(kind, monkeypatch), tmp_path / folder, torch.device("cpu"))  # type: ignore[arg-type]

    whole = trainer("whole")
    assert whole.run(quiet=True)
    for until in (2, 4, None):  # inside the first epoch, inside the second, to the end
        again = trainer("again")
        assert again.run(until, quiet=True) == (until is None)
    for name, weight in whole.average.items():
        torch.testing.assert_close(weight, again.average[name], atol=1e-6, rtol=0)
    log = [json.loads(line) for line in (tmp_path / "whole" / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in log] == [3, 6, 9]
    assert log[-1]["loss"] < log[0]["loss"]
    assert 0 <= log[-1][whole.task.metric] <= 1


def test_sentences_to_learn_and_to_ask_have_nothing_in_common() -> None:
    seen = learned(400)
    assert not any(sentence_to_learn(number).held_out for number in range(400))
    asked = sentences_to_ask(0, 50, False, seen)
    assert len(asked) == 50
    assert not {" ".join(sentence.english) for sentence in asked} & seen
    assert all(sentence.held_out for sentence in sentences_to_ask(0, 20, True))
    target = target_ids(asked)
    given = shifted(target)
    assert (given[:, 0] == START).all()
    assert torch.equal(given[:, 1:], target[:, :-1])
    assert ((target == END).sum(dim=1) == 1).all()


def test_flights_are_whole_and_the_last_two_are_not_learned_from() -> None:
    data = flights()
    assert len(data.codes) == 104
    assert data.codes == tuple(sorted(data.codes))
    assert sum(map(len, data.rows)) == 327_770
    assert {int(row.min()) for row in data.rows} | {int(row.max()) for row in data.rows} <= set(range(1, 105))
    assert all(len(learned) == len(row) - 2 for learned, row in zip(data.learned, data.rows, strict=True))
    task = Recommendation(
        SequenceRecipe("sasrec-mini", parse_schedule("50:1"), batch=40), SasRecConfig(), data
    )
    given, came, aircraft = task.stretches(torch.Generator().manual_seed(0))
    assert torch.equal(given[:, 1:][given[:, :-1] > 0], came[:, :-1][given[:, :-1] > 0])
    for row, number in zip(came, aircraft.tolist(), strict=True):
        there = row[row > 0]
        assert any(torch.equal(window, there) for window in data.learned[number].unfold(0, len(there), 1))
    assert task.visited[int(aircraft[0]), data.learned[int(aircraft[0])] - 1].all()


def test_counting_what_followed() -> None:
    learned = torch.tensor([1, 2, 1, 2, 1, 3, 1, 2])
    # After 1 most often 2, after 2 and after 3 always 1; of the six asked for, five are so.
    assert counted_top1(learned, torch.tensor([[1, 2, 1, 3], [3, 1, 2, 1]]), 4) == 5 / 6


def test_pairs_fill_a_row_and_half_of_the_longer_ones_are_random() -> None:
    text = chapters(30)
    pairs = pairs_of(text, 24, 3)
    assert pairs == pairs_of(text, 24, 3) != pairs_of(text, 24, 4)
    lengths = [len(pair.first) + len(pair.second) for pair in pairs]
    assert max(lengths) == 21
    assert min(lengths) >= 2
    assert 0.4 < sum(pair.random for pair in pairs) / len(pairs) < 0.75
    whole = {
        tuple(piece for s in c[i:j] for piece in s) for c in text for i in range(12) for j in range(i, 13)
    }
    for pair in pairs:
        if not pair.random and max(lengths) > len(pair.first) + len(pair.second):  # not shortened
            assert (*pair.first, *pair.second) in whole


def test_a_seventh_is_asked_and_most_of_it_is_masked() -> None:
    pairs = pairs_of(chapters(80), 24, 1)
    batch = hide(pairs, VOCABULARY, 2)
    was = hide(pairs, VOCABULARY, 2)
    assert torch.equal(batch.tokens, was.tokens)
    asked = batch.tokens[batch.asked]
    masked, kept = (asked == MASK_ID).float().mean(), (asked == batch.answers).float().mean()
    assert 0.76 < masked < 0.84
    assert 0.07 < kept < 0.14
    # Nothing else changed, and the marks between the stretches are never asked for.
    rows = [[CLS_ID, *pair.first, SEP_ID, *pair.second, SEP_ID] for pair in pairs]
    for i, row in enumerate(rows):
        count = len(row)
        left = ~batch.asked[i, :count]
        assert batch.tokens[i, :count][left].tolist() == torch.tensor(row)[left].tolist()
        assert int(batch.asked[i].sum()) == max(1, round(0.15 * count))
        assert batch.segments[i, :count].sum() == len(pairs[i].second) + 1
        assert not batch.tokens[i, count:].any()
    answers = [row[j] for i, row in enumerate(rows) for j in batch.asked[i].nonzero().flatten().tolist()]
    assert batch.answers.tolist() == answers
    assert not set(answers) & {CLS_ID, SEP_ID}
