"""Which English words each Chinese character of a sentence translates, as the grammar that made both has it."""

from __future__ import annotations

from dataclasses import dataclass

from vitviz.worlds.sentences import ACTS, COLOURS, NOUNS, RELATIONS, TRAITS, Phrase, Sentence

Tagged = list[tuple[str, str]]  # words or characters, each with the tag of what it stands for


@dataclass(frozen=True)
class Counterpart:
    """What a Chinese piece translates.

    Attributes:
        words: places of English words, none for a piece such as ``的``.
        begins: whether the piece begins what it is part of: 房 of 房子 does, 子 follows from 房 alone.
    """

    words: tuple[int, ...]
    begins: bool


def counterparts(sentence: Sentence) -> list[Counterpart]:
    """One for each character of ``sentence.chinese``, and one for the end, which is behind the English words."""
    english = _english(sentence)
    places: dict[str, tuple[int, ...]] = {}
    for place, (_, tag) in enumerate(english):
        places[tag] = (*places.get(tag, ()), place)
    found, last = [], ""
    for _, tag in _chinese(sentence):
        # "1.noun again" is the noun behind its measure word: it begins anew.
        own = places.get(tag.removesuffix(" again"), ())
        found.append(Counterpart(own, bool(own) and tag != last))
        last = tag
    return [*found, Counterpart((len(english),), True)]


def crossings(places: list[int]) -> int:
    """How many pairs of lines cross, where line ``i`` leads from ``i`` on one side to ``places[i]`` on the other."""
    return sum(first > second for i, first in enumerate(places) for second in places[i + 1 :])


def _english(sentence: Sentence) -> Tagged:
    """The English words with their tags."""
    a, b = _english_thing(sentence.first, "1"), _english_thing(sentence.second, "2")
    be = [("are" if sentence.first.several else "is", "be")]
    where = [(word, "relation") for word in sentence.relation.split()]
    stop = [("?" if sentence.form == "question" else ".", "stop")]
    word = [(sentence.word, "word")]
    forms: dict[str, Tagged] = {
        "there": [("there", "there"), *be, *a, *where, *b],
        "place": [*a, *be, *where, *b],
        "not": [*a, *be, ("not", "not"), *where, *b],
        "trait": [*a, *where, *b, *be, *word],
        "question": [*be, *a, *where, *b],
        "act": [("i", "i"), *word, *a, *where, *b],
    }
    return forms[sentence.form] + stop


def _english_thing(phrase: Phrase, number: str) -> Tagged:
    noun = NOUNS[phrase.kind][0] if phrase.several else phrase.kind
    parts = {"article": phrase.article, "trait": phrase.trait, "colour": phrase.colour, "noun": noun}
    return [(word, f"{number}.{tag}") for tag, word in parts.items() if word]


def _chinese(sentence: Sentence) -> Tagged:
    """The Chinese characters with their tags; "" translates nothing of its own."""
    a, b = _chinese_thing(sentence.first, "1"), _chinese_thing(sentence.second, "2")
    at = _tagged(RELATIONS[sentence.relation], "relation")
    of = [("的", "")]
    stop = [("？" if sentence.form == "question" else "。", "stop")]
    act, trait = _tagged(ACTS.get(sentence.word, ""), "word"), _tagged(TRAITS.get(sentence.word, ""), "word")
    forms: dict[str, Tagged] = {
        "there": [*b, *at, ("有", "there"), *a],
        "place": [*a, ("在", "be"), *b, *at],
        "not": [*a, ("不", "not"), ("在", "be"), *b, *at],
        "trait": [*b, *at, *of, *a, ("很", "be"), *trait],
        "question": [*a, ("在", "be"), *b, *at, ("吗", "stop")],
        "act": [("我", "i"), *act, *b, *at, *of, *a],
    }
    return forms[sentence.form] + ([(stop[0][0], "stop again")] if sentence.form == "question" else stop)


def _chinese_thing(phrase: Phrase, number: str) -> Tagged:
    _, noun, measure = NOUNS[phrase.kind]
    count = phrase.chinese[0] if phrase.article != "the" else ""
    said: Tagged = [(count, f"{number}.article"), (measure, f"{number}.noun")] if count else []
    for word, tag in ((TRAITS.get(phrase.trait), "trait"), (COLOURS.get(phrase.colour), "colour")):
        if word:
            said += [*_tagged(word, f"{number}.{tag}"), ("的", "")]
    return [*said, *_tagged(noun, f"{number}.noun again")]


def _tagged(characters: str, tag: str) -> Tagged:
    return [(character, tag) for character in characters]
