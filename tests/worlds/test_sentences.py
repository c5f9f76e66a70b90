"""The sentences about the picture book: both languages say the same, and every word is in the vocabulary."""

from __future__ import annotations

import pytest

from vitviz.worlds.sentences import (
    HELD_OUT,
    VOCABULARY,
    Phrase,
    Sentence,
    random_sentence,
    to_ids,
)


def test_what_both_languages_say() -> None:
    boats = Phrase("boat", "two", "red", "old")
    mushroom = Phrase("mushroom")
    said = {
        ("there", ""): (
            "there are two old red boats left of a mushroom .",
            "一个蘑菇左边有两艘旧的红色的船。",
        ),
        ("place", ""): ("two old red boats are left of a mushroom .", "两艘旧的红色的船在一个蘑菇左边。"),
        ("not", ""): ("two old red boats are not left of a mushroom .", "两艘旧的红色的船不在一个蘑菇左边。"),
        ("trait", "new"): (
            "two old red boats left of a mushroom are new .",
            "一个蘑菇左边的两艘旧的红色的船很新。",
        ),
        ("question", ""): (
            "are two old red boats left of a mushroom ?",
            "两艘旧的红色的船在一个蘑菇左边吗？",
        ),
        ("act", "see"): (
            "i see two old red boats left of a mushroom .",
            "我看见一个蘑菇左边的两艘旧的红色的船。",
        ),
    }
    for (form, word), (english, chinese) in said.items():
        sentence = Sentence(form, boats, mushroom, "left of", word)
        assert " ".join(sentence.english) == english
        assert "".join(sentence.chinese) == chinese
    assert Phrase("fish", "three").english == "three fish"
    assert Phrase("house", "the", "blue").chinese == "蓝色的房子"


def test_every_random_sentence_is_in_the_vocabulary_and_held_out_pairs_are_known() -> None:
    sentences = [random_sentence(seed) for seed in range(2000)]
    used = {word for s in sentences for word in (*s.english, *s.chinese)}
    assert used == set(VOCABULARY[3:])
    assert len(set(VOCABULARY)) == len(VOCABULARY)
    assert random_sentence(7) == sentences[7]
    for sentence in sentences:
        pairs = {(phrase.colour, phrase.kind) for phrase in (sentence.first, sentence.second)}
        assert sentence.held_out == bool(pairs & HELD_OUT)
        assert len(to_ids(sentence.english)) < 15
    assert 0.05 < sum(s.held_out for s in sentences) / len(sentences) < 0.15


def test_other_words_are_refused_in_one_sentence() -> None:
    with pytest.raises(ValueError, match="'dog' is no word of this little language"):
        to_ids(["the", "dog"])
    with pytest.raises(ValueError, match="'dog' is not among house, tree"):
        Phrase("dog")
    with pytest.raises(ValueError, match="'under' is not among behind"):
        Sentence("place", Phrase("car"), Phrase("car"), "under")
    with pytest.raises(ValueError, match="'' is not among see"):
        Sentence("act", Phrase("car"), Phrase("car"), "above")
