"""A translation step by step is the network's own, with a cache and without; a head's habits are counted by hand."""

from __future__ import annotations

from typing import cast

import pytest
import torch

from vitviz.analysis.translation.alignment import HeadHabit, habits_of, of_head, other_sentences, value_norms
from vitviz.analysis.translation.writing import Written, write_translation
from vitviz.models.translator import START, Translator
from vitviz.worlds.sentence_alignment import Counterpart, counterparts
from vitviz.worlds.sentence_grammar import read_sentence
from vitviz.worlds.sentences import random_sentence
from vitviz.zoo.sequence_models import load_sequence_model


@pytest.fixture(scope="module")
def network() -> Translator:
    return cast(Translator, load_sequence_model("translator-mini").network)


@pytest.fixture(scope="module")
def written(network: Translator) -> Written:
    return write_translation(network, read_sentence("there are three purple boats left of a mushroom ."))


def test_it_writes_what_the_grammar_says_with_a_cache_and_without(
    network: Translator, written: Written
) -> None:
    assert written.text == "一个蘑菇左边有三艘紫色的船。"
    assert written.right
    tokens = torch.tensor([[START]])
    for step, token in enumerate(written.tokens.tolist()):
        scores = network(written.read[None], tokens)[0, -1]  # everything anew, from the sentence on
        torch.testing.assert_close(written.logits[step], scores, atol=2e-5, rtol=1e-5)
        assert int(scores.argmax()) == token
        tokens = torch.cat([tokens, torch.tensor([[token]])], dim=1)
    assert 0 < written.gap < 2e-5
    ids, shares = written.likeliest(5)
    assert ids[:, 0].tolist() == written.tokens.tolist()
    torch.testing.assert_close(shares, written.logits.softmax(-1).sort(descending=True).values[:, :5])


def test_what_is_kept_is_counted_and_is_what_the_shapes_say(network: Translator, written: Written) -> None:
    c = network.config
    token = c.decoder_depth * 2 * c.embed_dim * 4  # a key and a value of every layer, float32
    for step, kept in enumerate(written.kept):
        assert kept == (len(written.read) * token, (step + 1) * token)


def test_a_head_s_habit_is_counted() -> None:
    pieces = [
        Counterpart((1,), True),  # on 1: aligned
        Counterpart((1,), False),  # 0.7 on the ends: rests
        Counterpart((), False),  # 0.2 on the ends
        Counterpart((0, 1), True),  # on the end: not aligned
        Counterpart((3,), True),  # the end's own piece is not counted
    ]
    pattern = torch.tensor(
        [
            [0.1, 0.7, 0.1, 0.1],
            [0.2, 0.1, 0.3, 0.4],
            [0.5, 0.3, 0.1, 0.1],
            [0.2, 0.2, 0.1, 0.5],
            [0.0, 0.0, 0.0, 1.0],
        ]
    )
    habit = of_head(pattern, pieces)
    assert (habit.aligned, habit.words, habit.resting, habit.needless) == (1, 2, 1, 2)
    assert habit.rest == pytest.approx(0.45)


def test_habits_over_many_sentences_are_the_sum_of_each_alone(network: Translator) -> None:
    sentences = other_sentences()[:5]
    found = habits_of(network, sentences)
    alone = [
        of_head(write.trace["decoder.1.cross_attn.pattern"][0, 2], counterparts(write.sentence))
        for write in (write_translation(network, sentence) for sentence in sentences)
    ]
    assert found[1][2].aligned == sum(each.aligned for each in alone)
    assert found[1][2].rest == pytest.approx(
        sum(each.rest * each.needless for each in alone) / sum(each.needless for each in alone), abs=1e-5
    )


def test_the_last_layer_aligns_and_rests_and_the_first_does_not(network: Translator) -> None:
    """What the page says in its introduction and on every head."""
    habits: list[list[HeadHabit]] = habits_of(network, other_sentences())
    aligned = [[each.aligned / each.words for each in layer] for layer in habits]
    assert max(aligned[0]) < 0.25
    assert min(aligned[1]) > 0.6
    assert max(aligned[1]) > 0.9
    assert max(each.rest for each in habits[1]) > 0.8


def test_a_value_s_length_is_that_of_what_it_adds(network: Translator, written: Written) -> None:
    block = network.decoder[1].cross_attn
    v = written.trace["decoder.1.cross_attn.v"][0]  # (H, S, d)
    alone = torch.zeros(1, 1, network.config.embed_dim)
    alone[0, 0, 32:48] = v[2, 4]
    expected = (alone @ block.proj.weight.T).norm()
    torch.testing.assert_close(value_norms(v, block.proj.weight)[2, 4], expected)


def test_the_longest_sentences_have_room(network: Translator) -> None:
    longest = max((random_sentence(seed) for seed in range(2000)), key=lambda each: len(each.chinese))
    assert write_translation(network, longest).right
