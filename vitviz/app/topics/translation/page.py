"""Translation: a sentence that a person composes is translated step by step by a small encoder-decoder."""

from __future__ import annotations

from typing import Any, cast

import streamlit as st

from vitviz.app import links
from vitviz.app.markup import as_text
from vitviz.app.section_choice import choose_section
from vitviz.app.sequence_models import sequence_head
from vitviz.app.settings import Setting
from vitviz.app.topics.translation.part import translation_part
from vitviz.app.widgets.word_attention import word_place
from vitviz.app.words import say
from vitviz.models.sequence_config import TranslatorConfig
from vitviz.worlds.sentence_grammar import next_words, read_sentence
from vitviz.zoo.sequence_models import find_sequence_model

MODEL = "translator-mini"
FIRST = "there are three purple boats left of a mushroom ."
SHORT = 40  # letters of a word in a link that are repeated in a sentence about it
ATTENTIONS = ("cross", "own")
VIEWS = ("steps", "heads")


def read_text(text: str) -> str:
    """A sentence's English words as a link has them.

    Raises:
        ValueError: if they are no sentence of the little language.
    """
    return " ".join(read_sentence(text).english)


SENTENCE: Setting[str] = Setting("translation.sentence", read_text)
STEP = Setting("translation.step", links.signed)  # -1 is the last one
LAYER = Setting("translation.layer", links.whole)
HEAD = Setting("translation.head", links.signed)  # -1 is the mean of all
KEY = Setting("translation.key", links.signed)  # -1 is the token with the largest weight
ATTENTION: Setting[str] = Setting("translation.attention", links.one_of(ATTENTIONS))
VIEW: Setting[str] = Setting("translation.view", links.one_of(VIEWS))
PLACE: Setting[str] = Setting("translation.place", word_place)


def show() -> None:
    """A composed sentence, its translation step by step, and every weight of each step."""
    sequence_head(say("translation.title"), say("translation.lead"), MODEL, given=SENTENCE.get(FIRST))
    _refused()
    _translation()


@st.fragment
def _translation() -> None:
    view = choose_section(VIEW, VIEWS, say("translation.views"), lambda name: say(f"translation.view_{name}"))
    entry = find_sequence_model(MODEL)
    config = cast(TranslatorConfig, entry.config)
    text = SENTENCE.get(FIRST)
    # The last layer's cross-attention, while the first piece is written.
    place = PLACE.get(f"5.2.{len(text.split()) + 1}r", keep=False) if view == "heads" else None
    translation_part(
        "translation.part", text, _choice(config), config, entry.figures, place,
        on_sentence=_keep_sentence, on_choice=_keep, on_place=PLACE.set,
    )  # fmt: skip


def _refused() -> None:
    """One sentence on a sentence that a link had, if it was none: from which word on, and what could stand there."""
    refused = links.current().bad.pop(SENTENCE.name, None)
    if refused is None:
        return
    words = refused.split()
    good = 0
    while good < len(words) and words[good] in next_words(words[:good]):
        good += 1
    word = words[good][:SHORT] if good < len(words) else ""
    known = ", ".join(next_words(words[:good]))
    before = " ".join(words[:good])
    where = say("translation.refused_after", before=before) if good else say("translation.refused_first")
    what = say("translation.refused_word", word=as_text(word)) if word else say("translation.refused_end")
    can = say("translation.refused_can", words=known) if known else say("translation.refused_over")
    st.warning(say("translation.refused", what=what, where=where, can=can))


def _choice(config: TranslatorConfig) -> dict[str, Any]:
    """What was chosen, as far as this model has it; the browser part knows how many steps there are."""
    last = config.decoder_depth - 1
    return {
        "step": max(-1, STEP.get(-1)),
        "layer": min(LAYER.get(last), last),
        "head": max(-1, min(HEAD.get(2), config.num_heads - 1)),
        "key": max(-1, KEY.get(-1)),
        "attention": ATTENTION.get(ATTENTIONS[0]),
    }


def _keep(choice: dict[str, Any]) -> None:
    """Keep what the browser part says was chosen."""
    for setting, name in ((STEP, "step"), (LAYER, "layer"), (HEAD, "head"), (KEY, "key")):
        setting.set(int(choice[name]))
    if choice["attention"] in ATTENTIONS:
        ATTENTION.set(str(choice["attention"]))


def _keep_sentence(text: str) -> None:
    SENTENCE.set(read_text(text))
