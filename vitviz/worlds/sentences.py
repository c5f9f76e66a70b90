"""Sentences about the picture book, in English and in Chinese: every one is a pure function of a seed.

Chinese puts a relation and everything that describes a thing before the thing, English most of it behind, so a
translation goes back and forth. Counts need measure words: a boat is 一艘船, two trees are 两棵树.
"""

from __future__ import annotations

from dataclasses import dataclass

from vitviz.worlds.dice import Dice

# What each kind of thing is called: one, several, in Chinese, and its measure word.
NOUNS = {
    "house": ("houses", "房子", "座"),
    "tree": ("trees", "树", "棵"),
    "car": ("cars", "汽车", "辆"),
    "boat": ("boats", "船", "艘"),
    "fish": ("fish", "鱼", "条"),
    "mushroom": ("mushrooms", "蘑菇", "个"),
}
COLOURS = {
    "red": "红色",
    "blue": "蓝色",
    "green": "绿色",
    "yellow": "黄色",
    "white": "白色",
    "black": "黑色",
    "purple": "紫色",
}
TRAITS = {"big": "大", "small": "小", "old": "旧", "new": "新"}
RELATIONS = {
    "behind": "后面",
    "in front of": "前面",
    "left of": "左边",
    "right of": "右边",
    "above": "上面",
    "below": "下面",
    "next to": "旁边",
}
COUNTS = {"two": "两", "three": "三", "four": "四"}
ACTS = {"see": "看见", "like": "喜欢", "draw": "画"}
FORMS = ("there", "place", "not", "trait", "question", "act")
ARTICLES = ("a", "the", *COUNTS)
# These never stand together in a sentence that the translator learns from, so that one can ask whether it needs that.
HELD_OUT = frozenset({("purple", "mushroom"), ("white", "boat"), ("green", "fish")})


@dataclass(frozen=True)
class Phrase:
    """A thing as it is spoken of: ``article`` is one of ``ARTICLES``; ``trait`` and ``colour`` may be empty.

    Raises:
        ValueError: if one of the words is none of this little language.
    """

    kind: str
    article: str = "a"
    colour: str = ""
    trait: str = ""

    def __post_init__(self) -> None:
        known = (NOUNS, ARTICLES, {"", *COLOURS}, {"", *TRAITS})
        for word, words in zip((self.kind, self.article, self.colour, self.trait), known, strict=True):
            if word not in words:
                raise ValueError(f"{word!r} is not among {', '.join(filter(None, words))}")

    @property
    def several(self) -> bool:
        """Whether it speaks of more than one."""
        return self.article in COUNTS

    @property
    def english(self) -> str:
        """``two old red boats``."""
        noun = NOUNS[self.kind][0] if self.several else self.kind
        return " ".join(filter(None, (self.article, self.trait, self.colour, noun)))

    @property
    def chinese(self) -> str:
        """``两艘旧的红色的船``."""
        _, noun, measure = NOUNS[self.kind]
        count = {"a": "一", "the": ""}.get(self.article) or COUNTS.get(self.article, "")
        described = "".join(
            f"{word}的" for word in (TRAITS.get(self.trait), COLOURS.get(self.colour)) if word
        )
        return f"{count}{measure if count else ''}{described}{noun}"

    @property
    def held_out(self) -> bool:
        """Whether colour and thing are one of the pairs that no sentence to learn from has."""
        return (self.colour, self.kind) in HELD_OUT


@dataclass(frozen=True)
class Sentence:
    """One sentence: ``form`` is one of ``FORMS``, ``word`` the trait or the act of those forms that have one.

    Raises:
        ValueError: if one of the words is none of this little language.
    """

    form: str
    first: Phrase
    second: Phrase
    relation: str
    word: str = ""

    def __post_init__(self) -> None:
        words = {"trait": TRAITS, "act": ACTS}.get(self.form, {"": ""})
        for word, known in ((self.form, FORMS), (self.relation, RELATIONS), (self.word, words)):
            if word not in known:
                raise ValueError(f"{word!r} is not among {', '.join(known)}")

    @property
    def english(self) -> tuple[str, ...]:
        """Its words, the full stop or question mark among them."""
        a, b, be = self.first.english, self.second.english, "are" if self.first.several else "is"
        text = {
            "there": f"there {be} {a} {self.relation} {b} .",
            "place": f"{a} {be} {self.relation} {b} .",
            "not": f"{a} {be} not {self.relation} {b} .",
            "trait": f"{a} {self.relation} {b} {be} {self.word} .",
            "question": f"{be} {a} {self.relation} {b} ?",
            "act": f"i {self.word} {a} {self.relation} {b} .",
        }
        return tuple(text[self.form].split())

    @property
    def chinese(self) -> tuple[str, ...]:
        """Its characters, the full stop or question mark among them."""
        a, b, at = self.first.chinese, self.second.chinese, RELATIONS[self.relation]
        text = {
            "there": f"{b}{at}有{a}。",
            "place": f"{a}在{b}{at}。",
            "not": f"{a}不在{b}{at}。",
            "trait": f"{b}{at}的{a}很{TRAITS.get(self.word)}。",
            "question": f"{a}在{b}{at}吗？",
            "act": f"我{ACTS.get(self.word)}{b}{at}的{a}。",
        }
        return tuple(text[self.form])

    @property
    def held_out(self) -> bool:
        """Whether it has a pair of colour and thing that no sentence to learn from has."""
        return self.first.held_out or self.second.held_out


def random_phrase(dice: Dice) -> Phrase:
    """A thing, with a colour in 65 and a trait in 35 of a hundred cases."""
    article = dice.pick(("a", "the", "the", dice.pick(tuple(COUNTS))))
    colour = dice.pick(tuple(COLOURS)) if dice.chance(65) else ""
    trait = dice.pick(tuple(TRAITS)) if dice.chance(35) else ""
    return Phrase(dice.pick(tuple(NOUNS)), article, colour, trait)


def random_sentence(seed: int) -> Sentence:
    """The sentence of a seed."""
    dice = Dice(seed)
    form = dice.pick(FORMS)
    word = dice.pick(tuple(TRAITS)) if form == "trait" else dice.pick(tuple(ACTS)) if form == "act" else ""
    return Sentence(form, random_phrase(dice), random_phrase(dice), dice.pick(tuple(RELATIONS)), word)


def _english_words() -> set[str]:
    nouns = {word for kind, (several, _, _) in NOUNS.items() for word in (kind, several)}
    relations = {word for relation in RELATIONS for word in relation.split()}
    little = {"there", "is", "are", "not", "i", ".", "?"}
    return nouns | relations | little | {*ARTICLES, *COLOURS, *TRAITS, *ACTS}


def _chinese_characters() -> set[str]:
    nouns = "".join(noun + measure for _, noun, measure in NOUNS.values())
    others = "".join(word for words in (COLOURS, TRAITS, RELATIONS, COUNTS, ACTS) for word in words.values())
    return set(nouns + others + "一有在不的很吗我。？")


ENGLISH = tuple(sorted(_english_words()))
CHINESE = tuple(sorted(_chinese_characters()))
# The ids of both languages; the first three fill a row up, begin and end it.
VOCABULARY = ("<pad>", "<s>", "</s>", *ENGLISH, *CHINESE)
IDS = {word: number for number, word in enumerate(VOCABULARY)}


def to_ids(words: tuple[str, ...] | list[str]) -> list[int]:
    """The ids of words or characters.

    Raises:
        ValueError: if one of them is none of this little language.
    """
    unknown = [word for word in words if word not in IDS]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no word of this little language; it has {', '.join(ENGLISH)}")
    return [IDS[word] for word in words]
