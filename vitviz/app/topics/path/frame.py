"""What every step of the path has: where one is, one sentence, a question before the answer, what to take away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import lost, model_titles, pages, session
from vitviz.app.words import say
from vitviz.zoo.registry import ModelEntry

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace

STEPS = pages.PLACES["path"]
# The words of the field that a step uses, each where it first stands.
WORDS = {
    "start": ("vit", "patch", "token", "block", "score"),
    "cut": ("channel", "patch", "view"),
    "token": ("token", "embedding", "width", "weight"),
    "sequence": ("cls", "position", "cosine"),
    "norm": ("norm", "epsilon", "gamma", "block"),
    "weights": ("head", "query", "softmax", "width"),
    "block": ("mlp", "gelu", "residual", "length"),
    "scores": ("score", "softmax", "label", "loss"),
    "windows": ("swin", "window", "shift", "mask"),
    "stages": ("stage", "merging", "channel"),
}
SHOW = "show"  # the answer of whoever does not want to guess
ANSWERS = "path.answers"
# A step is to be seen whole: less room between its parts than Streamlit leaves.
STYLE = """<style>
.stMainBlockContainer { padding-bottom: .5rem; }
.stMainBlockContainer > [data-testid=stVerticalBlock] { gap: .4rem; }
.st-key-path-head { padding-top: .1rem; }
.st-key-path-head h1 { font-size: 1.35rem; }
.st-key-path-turn { flex-wrap: nowrap; }
.st-key-path-turn a { padding: .1rem .45rem; margin: 0; min-height: 1.9rem; white-space: nowrap; }
@media (pointer: fine) { .st-key-path-turn button { padding: 0 .45rem; min-height: 1.9rem; } }
.st-key-path-turn [data-testid=stCaptionContainer] p { white-space: nowrap; }
/* Room for an answer of one line, so that what is below stays where it is. */
.st-key-path-question { border-left: 3px solid #c2570c; padding-left: .8rem; gap: .35rem; min-height: 6.6rem; }
.stMainBlockContainer .katex { font-size: 1em; }
.st-key-path-takeaway p { font-size: .98rem; }
/* On a phone small pictures stand two and two. */
@media (max-width: 640px) {
  .stMainBlockContainer .katex { display: inline-block; margin: .3rem 0; }
  .st-key-path-frames [data-testid=stColumn], .st-key-path-two [data-testid=stColumn]:nth-child(-n + 2) {
    min-width: calc(50% - 1rem); width: calc(50% - 1rem); flex: 1 1 calc(50% - 1rem);
  }
}
</style>"""


def begin(step: str, model: ModelEntry, **numbers: object) -> None:
    """The head of a step: its number and title, the way back and on, and its one sentence."""
    st.html(STYLE)
    number = STEPS.index(f"path/{step}")
    with st.container(
        horizontal=True, key="path-head", vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.title(say(f"path.{step}.title"), anchor=False, width="content")
        with st.container(
            horizontal=True, key="path-turn", width="content", vertical_alignment="center", gap="small"
        ):
            with st.popover(say("path.words"), key=f"path-words-{step}", type="tertiary"):
                st.markdown("\n".join(f"- {say(f'path.word.{word}')}" for word in WORDS[step]))
            if number:
                pages.link(STEPS[number - 1], f"← {say('path.back')}")
            st.caption(say("path.count", number=number, last=len(STEPS) - 1), width="content")
            if number + 1 < len(STEPS):
                pages.link(STEPS[number + 1], f"**{say('path.next')} →**")
    lost.notice()
    st.markdown(say(f"path.{step}.lead", **numbers))
    if model.name != session.entry().name:
        st.caption(say("path.instead", name=model_titles.title(model)))
    if not model.trained:
        st.caption(f":orange-badge[{say('sidebar.untrained')}] {say('untrained', name=model.name)}")


def run_step(step: str, model: ModelEntry, **numbers: object) -> Trace:
    """Begin a step whose first content needs the model's run, which is returned."""
    begin(step, model, **numbers)
    with st.spinner(say("running")):
        return session.trace(model)


def ask(
    step: str,
    model: ModelEntry,
    options: Mapping[str, str],
    right: Callable[[], str],
    because: Callable[[], str],
    of: str = "",
) -> bool:
    """A question with answers to click on, one of which is that one would rather see.

    ``options`` are what each answer says; ``right`` and ``because`` are asked for once somebody has answered. ``of`` is
    what the answer depends on: where that is another now, the answer is no longer judged. Returns whether somebody has
    answered.
    """
    answers: dict[str, tuple[str, str]] = st.session_state.setdefault(ANSWERS, {})
    # In another language it is another widget.
    kept = f"{step}.{model.name}"
    key = f"path.answer.{kept}.{st.session_state.get('language', 'en')}"
    if key not in st.session_state and kept in answers:
        st.session_state[key] = answers[kept][0]
    labels = {**options, SHOW: say("path.show")}
    with st.container(key="path-question"):
        question = say(f"path.{step}.question")
        st.markdown(f"**{question}**")
        chosen = st.pills(
            question, list(labels), format_func=labels.__getitem__, key=key, label_visibility="collapsed"
        )
        if chosen is None:
            answers.pop(kept, None)
            return False
        if kept not in answers or answers[kept][0] != chosen:
            answers[kept] = (chosen, of)
        correct = right()
        judged = chosen != SHOW and answers[kept][1] == of
        verdict = say("path.right" if chosen == correct else "path.wrong") if judged else ""
        if chosen != SHOW and not judged:
            verdict = say("path.now")
        st.markdown(say("path.answer", verdict=verdict, answer=labels[correct], because=because()).strip())
    return True


def take_away(step: str, **numbers: object) -> None:
    """What somebody should remember of a step; it would give the answer away, so it comes with that."""
    with st.container(key="path-takeaway"):
        st.markdown(f":material/bookmark: {say(f'path.{step}.takeaway', **numbers)}")
