"""The likeliest classes of a run as bars; for embedded weights calibrated too, and how far that can be believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import html, session, shell
from vitviz.app.class_names import naming
from vitviz.app.words import say
from vitviz.zoo.facts import WeightFacts, weight_facts

if TYPE_CHECKING:
    from vitviz.tracing.trace import ClassScore, Trace
    from vitviz.zoo.registry import ModelEntry

SHOWN = 5


def prediction(trace: Trace, model: ModelEntry, *, brief: bool = False) -> None:
    """The five likeliest classes; ``brief`` leaves out how the probabilities were calibrated."""
    if not shell.has_classes(model):
        return
    top, facts, name = trace.top(SHOWN), weight_facts(model), naming(trace)
    otherwise = model.preprocessing != session.loaded().preprocessing
    if facts is None or otherwise:
        st.html(html.bars((name(score.class_index), score.probability) for score in top))
        if facts is not None:
            st.caption(say("prediction.prepared_otherwise"))
        return
    _calibrated(trace, top, facts)
    if not brief:
        measured = say(
            "prediction.calibration", temperature=f"{facts.temperature:.3f}", ece=f"{facts.ece:.3f}",
            ece_scaled=f"{facts.ece_scaled:.3f}",
        )  # fmt: skip
        help_ = say("prediction.calibration_help", pictures=f"{facts.pictures:,}", top1=f"{facts.top1:.0%}")
        st.caption(measured, help=help_)


def _calibrated(trace: Trace, top: list[ClassScore], facts: WeightFacts) -> None:
    calibrated, name = facts.calibrated(trace.logits), naming(trace)
    rows = (
        (name(score.class_index), score.probability, calibrated[score.class_index].item()) for score in top
    )
    st.html(html.bars(rows, ("softmax", say("prediction.calibrated"))))
    confidence = calibrated.max().item()
    count, names = len(facts.classes), ", ".join(map(name, range(trace.logits.numel())))
    if not facts.unsure(confidence):
        st.caption(say("prediction.small_world", count=count), help=names)
        return
    doubt = say(
        "prediction.unsure", count=count, confidence=f"{confidence:.0%}", share=f"{1 - facts.unsure_share:.0%}",
        below=f"{facts.unsure_below:.0%}",
    )  # fmt: skip
    st.caption(f":orange-badge[{say('prediction.unsure_badge')}] {doubt}", help=names)
