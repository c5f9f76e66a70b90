"""The figures of a run as its own are those of ``vitviz.plot``; plotly is not imported before one is made."""

import subprocess
import sys

import pytest

import vitviz
from vitviz.plot.bound import FIGURES
from vitviz.samples import SAMPLES
from vitviz.tracing.trace import Trace


@pytest.fixture(scope="module")
def trace() -> Trace:
    made = vitviz.trace(vitviz.load_model("vit-test"), SAMPLES[0].path)
    assert isinstance(made, Trace)
    return made


def test_a_figure_of_the_run_is_that_of_the_library(trace: Trace) -> None:
    assert trace.plot.norms(token=3) == vitviz.plot.norms(trace, token=3)
    assert trace.plot.pattern(0, 1, theme="dark") == vitviz.plot.pattern(trace, 0, 1, theme="dark")
    assert trace.plot.norms.__doc__ == vitviz.plot.norms.__doc__


def test_it_has_every_figure_for_which_a_run_is_enough(trace: Trace) -> None:
    assert dir(trace.plot) == sorted(FIGURES)
    assert {"norms", "lengths", "heads", "pattern", "class_scores", "tensor"} <= FIGURES.keys()
    assert FIGURES.keys() <= set(vitviz.plot.__all__)
    with pytest.raises(AttributeError, match="no figure 'curve'"):
        trace.plot.curve()


def test_no_plotly_before_a_figure_is_made() -> None:
    code = (
        "import sys, vitviz\n"
        "from vitviz.samples import SAMPLES\n"
        "trace = vitviz.trace(vitviz.load_model('vit-test'), SAMPLES[0].path)\n"
        "made = trace.plot.norms\n"
        "assert 'plotly' not in sys.modules\n"
        "made()\n"
        "assert 'plotly' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
