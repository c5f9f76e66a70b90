"""The likeliest classes of a run as bars; for embedded weights calibrated too, and how far that can be believed.

Where it is known how far pictures of a model's world lie from its classes, a picture further away is said to be none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import html, session, shell
from vitviz.app.class_names import naming
from vitviz.app.widgets.chart import chart
from vitviz.app.words import say
from vitviz.plot.world import world_distances
from vitviz.zoo.facts import WeightFacts, WorldFacts, weight_facts

if TYPE_CHECKING:
    from vitviz.analysis.class_scores.known_world import World
    from vitviz.tracing.trace import ClassScore, Trace
    from vitviz.zoo.registry import ModelEntry

SHOWN = 5
# One line, so that what a page shows below the prediction stays in sight.
STYLE = """<style>
.st-key-prediction-distance { margin-block: -0.5rem; }
.st-key-prediction-distance button { min-height: 0; }
</style>"""


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
    _calibrated(trace, top, facts, model, brief=brief)
    if not brief:
        measured = say(
            "prediction.calibration", temperature=f"{facts.temperature:.3f}", ece=f"{facts.ece:.3f}",
            ece_scaled=f"{facts.ece_scaled:.3f}",
        )  # fmt: skip
        help_ = say("prediction.calibration_help", pictures=f"{facts.pictures:,}", top1=f"{facts.top1:.0%}")
        st.caption(measured, help=help_)


def _calibrated(
    trace: Trace, top: list[ClassScore], facts: WeightFacts, model: ModelEntry, *, brief: bool
) -> None:
    calibrated, name = facts.calibrated(trace.logits), naming(trace)
    rows = (
        (name(score.class_index), score.probability, calibrated[score.class_index].item()) for score in top
    )
    st.html(html.bars(rows, ("softmax", say("prediction.calibrated"))))
    confidence = calibrated.max().item()
    count, names = len(facts.classes), ", ".join(map(name, range(trace.logits.numel())))
    distance, world = far_out(trace, model)
    if facts.world is not None and distance > facts.world.distance_limit:
        far = say(
            "prediction.far", count=count, distance=f"{distance:.2f}", limit=f"{facts.world.distance_limit:.2f}",
            share=f"{facts.world.inside_share:.0%}",
        )  # fmt: skip
        st.caption(f":orange-badge[{say('prediction.far_badge')}] {far}", help=names)
    elif facts.unsure(confidence):
        doubt = say(
            "prediction.unsure", count=count, confidence=f"{confidence:.0%}",
            share=f"{1 - facts.unsure_share:.0%}", below=f"{facts.unsure_below:.0%}",
        )  # fmt: skip
        st.caption(f":orange-badge[{say('prediction.unsure_badge')}] {doubt}", help=names)
    else:
        st.caption(say("prediction.small_world", count=count), help=names)
    if world is not None and facts.world is not None and not brief:
        _distances(distance, world, facts.world)


def far_out(trace: Trace, model: ModelEntry) -> tuple[float, World | None]:
    """How far what the head reads is from the nearest class of the model's world, and that world; else 0 and None."""
    from vitviz.analysis.class_scores.known_world import known_world

    world = known_world(model)
    return (0.0, None) if world is None else (world.distance(trace["pooled"]).item(), world)


def _distances(distance: float, world: World, facts: WorldFacts) -> None:
    """The distance among those of the validation pictures, on request."""
    total, nearer = len(world.validation), world.nearer(distance)
    st.html(STYLE)
    said = say("prediction.distance", distance=f"{distance:.2f}", limit=f"{facts.distance_limit:.2f}")
    with st.popover(said, key="prediction-distance", type="tertiary", width="content"):
        words = {name: say(f"prediction.distance_{name}") for name in ("axis", "count", "here", "limit")}
        chart(
            "prediction.distances",
            world_distances.describe(
                world.validation.numpy(), facts.distance_limit, distance, words=words,
                label=say("prediction.distance_label"),
            ),
        )  # fmt: skip
        st.caption(
            say(
                "prediction.distance_help",
                nearer=f"{nearer:,}",
                total=f"{total:,}",
                share=f"{facts.inside_share:.0%}",
            )
        )
