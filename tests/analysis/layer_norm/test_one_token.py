"""One token at every layer norm of a run: what was recorded, and the steps that lead there."""

import numpy as np
import pytest

from tests.tracing.conftest import SUBJECTS, make
from vitviz.analysis.layer_norm.one_token import fused_gap, normed_token
from vitviz.analysis.norm_depth.final_stream import final_stream
from vitviz.tracing.norms import norm_sites


@pytest.mark.parametrize("name", SUBJECTS)
def test_the_steps_arrive_at_what_was_recorded(name: str) -> None:
    trace = make(name).trace()
    for site in norm_sites(trace):
        found = normed_token(trace, site.name, 0)
        np.testing.assert_array_equal(found.x, trace[site.input_name].flatten(0, -2)[0].numpy())
        np.testing.assert_array_equal(found.out, trace[f"{site.name}.out"].flatten(0, -2)[0].numpy())
        np.testing.assert_allclose(found.steps.out, found.out, atol=1e-5)
        np.testing.assert_allclose(found.steps.normalized, found.normalized, atol=1e-5)
        assert found.gap(2) == abs(found.steps.out[2] - float(found.out[2]))
        assert 0 <= fused_gap(trace, site.name) < 1e-5


@pytest.mark.parametrize("name", SUBJECTS)
def test_the_final_stream_is_the_last_blocks_output(name: str) -> None:
    subject = make(name)
    trace = subject.trace()
    found = final_stream(trace)
    assert found.name == f"{subject.network.steps()[-1][0]}.resid_post"
    x = trace[found.name].flatten(0, -2).double().numpy()
    np.testing.assert_array_equal(found.x, x.astype(np.float32))
    np.testing.assert_allclose(found.norm, np.linalg.norm(x, axis=-1), rtol=1e-6)
    np.testing.assert_allclose(found.channels.rms, np.sqrt((x**2).mean(axis=0)), rtol=1e-6)
    assert set(found.large.tokens) == set(np.flatnonzero(found.norm > 2 * np.median(found.norm)))
