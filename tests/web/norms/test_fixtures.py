"""What the node tests of the layer norms' statistics read: what the page sends, and what each token's numbers are."""

import numpy as np

from tests.web.fixtures import check
from vitviz.analysis.places import carry
from vitviz.tracing.norms import NormStatistics
from vitviz.web.norms.packing import pack

FINEST = (7, 5)
GRIDS: dict[str, tuple[tuple[int, int] | None, ...]] = {
    "swin": (FINEST, FINEST, (4, 3), (2, 2)),
    "pooled at the end": (FINEST, FINEST, None),
}
PREFIX = {"swin": (), "pooled at the end": ("cls", "reg")}


def statistics(kind: str) -> tuple[NormStatistics, ...]:
    """Numbers with few digits, so that nothing is rounded anew; a flat token, and one with a large norm."""
    random = np.random.default_rng(3)
    found = []
    for at, grid in enumerate(GRIDS[kind]):
        count = 1 if grid is None else len(PREFIX[kind]) + grid[0] * grid[1]
        mean, scale, norm = (random.integers(1, 64, count).astype(np.float32) / 8 for _ in range(3))
        scale[0] = np.float32(2**-9)  # its square is below epsilon
        norm[-1] *= 8
        found.append(NormStatistics(f"{at}.ln", mean, scale, norm, 1e-5, grid))
    return tuple(found)


def test_the_statistics_fixture_is_current() -> None:
    cases = []
    for kind, prefix in PREFIX.items():
        every = statistics(kind)
        packed = pack(every).statistics
        tokens = range(len(prefix) + FINEST[0] * FINEST[1])
        coarser = [
            [0 if norm.grid is None else carry(t, len(prefix), FINEST, norm.grid) for t in tokens]
            for norm in every
        ]
        cases.append(
            {
                "kind": kind, "prefix": prefix, "finest": FINEST, "tokens": coarser,
                "values": packed["values"].tolist(), "norms": packed["norms"],
                "expected": [
                    {
                        "mean": one.mean.tolist(), "scale": one.scale.tolist(), "norm": one.norm.tolist(),
                        "variance": one.variance.tolist(), "median": float(np.median(one.norm)),
                    }
                    for one in every
                ],
            }
        )  # fmt: skip
    check("norms/statistics.json", cases)
