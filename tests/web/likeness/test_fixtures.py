"""What the node tests of likeness read: vectors of a small model with torch's cosines, and colours of directions."""

import numpy as np
import torch

from tests.conftest import random_picture
from tests.tracing.conftest import make
from tests.web.fixtures import check
from vitviz.analysis.likeness.components import components_by_depth
from vitviz.analysis.likeness.vectors import token_vectors
from vitviz.tracing.trace import run_trace


def rounded(values: np.ndarray) -> list[float]:
    """Five digits."""
    return [float(f"{value:.5g}") for value in np.asarray(values, np.float64).ravel()]


def test_the_likeness_fixture_is_current() -> None:
    subject = make("ViT with registers, at another size")
    subject.network.double()  # so that another machine's last bits make no other digits
    one = run_trace(subject.network, subject.image.double())
    two = run_trace(subject.network, random_picture(32, 24, seed=2).double())
    first, second = one.blocks[1], two.blocks[1]
    cases = []
    for head in (None, 0, 1):
        x, y = (token_vectors(block, "keys", head) for block in (first, second))
        for token in (0, 5, first.num_tokens - 1):
            own = torch.nn.functional.cosine_similarity(x[token], x, dim=-1)
            other = torch.nn.functional.cosine_similarity(x[token], y, dim=-1)
            cases.append(
                {"head": -1 if head is None else head, "token": token, "own": rounded(own.numpy()),
                 "other": rounded(other.numpy())}
            )  # fmt: skip
    found = list(components_by_depth([one, two], "stream"))[1]
    assert found is not None
    check(
        "likeness/likeness.json",
        {
            "heads": first.num_heads,
            "first": {"count": first.num_tokens, "vectors": rounded(token_vectors(first, "keys").numpy())},
            "second": {"count": second.num_tokens, "vectors": rounded(token_vectors(second, "keys").numpy())},
            "cases": cases,
            "share": rounded(found.share),
            "spans": rounded(found.spans),
            "projections": rounded(found.projections[1]),
            "colours": rounded(found.colours(1)),
        },
    )
