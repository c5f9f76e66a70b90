"""The automaton of the little language has its sentences and no others, and the alignment is that of the grammar."""

from __future__ import annotations

import re

import pytest

from vitviz.worlds.dice import Dice
from vitviz.worlds.sentence_alignment import counterparts, crossings
from vitviz.worlds.sentence_grammar import next_words, read_sentence
from vitviz.worlds.sentences import COLOURS, COUNTS, NOUNS, RELATIONS, TRAITS, random_sentence


def test_every_sentence_of_the_world_can_be_composed_and_is_read_as_what_it_is() -> None:
    for seed in range(3000):
        sentence = random_sentence(seed)
        assert read_sentence(" ".join(sentence.english)) == sentence


def test_whoever_follows_the_offered_words_composes_a_sentence_of_the_world() -> None:
    for seed in range(1000):
        dice, words = Dice(seed), list[str]()
        while known := next_words(words):
            words.append(dice.pick(known))
        assert read_sentence(" ".join(words)).english == tuple(words)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("there is a cat .", "'cat' cannot stand after 'there is a': there can be big, small"),
        ("hello", "'hello' cannot stand at the beginning: there can be a, the, two"),
        ("there are a boat .", "'a' cannot stand after 'there are': there can be two, three, four"),
        ("two boat", "'boat' cannot stand after 'two'"),
        ("there is a boat", "is no whole sentence: there can follow behind, in, left"),
        ("i see a car behind a tree . .", "the sentence is complete"),
        ("", "is no whole sentence"),
    ],
)
def test_what_is_no_sentence_is_refused_in_one_that_says_why(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        read_sentence(text)


def test_every_character_is_beside_the_words_that_it_translates() -> None:
    translated = {
        **{word: own for own, (several, noun, measure) in NOUNS.items() for word in (noun[0], measure)},
        **{chinese[0]: english for english, chinese in (COLOURS | TRAITS | COUNTS).items()},
        **{chinese[0]: english.split()[0] for english, chinese in RELATIONS.items() if chinese[0] != "后"},
        "后": "behind", "一": "a", "我": "i", "不": "not", "有": "there", "看": "see", "喜": "like", "画": "draw",
        "在": "is", "很": "is", "吗": "?", "。": ".", "？": "?",
    }  # fmt: skip
    one = {several: kind for kind, (several, _, _) in NOUNS.items()} | {"are": "is"}
    for seed in range(1000):
        sentence = random_sentence(seed)
        pieces = counterparts(sentence)
        assert len(pieces) == len(sentence.chinese) + 1
        assert pieces[-1].words == (len(sentence.english),)
        begun = [
            (character, piece)
            for character, piece in zip(sentence.chinese, pieces, strict=False)
            if piece.begins
        ]
        for character, piece in begun:
            word = sentence.english[piece.words[0]]
            assert one.get(word, word) == translated[character], (sentence, character)
        # Whatever is translated at all has a piece that begins it.
        covered = {place for piece in pieces if piece.begins for place in piece.words}
        left = {sentence.english[place] for place in set(range(len(sentence.english))) - covered}
        assert left <= {"the", "is", "are"}


def test_crossings_are_inversions() -> None:
    assert crossings([0, 1, 2]) == 0
    assert crossings([2, 1, 0]) == 3
    assert crossings([1, 1, 0]) == 2
