"""What the node tests of the layer norm lab read: a simulated reduction, and groups as layer norm averages them."""

import numpy as np

from tests.web.fixtures import check
from vitviz.analysis.norm_lab.normalized_shape import Groups, groups
from vitviz.analysis.norm_lab.reduction import Layout, reduce

LAYOUTS = (Layout(32, 4, 1), Layout(16, 8, 2))


def test_the_reduction_fixture_is_current() -> None:
    cases = []
    for layout in LAYOUTS:
        row = np.random.default_rng(layout.numbers).normal(3, 2, layout.numbers).astype(np.float32)
        steps = [
            {
                "kind": step.kind, "offset": step.offset, "parts": step.parts.ravel().tolist(),
                "operand": step.operand.tolist(), "live": step.live.tolist(), "held": list(step.held),
            }
            for step in reduce(row, layout)
        ]  # fmt: skip
        cases.append({"row": row.tolist(), "steps": steps})
    check("norm_lab/reduction.json", cases)


def test_the_groups_fixture_is_current() -> None:
    x = np.arange(24, dtype=np.float64).reshape(4, 2, 3)
    cases = []
    for shape in ((3,), (2, 3), (4, 2, 3)):
        found = groups(x, shape)
        assert isinstance(found, Groups)
        rows = x.reshape(len(found.mean), -1)
        np.testing.assert_array_equal(found.mean, rows.mean(axis=1))
        cases.append(
            {
                "shape": x.shape, "x": x.ravel().tolist(), "group": found.group.ravel().tolist(),
                "mean": found.mean.tolist(), "variance": found.variance.tolist(),
                "out": found.out.ravel().tolist(), "eps": "1e-05", "size": found.size,
            }
        )  # fmt: skip
    check("norm_lab/groups.json", cases)
