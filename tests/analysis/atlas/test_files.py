"""Atlas files: written and read, and refused in one sentence where anything about them is not as it has to be."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from vitviz.analysis.atlas import files
from vitviz.analysis.atlas.atlas import Atlas
from vitviz.analysis.atlas.files import AtlasError, open_arrays, read_atlas, save_arrays, write_atlas
from vitviz.analysis.atlas.make import finished, run_all, run_here
from vitviz.analysis.atlas.partial import to_arrays
from vitviz.analysis.atlas.progress import Progress
from vitviz.analysis.atlas.shards import make_plan
from vitviz.zoo.model import Model

Arrays = dict[str, NDArray[Any]]


@pytest.fixture
def atlas(pictures: Path, tmp_path: Path, quick: Model) -> Atlas:
    progress = Progress(make_plan(pictures, sorted(pictures.iterdir()), quick, 4, 3), tmp_path)
    run_all(progress, run_here(progress, quick))
    return finished(progress, quick)


@pytest.fixture
def path(atlas: Atlas, tmp_path: Path) -> Path:
    write_atlas(atlas, tmp_path / "atlas.npz")
    return tmp_path / "atlas.npz"


def test_what_is_written_is_read(atlas: Atlas, path: Path) -> None:
    found = read_atlas(path)
    assert found.header == atlas.header
    assert found.names == atlas.names
    assert found.thumbnails == atlas.thumbnails
    assert found.thumbnails
    one, other = to_arrays(found.partial), to_arrays(atlas.partial)
    assert all(one[name].tobytes() == other[name].tobytes() for name in other)


def header(**changed: object) -> Callable[[Arrays], object]:
    def change(arrays: Arrays) -> None:
        about = json.loads(arrays["header"].tobytes()) | changed
        arrays["header"] = np.frombuffer(json.dumps(about).encode(), np.uint8)

    return change


def first_block(**changed: object) -> Callable[[Arrays], object]:
    def change(arrays: Arrays) -> None:
        about = json.loads(arrays["header"].tobytes())
        about["blocks"][0] |= changed
        arrays["header"] = np.frombuffer(json.dumps(about).encode(), np.uint8)

    return change


def put(name: str, value: Any, where: Any = ...) -> Callable[[Arrays], object]:
    def change(arrays: Arrays) -> None:
        arrays[name] = arrays[name].copy()
        arrays[name][where] = value

    return change


def other(name: str, array: NDArray[Any]) -> Callable[[Arrays], object]:
    return lambda arrays: arrays.update({name: array})


CHANGES: dict[str, Callable[[Arrays], object]] = {
    "another format": header(format=2),
    "a title of a million letters": header(title="x" * 1_000_000),
    "a title that is none": header(title=3),
    "weights that are no hash": header(weights="abc"),
    "no blocks": header(blocks=[]),
    "blocks of another kind": header(blocks=[{"name": "x"}]),
    "a header of another kind": other("header", np.frombuffer(b"[1, 2]", np.uint8)),
    "a header that is no JSON": other("header", np.frombuffer(b"{", np.uint8)),
    "a header that is deep": other("header", np.frombuffer(b"[" * 100_000, np.uint8)),
    "an unknown field": header(more=1),
    "a picture without sides": header(height=0),
    "a picture that is True wide": header(width=True),
    "more heads": first_block(heads=3),
    "a million units": first_block(units=1_000_000),
    "a map of minus one": first_block(grid=[-1, 4]),
    "a map of three": first_block(grid=[4, 4, 4]),
    "a map that is smaller": first_block(grid=[1, 1]),
    "a top of 10000": header(top=10_000),
    "names that are none": other("names", np.frombuffer(b"[1]", np.uint8)),
    "too few names": other("names", np.frombuffer(b'["a"]', np.uint8)),
    "no pictures": other("pictures", np.array(0)),
    "too many pictures": other("pictures", np.array(1 << 40)),
    "another type": other("tokens", np.zeros(2, np.float64)),
    "another shape": other("norms", np.zeros((1, 1), np.int64)),
    "objects": other("tokens", np.array([1, 2], dtype="O")),
    "a picture that is not there": put("heads.picture", 7, (0, 0)),
    "a picture of minus two": put("units.picture", -2, (0, 0)),
    "a patch outside of the map": put("heads.patch", 16, (0, 0)),
    "a look outside of the map": put("heads.looks", -1, (0, 0)),
    "a value that is no number": put("units.value", np.nan, (0, 0)),
    "a mean above the largest": put("total", 1 << 60, (0, 0)),
    "a least value above the largest": put("low", 2.0, (0, 0)),
    "a least value that is no number": put("low", np.nan, (0, 0)),
    "counts that do not fit": put("spread", 3, (0, 0, 0)),
    "a count below 0": put("norms", -1, (0, 0)),
    "more long tokens than tokens": put("large", 1 << 40, 0),
    "a thumbnail of nobody": put("thumbnail_pictures", 99, 0),
    "a thumbnail twice": put("thumbnail_pictures", 0),
    "thumbnails without ends": other("thumbnail_ends", np.array([], np.int64)),
    "ends that go back": put("thumbnail_ends", 0, 0),
    "a thumbnail that is a script": put("thumbnails", ord("<"), slice(0, 40)),
    "a thumbnail that is broken": put("thumbnails", 0, slice(2, 400)),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_file_with_one_thing_wrong_is_refused(path: Path, what: str) -> None:
    arrays = open_arrays(path)
    CHANGES[what](arrays)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=True, **arrays)
    with pytest.raises(AtlasError) as error:
        read_atlas(buffer.getvalue())
    assert error.value.code in ("no_atlas", "too_large", "other_format", "damaged")
    assert "\n" not in str(error.value)


def test_an_array_that_is_missing_or_there_twice_is_refused(path: Path) -> None:
    for name in open_arrays(path):
        arrays = open_arrays(path)
        del arrays[name]
        save_arrays(path.with_name("less.npz"), arrays)
        with pytest.raises(AtlasError):
            read_atlas(path.with_name("less.npz"))
    buffer = io.BytesIO(path.read_bytes())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(buffer, "a") as file:
        file.writestr("tokens.npy", b"x")
    with pytest.raises(AtlasError, match="two arrays"):
        read_atlas(buffer.getvalue())


def test_bytes_of_another_kind_are_refused(path: Path) -> None:
    whole = path.read_bytes()
    for data in (
        b"",
        b"PK",
        b"\0" * 100,
        b"PAR1" + bytes(50) + b"PAR1",
        pickle.dumps([1]),
        whole[:-30],
        whole[30:],
    ):
        with pytest.raises(AtlasError):
            read_atlas(data)


def test_a_file_with_any_bytes_changed_is_refused_or_reads(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    dice = np.random.default_rng(0)
    for _ in range(150):
        changed = whole.copy()
        for at in dice.integers(0, len(whole), 3):
            changed[at] ^= int(dice.integers(1, 256))
        try:
            read_atlas(bytes(changed))
        except AtlasError:
            continue


def test_nothing_that_is_pickled_is_ever_read(path: Path, tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "ran",))

    arrays = open_arrays(path)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=True, **(arrays | {"tokens": np.array([Evil(), 1], dtype="O")}))
    with pytest.raises(AtlasError):
        read_atlas(buffer.getvalue())
    assert not (tmp_path / "ran").exists()


def test_what_is_large_is_refused_before_it_is_unpacked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("header.npy", bytes(files.LARGEST_CONTENT + 1))
    assert len(bomb.getvalue()) < 1 << 20
    with pytest.raises(AtlasError) as error:
        read_atlas(bomb.getvalue())
    assert error.value.code == "too_large"
    monkeypatch.setattr(files, "LARGEST_FILE", 100)
    for source in (path, path.read_bytes()):
        with pytest.raises(AtlasError) as error:
            read_atlas(source)
        assert error.value.code == "too_large"
