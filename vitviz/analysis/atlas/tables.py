"""An atlas as four tables in Parquet; their columns are documented in docs/atlas.md. Only this needs pyarrow."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vitviz.analysis.atlas.atlas import Atlas, Excited
from vitviz.analysis.atlas.head_figures import FIGURES
from vitviz.analysis.atlas.partial import SPREAD

MISSING = "an atlas is written as Parquet, which needs pyarrow, and that is not installed: pip install 'vitviz[ray]'"
NAMES = ("heads", "units", "layers", "pictures")
Columns = dict[str, list[Any]]


def pyarrow() -> Any:
    """The modules pyarrow and pyarrow.parquet.

    Raises:
        ImportError: with one sentence, if they are not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ImportError(MISSING) from error
    return pyarrow


def write_tables(atlas: Atlas, folder: Path) -> list[Path]:
    """Write ``heads.parquet``, ``units.parquet``, ``layers.parquet`` and ``pictures.parquet``; returns their paths.

    Raises:
        ImportError: without pyarrow.
        OSError: if one cannot be written.
    """
    arrow = pyarrow()
    about = {
        b"vitviz.atlas": json.dumps(asdict(atlas.header) | {"pictures": atlas.partial.pictures}).encode()
    }
    written = []
    for name, columns in zip(
        NAMES, (heads(atlas), units(atlas), layers(atlas), pictures(atlas)), strict=True
    ):
        table = arrow.table(columns).replace_schema_metadata(about)
        path = folder / f"{name}.parquet"
        part = folder / f".{name}.parquet.part"
        arrow.parquet.write_table(table, part, compression="zstd")
        part.replace(path)
        written.append(path)
    return written


def heads(atlas: Atlas) -> Columns:
    """One row a head."""
    columns: Columns = {}
    for number, block in enumerate(atlas.header.blocks):
        for head in range(block.heads):
            row: dict[str, Any] = {
                "block": block.name, "layer": number, "stage": block.stage, "head": head,
                "map_rows": block.grid[0], "map_columns": block.grid[1], "patch_pixels": block.pixels,
            }  # fmt: skip
            for name in FIGURES:
                found = atlas.figure(number, head, name)
                for part, value in zip(("mean", "sd", "min", "max"), found, strict=True):
                    row[f"{name}_{part}"] = None if math.isnan(value) else value
            row["distance_patches_mean"] = row["distance_mean"] and row["distance_mean"] / block.pixels
            for name in SPREAD:
                row[f"{name}_histogram"] = atlas.spread(number, head, name).tolist()
            _append(columns, row | _top(atlas.head_top(number, head), looks=True))
    return columns


def units(atlas: Atlas) -> Columns:
    """One row an MLP unit."""
    columns: Columns = {}
    for number, block in enumerate(atlas.header.blocks):
        for unit in range(block.units):
            row = {"block": block.name, "layer": number, "unit": unit, "mean": atlas.unit_mean(number, unit)}
            _append(columns, row | _top(atlas.unit_top(number, unit), looks=False))
    return columns


def layers(atlas: Atlas) -> Columns:
    """One row a block: how long the tokens are after it."""
    columns: Columns = {}
    for number, block in enumerate(atlas.header.blocks):
        row: dict[str, Any] = {
            "block": block.name,
            "layer": number,
            "tokens": int(atlas.partial.tokens[number]),
        }
        row |= {f"norm_q{100 * q:02.0f}": value for q, value in atlas.norm_quantiles(number).items()}
        row |= {
            "large_tokens": int(atlas.partial.large[number]),
            "large_share": atlas.large_share(number),
            "norm_histogram": atlas.partial.norms[number].tolist(),
        }
        _append(columns, row)
    return columns


def pictures(atlas: Atlas) -> Columns:
    """One row a file of the folder, by its number."""
    numbers = range(len(atlas.names))
    return {
        "picture": list(numbers),
        "file": list(atlas.names),
        "thumbnail": [atlas.thumbnails.get(number) for number in numbers],
    }


def _top(found: list[Excited], *, looks: bool) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {
        "top_value": [one.value for one in found],
        "top_picture": [one.picture for one in found],
        "top_patch": [one.patch for one in found],
    }
    return columns | ({"top_looks": [one.looks for one in found]} if looks else {})


def _append(columns: Columns, row: dict[str, Any]) -> None:
    for name, value in row.items():
        columns.setdefault(name, []).append(value)
