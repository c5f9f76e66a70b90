"""Families: encoder, decoder and both on the same words: who looks at whom, what that costs, and who can stream."""

from __future__ import annotations

from typing import Any

import streamlit as st

from vitviz.app import links
from vitviz.app.section_choice import choose_section
from vitviz.app.sequence_models import sequence_head
from vitviz.app.settings import Setting
from vitviz.app.topics.families.costs import costs
from vitviz.app.topics.families.inductive_bias import show_inductive_bias
from vitviz.app.topics.families.part import families_part
from vitviz.app.topics.families.streams import streams
from vitviz.app.words import say

MODELS = ("bert-mini", "gpt-mini", "translator-mini")
VIEWS = ("masks", "costs", "streams", "data")
SENTENCES = (0, 1, 2)  # of vitviz.analysis.families.same_words
VIEW: Setting[str] = Setting("families.view", links.one_of(VIEWS))
SENTENCE: Setting[int] = Setting("families.sentence", links.one_of(SENTENCES))
TOKEN = Setting("families.token", links.whole)
LAYER = Setting("families.layer", links.whole)
HEAD = Setting("families.head", links.signed)  # -1 draws the masks alone
FIRST_TOKEN = 4


def show() -> None:
    """The same words under three masks with real weights, what each costs, whose outputs change; bias against data."""
    sequence_head(say("families.title"), say("families.lead"), *MODELS, given=say("families.given"))
    _sections()


@st.fragment
def _sections() -> None:
    view = choose_section(VIEW, VIEWS, say("families.views"), lambda name: say(f"families.view_{name}"))
    if view == "data":
        show_inductive_bias()
        return
    st.markdown(say(f"families.{view}_lead"))
    choice = {
        "sentence": SENTENCE.get(SENTENCES[0]),
        "token": TOKEN.get(FIRST_TOKEN),
        "layer": LAYER.get(1),
        "head": HEAD.get(0),
    }
    if view == "costs":
        costs()
    elif view == "streams":
        streams(choice["sentence"])
    else:
        families_part("families.part", choice, on_choice=_keep)


def _keep(choice: dict[str, Any]) -> None:
    """Keep what the browser part says was chosen."""
    for setting, name in ((TOKEN, "token"), (LAYER, "layer"), (HEAD, "head")):
        setting.set(int(choice[name]))
    if choice["sentence"] in SENTENCES:
        SENTENCE.set(int(choice["sentence"]))
