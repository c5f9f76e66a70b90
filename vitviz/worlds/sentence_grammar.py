"""Which word may follow which in an English sentence about the picture book, and what sentence some words are.

The little language is regular: an automaton whose states remember what has to come (whether the subject is one or
several, whether it may still get a colour). Whoever composes a sentence is offered the words of its state, so that
no other sentence can come into being.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from vitviz.worlds.sentences import ACTS, COLOURS, COUNTS, NOUNS, RELATIONS, TRAITS, Phrase, Sentence

START, END = "start", "end"
ARTICLES_OF_ONE = ("a", "the")
Arrows = dict[str, dict[str, str]]  # state -> word -> next state


@cache
def automaton() -> Arrows:
    """State to word to next state. A sentence begins in ``START`` and is complete in ``END``."""
    arrows: Arrows = {END: {}}
    _phrase(arrows, "subject", START, "one", "several")
    for number, be in (("one", "is"), ("several", "are")):
        # a boat is (not) left of a tree .
        _relation(arrows, f"place {number}", f"{number} {be}", "place")
        _add(arrows, number, be, f"{number} {be}")
        _add(arrows, f"{number} {be}", "not", f"{number} {be} not")
        _relation(arrows, f"not {number}", f"{number} {be} not", "place")
        # a boat left of a tree is big .
        _relation(arrows, f"trait {number}", number, f"trait {number} thing")
        _phrase(arrows, f"trait {number} thing", f"trait {number} thing", *(f"trait {number} known",) * 2)
        _add(arrows, f"trait {number} known", be, f"trait {number} {be}")
        for trait in TRAITS:
            _add(arrows, f"trait {number} {be}", trait, "full stop")
        # there is a boat left of a tree .
        _add(arrows, START, "there", "there")
        _add(arrows, "there", be, f"there {be}")
        _phrase(arrows, f"there {be} thing", f"there {be}", "there known", "there known", number)
        # is a boat left of a tree ?
        _add(arrows, START, be, f"question {be}")
        _phrase(arrows, f"question {be} thing", f"question {be}", "question known", "question known", number)
    _relation(arrows, "there", "there known", "place")
    _relation(arrows, "question", "question known", "question place")
    _phrase(arrows, "question second", "question place", "question mark", "question mark")
    # i see a boat left of a tree .
    _add(arrows, START, "i", "i")
    for act in ACTS:
        _add(arrows, "i", act, "act")
    _phrase(arrows, "act first", "act", "there known", "there known")
    _phrase(arrows, "second", "place", "full stop", "full stop")
    _add(arrows, "full stop", ".", END)
    _add(arrows, "question mark", "?", END)
    return arrows


def _add(arrows: Arrows, state: str, word: str, after: str) -> None:
    arrows.setdefault(state, {})[word] = after


def _phrase(arrows: Arrows, name: str, state: str, one: str, several: str, only: str = "") -> None:
    """From ``state``: a thing as it is spoken of, to ``one`` or ``several``; ``only`` one of them may come."""
    for number, articles, after in (("one", ARTICLES_OF_ONE, one), ("several", tuple(COUNTS), several)):
        if only not in ("", number):
            continue
        plain, described, coloured = (f"{name}, {number}{more}" for more in ("", ", trait", ", colour"))
        for article in articles:
            _add(arrows, state, article, plain)
        for trait in TRAITS:
            _add(arrows, plain, trait, described)
        for before in (plain, described):
            for colour in COLOURS:
                _add(arrows, before, colour, coloured)
        for before in (plain, described, coloured):
            for kind, (plural, _, _) in NOUNS.items():
                _add(arrows, before, plural if number == "several" else kind, after)


def _relation(arrows: Arrows, name: str, state: str, after: str) -> None:
    """From ``state``: where a thing is, in one word or several, to ``after``."""
    for relation in RELATIONS:
        words, here = relation.split(), state
        for i, word in enumerate(words[:-1]):
            there = f"{name}, {' '.join(words[: i + 1])}"
            _add(arrows, here, word, there)
            here = there
        _add(arrows, here, words[-1], after)


def next_words(words: Sequence[str]) -> tuple[str, ...]:
    """The words that may follow these; none after a whole sentence.

    Raises:
        ValueError: if one of the words cannot stand where it does; the sentence says which, and what could.
    """
    state = START
    for i, word in enumerate(words):
        known = automaton()[state]
        if word not in known:
            before = f"after {' '.join(words[:i])!r}" if i else "at the beginning"
            can = f"there can be {', '.join(known)}" if known else "the sentence is complete"
            raise ValueError(f"{word!r} cannot stand {before}: {can}")
        state = known[word]
    return tuple(automaton()[state])


def read_sentence(text: str) -> Sentence:
    """The sentence whose English words are ``text``, with spaces between them.

    Raises:
        ValueError: if a word is unknown or cannot stand where it does, or the sentence is not complete.
    """
    words = text.split()
    if following := next_words(words):
        raise ValueError(f"{text!r} is no whole sentence: there can follow {', '.join(following)}")
    return _read(words)


def _read(words: list[str]) -> Sentence:
    """The sentence of words that are known to be one."""
    rest = words[:-1]
    form, word = "", ""
    if rest[0] in ("there", "i"):
        form = "there" if rest[0] == "there" else "act"
        word = rest[1] if form == "act" else ""
        rest = rest[2:]
    elif rest[0] in ("is", "are"):
        form, rest = "question", rest[1:]
    first, rest = _thing(rest)
    if not form and rest[0] in ("is", "are"):
        form = "not" if rest[1] == "not" else "place"
        rest = rest[2:] if form == "not" else rest[1:]
    relation = next(r for r in RELATIONS if rest[: len(r.split())] == r.split())
    second, rest = _thing(rest[len(relation.split()) :])
    if not form:
        form, word = "trait", rest[1]
    return Sentence(form, first, second, relation, word)


def _thing(words: list[str]) -> tuple[Phrase, list[str]]:
    """The thing that words begin with, and the words behind it."""
    kinds = {name: kind for kind, (several, _, _) in NOUNS.items() for name in (kind, several)}
    end = next(i for i, word in enumerate(words) if word in kinds)
    described = words[1:end]
    colour = next((word for word in described if word in COLOURS), "")
    trait = next((word for word in described if word in TRAITS), "")
    return Phrase(kinds[words[end]], words[0], colour, trait), words[end + 1 :]
