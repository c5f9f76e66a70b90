"""The loss of a label with every number, and the gradient that it sends back to the patches."""

from __future__ import annotations

import streamlit as st

from vitviz.app import session, shell
from vitviz.app.topics.loss.label_loss import label_loss
from vitviz.app.topics.loss.saliency import saliency
from vitviz.app.words import say


def show() -> None:
    """A label's loss from the logits of this person's run, and its gradient on the patches and through the blocks."""
    model = session.entry()
    shell.head(say("loss.title"), say("loss.lead"), model)
    if not shell.has_classes(model):
        return
    with st.spinner(say("running")):
        trace = session.trace(model)
    label_loss(model, trace)
    saliency(model, trace)
