"""A run as a table: one named row for every tensor, with the source line that makes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

    from vitviz.tracing.run import Run


class TensorRow(NamedTuple):
    """One tensor: ``line`` of ``file`` in ``vitviz/models`` makes it, inside ``function``."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    bytes: int
    file: str
    line: int
    function: str


def tensor_rows(run: Run) -> list[TensorRow]:
    """One row for every name of ``run``, in order. Each segment runs again once, with its explicit paths.

    Named tuples need no other library, and pandas and polars both make a data frame of a list of them, columns named.
    """
    made: dict[str, TensorRow] = {}
    for segment in run.segments:
        for call in run.lines(segment).calls:
            if call.name is not None:
                made[call.name] = TensorRow(
                    call.name, call.shape, call.dtype, call.nbytes, call.file, call.line, call.function
                )
    return [made[name] for name in run.names()]


def data_frame(rows: Sequence[TensorRow]) -> pd.DataFrame:
    """See ``Run.to_frame``."""
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError(
            "to_frame() needs pandas: pip install pandas, or use rows(), of which polars makes a data frame too"
        ) from error
    return pd.DataFrame(rows, columns=TensorRow._fields).set_index("name")
