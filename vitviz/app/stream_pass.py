"""One pass over the blocks of a run, for every page that shows what the blocks add; kept beside the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vitviz.app import session
from vitviz.app.progress import in_steps
from vitviz.app.words import say

if TYPE_CHECKING:
    from vitviz.analysis.attribution.logit_attribution import Attribution, Reader
    from vitviz.analysis.stream.residual_stream import StreamBlock
    from vitviz.tracing.trace import Trace


class Passed(NamedTuple):
    """What one pass over the blocks left; ``attribution`` is None where a class score is no sum of parts."""

    blocks: tuple[StreamBlock, ...]
    attribution: Attribution | None
    by: tuple[Reader, ...]


PASSED = session.Derived[Passed]("one pass over the blocks")


def stream_pass(trace: Trace) -> Passed:
    """What every block of the run adds; progress is shown meanwhile, and any other choice stops it."""
    return session.derived(trace, PASSED, lambda: _pass(trace), own_turns=True)


def _pass(trace: Trace) -> Passed:
    from vitviz.analysis.stream.residual_stream import StreamPass

    work = StreamPass(trace)
    blocks = tuple(in_steps(work.blocks(), len(trace.blocks), say("stream_pass.running")))
    return Passed(blocks, work.attribution(), work.by)
