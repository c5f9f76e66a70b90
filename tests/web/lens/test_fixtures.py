"""What the node tests of the logit lens read: a lens of a small model, and its probabilities as torch has them."""

import numpy as np
import torch

from tests.tracing.conftest import make
from tests.web.fixtures import check
from vitviz.analysis.class_scores.class_heads import class_scores
from vitviz.analysis.lens.logit_lens import choose_classes, depth_names, depths, lens
from vitviz.tracing.trace import run_trace


def rounded(values: np.ndarray) -> list[float]:
    """Five digits."""
    return [float(f"{value:.5g}") for value in np.asarray(values, np.float64).ravel()]


def test_the_lens_fixture_is_current() -> None:
    subject = make("ViT")
    subject.network.double()  # so that another machine's last bits make no other digits
    trace = run_trace(subject.network, subject.image.double())
    found = list(depths(trace))
    followed = lens(trace, found, choose_classes(found, [1], count=3))
    probabilities, winners = [], []
    for name in depth_names(trace):
        with torch.no_grad():
            x = trace.network.norm(trace[name].flatten(1, -2)[0])
            p = class_scores(trace.network, x).softmax(dim=-1)  # (N, K)
        probabilities.append(p[:, list(followed.classes)].numpy())
        winners.append(p.max(dim=-1).values.numpy())
    check(
        "lens/lens.json",
        {
            "depths": list(followed.depths),
            "classes": list(followed.classes),
            "logits": rounded(followed.logits),
            "lse": rounded(followed.lse),
            "best": followed.best.ravel().tolist(),
            "bestLogit": rounded(followed.best_logit),
            "probabilities": rounded(np.stack(probabilities)),
            "winners": rounded(np.stack(winners)),
        },
    )
