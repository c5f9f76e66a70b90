"""What edits change, as files: every class, for each edit alone and for all together."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vitviz.analysis.interventions.effect import Effect
    from vitviz.analysis.interventions.region import Removed
    from vitviz.tracing.trace import Trace

TOGETHER = "together"


def as_json(about: Mapping[str, str], trace: Trace, alone: Mapping[str, Effect], together: Effect) -> str:
    """All class scores of the plain run, of each edit alone (by its text), and of all that are applied together.

    ``stream`` is the relative change of every token at each depth, as in ``Effect``. A text that begins with a minus is
    an edit that is not applied.
    """
    plain: dict[str, Any] = {"classes": [trace.class_name(i) for i in range(trace.logits.numel())]}
    plain |= {"logits": trace.logits.tolist(), "probabilities": trace.probabilities.tolist()}
    edits = {text: _numbers(found) for text, found in alone.items()}
    return json.dumps({**about, "plain": plain, "alone": edits, TOGETHER: _numbers(together)}, indent=1)


def _numbers(found: Effect) -> dict[str, Any]:
    arrays: dict[str, NDArray[Any]] = {
        "logits": found.logits,
        "probabilities": found.probabilities,
        "delta_logits": found.delta_logits,
        "delta_probabilities": found.delta_probabilities,
    }
    return {name: array.tolist() for name, array in arrays.items()} | {
        "stream": [change.tolist() for change in found.stream]
    }


def as_csv(trace: Trace, alone: Mapping[str, Effect], together: Effect) -> str:
    """A row for each class: plain logit and probability, then both changes for each edit alone and for all together."""
    found = {**alone, TOGETHER: together}
    into = io.StringIO()
    write = csv.writer(into, lineterminator="\n")
    changes = [f"{what} {name}" for name in found for what in ("delta_logit", "delta_probability")]
    write.writerow(["class", "name", "logit", "probability", *changes])
    for index, (logit, probability) in enumerate(
        zip(trace.logits.tolist(), trace.probabilities.tolist(), strict=True)
    ):
        cells = [
            float(array[index])
            for each in found.values()
            for array in (each.delta_logits, each.delta_probabilities)
        ]
        write.writerow([index, trace.class_name(index), logit, probability, *cells])
    return into.getvalue()


def region_as_csv(trace: Trace, found: Removed, control: Removed) -> str:
    """A row for each class: the whole picture, without the region (K,), what that changes, and what random ones do.

    ``control`` is of R random regions, (R, K); where there are none their columns are empty.
    """
    into = io.StringIO()
    write = csv.writer(into, lineterminator="\n")
    scores = ["logit", "probability", "logit_without", "probability_without"]
    deltas = ["delta_logit", "delta_probability"]
    random = [f"random_{which}_{name}" for name in deltas for which in ("mean", "lowest", "highest")]
    write.writerow(["class", "name", *scores, *deltas, *random])
    for index, (logit, probability) in enumerate(
        zip(trace.logits.tolist(), trace.probabilities.tolist(), strict=True)
    ):
        arrays = (found.logits, found.probabilities, found.delta_logits, found.delta_probabilities)
        cells = [float(array[index]) for array in arrays]
        for changes in (control.delta_logits[:, index], control.delta_probabilities[:, index]):
            summary = (changes.mean(), changes.min(), changes.max()) if changes.size else ()
            cells += map(float, summary)
        empty = [""] * (0 if len(control.logits) else len(random))
        write.writerow([index, trace.class_name(index), logit, probability, *cells, *empty])
    return into.getvalue()
