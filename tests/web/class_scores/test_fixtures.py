"""What the node tests of the softmax read."""

import numpy as np

from tests.web.fixtures import check
from vitviz.analysis.loss.cross_entropy import cross_entropy, softmax

STEPS = (-100, -30, 0, 30, 100)


def rounded(value: float) -> float:
    """All but the last digits, in which machines differ."""
    return float(f"{value:.13g}")


def test_the_softmax_fixture_is_current() -> None:
    logits = (4 * np.random.default_rng(5).standard_normal(11)).astype(np.float32)
    cases = []
    for step in STEPS:
        temperature = 10 ** (step / 100)
        found = cross_entropy(logits.astype(np.float64) / temperature, 0)
        p = softmax(logits, temperature)
        entropy = float(-(p[p > 0] * np.log(p[p > 0])).sum())
        cases.append(
            {
                "step": step, "temperature": rounded(temperature), "powers": [*map(rounded, found.powers)],
                "p": [*map(rounded, p)], "total": rounded(found.total), "entropy": rounded(entropy),
            }
        )  # fmt: skip
    check("class_scores/softmax.json", {"logits": logits.tolist(), "cases": cases})
