"""What every head, or every MLP, makes of the sample pictures on average: the constants that a sweep can put in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from vitviz.app import networks, session
from vitviz.app.progress import in_steps
from vitviz.app.words import say
from vitviz.samples import SAMPLES

if TYPE_CHECKING:
    from torch import Tensor

    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

Means = dict[str, "Tensor"]
MEANS: session.Derived[Means] = session.Derived("means over the sample pictures")
SHORT = {"heads": "z", "mlps": "mlp_out"}


def sample_means(model: ModelEntry, trace: Trace, part: str) -> Means:
    """Of every block the mean over pictures and tokens, (1, H, 1, d) of heads or (1, 1, D) of MLPs, by full name."""
    from vitviz.analysis.interventions.of_pictures import mean_of_each, recorded

    def make() -> Means:
        network = networks.network(model)
        names = tuple(block.full_name(SHORT[part]) for block in trace.blocks)
        pictures = [session.sample_picture(sample) for sample in SAMPLES]
        runs = recorded(network, [partial(session.image, model, each) for each in pictures], names)
        return mean_of_each(in_steps(runs, len(pictures), say("bench.samples", count=len(pictures))))

    return session.derived(trace, MEANS.at(part), make, own_turns=True)
