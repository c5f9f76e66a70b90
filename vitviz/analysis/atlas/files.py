"""An atlas as one file, ``atlas.npz``: arrays without pickles in a ZIP file, which is checked completely when read.

The arrays are those of ``partial.to_arrays``; ``header`` and ``names`` are JSON in UTF-8, ``thumbnails`` JPEGs one
after another. A stranger's file is believed nothing: every array has to have the type and the shape that the header
asks for, before one number of it is read, and its numbers have to fit one another.
"""

from __future__ import annotations

import io
import json
import struct
import tokenize
import zipfile
import zlib
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.atlas.atlas import Atlas, Header
from vitviz.analysis.atlas.batch import BlockPlace
from vitviz.analysis.atlas.head_figures import FIGURES
from vitviz.analysis.atlas.partial import (
    BINS,
    FIGURE_UNITS,
    MOST_PICTURES,
    NORM_BINS,
    SPREAD,
    Partial,
    from_arrays,
    to_arrays,
)
from vitviz.images import ImageError, Limits, open_image

FORMAT = 1
LARGEST_FILE = 48 << 20  # bytes of a file, and of what is in it once unpacked
LARGEST_CONTENT = 192 << 20
LARGEST_HEADER = 1 << 20
LARGEST_NAMES = 32 << 20
MOST_BLOCKS, MOST_OF_A_BLOCK, MOST_KEPT = (
    512,
    1 << 16,
    64,
)  # heads or units of a block; pictures that a row keeps
MOST_THUMBNAILS, WIDEST_THUMBNAIL = 1024, 256
SHA256 = 64  # letters
# What zipfile, numpy's reading of a head, and JSON raise for bytes that are something else.
ODD = (
    zipfile.BadZipFile, OSError, EOFError, KeyError, TypeError, ValueError, OverflowError, NotImplementedError,
    RuntimeError, RecursionError, SyntaxError, AttributeError, MemoryError, struct.error, tokenize.TokenError,
)  # fmt: skip


class AtlasError(ValueError):
    """A file that is no atlas. ``code`` is one of ``no_atlas``, ``too_large``, ``other_format``, ``damaged``."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(f"this is no atlas of vitviz that can be opened: {why}")
        self.code = code


def write_atlas(atlas: Atlas, path: Path) -> None:
    """Write it under its name when it is whole.

    Raises:
        OSError: if it cannot be written.
    """
    numbers = sorted(atlas.thumbnails)
    header = {"format": FORMAT, **asdict(atlas.header)}
    arrays = to_arrays(atlas.partial) | {
        "header": _text(header),
        "names": _text(list(atlas.names)),
        "thumbnail_pictures": np.array(numbers, np.int64),
        "thumbnail_ends": np.cumsum([len(atlas.thumbnails[n]) for n in numbers], dtype=np.int64),
        "thumbnails": np.frombuffer(b"".join(atlas.thumbnails[n] for n in numbers), np.uint8),
    }
    save_arrays(path, arrays, compress=True)


def save_arrays(path: Path, arrays: dict[str, NDArray[Any]], *, compress: bool = False) -> None:
    """Write arrays to a file that has its name only when it is whole; equal arrays make equal bytes."""
    part = path.with_name(f".{path.name}.part")
    method = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(part, "w", method, compresslevel=9 if compress else None) as file:
        for name in sorted(arrays):
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = method
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.asarray(arrays[name], order="C"), allow_pickle=False)
            file.writestr(entry, buffer.getvalue())
    part.replace(path)


def _text(value: object) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(value, ensure_ascii=False).encode(), np.uint8)


def read_atlas(source: Path | bytes, limits: Limits | None = None) -> Atlas:
    """Read and check a file, a stranger's too; with ``limits`` its thumbnails are opened in another process.

    Raises:
        AtlasError: if anything about it is not as it has to be.
        OSError: if the file cannot be read.
    """
    if isinstance(source, Path):
        if source.stat().st_size > LARGEST_FILE:
            raise AtlasError("too_large", f"the file is larger than {LARGEST_FILE >> 20} MiB")
        source = source.read_bytes()
    if len(source) > LARGEST_FILE:
        raise AtlasError("too_large", f"the file is larger than {LARGEST_FILE >> 20} MiB")
    try:
        with zipfile.ZipFile(io.BytesIO(source)) as file:
            return _read(file, limits)
    except AtlasError:
        raise
    except zlib.error as error:
        raise AtlasError("damaged", "it does not unpack") from error
    except ODD as error:
        raise AtlasError("no_atlas", "it is no ZIP file with the arrays of one") from error


def _read(file: zipfile.ZipFile, limits: Limits | None) -> Atlas:
    entries = file.infolist()
    if sum(entry.file_size for entry in entries) > LARGEST_CONTENT:
        raise AtlasError("too_large", f"it unpacks to more than {LARGEST_CONTENT >> 20} MiB")
    if len({entry.filename for entry in entries}) != len(entries):
        raise AtlasError("no_atlas", "it has two arrays of one name")
    header = _header(_json(file, "header", LARGEST_HEADER))
    names = _names(_json(file, "names", LARGEST_NAMES))
    arrays = {name: _array(file, name, dtype, shape) for name, (dtype, shape) in _expected(header).items()}
    partial = from_arrays(arrays)
    _check(header, partial, len(names))
    return Atlas(header, partial, names, _thumbnails(file, len(names), limits))


def _array(
    file: zipfile.ZipFile, name: str, dtype: type[np.generic], shape: tuple[int | None, ...]
) -> NDArray[Any]:
    """The array of that name if it has just this type and shape; a None in the shape may be any size."""
    with file.open(f"{name}.npy") as stream:
        found, kind = _array_head(stream)
        fits = len(found) == len(shape) and all(
            want in (None, have) for want, have in zip(shape, found, strict=True)
        )
        if kind != np.dtype(dtype) or not fits:
            raise AtlasError("damaged", f"its array {name} has another type or shape than its header says")
        size = kind.itemsize * int(np.prod(found, dtype=np.float64))
        if size > LARGEST_CONTENT:
            raise AtlasError("too_large", f"it unpacks to more than {LARGEST_CONTENT >> 20} MiB")
        data = stream.read(size + 1)
    if len(data) != size:
        raise AtlasError("damaged", f"its array {name} is not as long as it says")
    return np.frombuffer(data, kind).reshape(found)


def _array_head(stream: Any) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and type of an array; numpy reads the head as a Python literal and runs nothing."""
    if np.lib.format.read_magic(stream) != (1, 0):
        raise AtlasError("no_atlas", "its arrays are of another version of numpy's format")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    if fortran and len(shape) > 1:
        raise AtlasError("damaged", "its arrays are in another order")
    return shape, dtype


def _json(file: zipfile.ZipFile, name: str, largest: int) -> Any:
    if file.getinfo(f"{name}.npy").file_size > largest:
        raise AtlasError("too_large", f"its {name} is larger than {largest >> 20} MiB")
    return json.loads(_array(file, name, np.uint8, (None,)).tobytes().decode())


def _header(given: Any) -> Header:
    if not isinstance(given, dict) or given.pop("format", None) != FORMAT:
        raise AtlasError("other_format", f"its format is not {FORMAT}, the one that this vitviz reads")
    blocks = tuple(BlockPlace(**{**block, "grid": tuple(block["grid"])}) for block in given.pop("blocks"))
    header = Header(**given | {"blocks": blocks, "prefix": tuple(given["prefix"])})
    texts = [
        header.model,
        header.title,
        header.weights,
        header.preprocessing,
        header.made_with,
        *header.prefix,
    ]
    texts += [block.name for block in blocks]
    counts = [header.height, header.width, header.top]
    counts += [n for b in blocks for n in (*b.grid, b.pixels, b.heads, b.units)]
    ok = (
        all(isinstance(text, str) and 0 < len(text) <= 400 for text in texts)
        and len(header.weights) == SHA256
        and all(type(count) is int and 0 < count <= MOST_OF_A_BLOCK for count in counts)
        and all(
            type(n) is int and 0 <= n <= MOST_PICTURES for n in (header.refused, *(b.stage for b in blocks))
        )
        and all(len(block.grid) == 2 and block.grid[0] * block.grid[1] <= MOST_PICTURES for block in blocks)
        and 0 < len(blocks) <= MOST_BLOCKS
        and header.top <= MOST_KEPT
        and len(header.prefix) <= MOST_KEPT
    )
    if not ok:
        raise AtlasError("damaged", "its header has no sense")
    return header


def _names(given: Any) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(name, str) and len(name) <= 1024 for name in given):
        raise AtlasError("damaged", "its list of pictures is none")
    return tuple(given)


def _expected(header: Header) -> dict[str, tuple[type[np.generic], tuple[int | None, ...]]]:
    """Type and shape of every array of the sums."""
    heads, units, blocks, top = header.num_heads, header.num_units, len(header.blocks), header.top
    of_figures = (heads, len(FIGURES))
    expected: dict[str, tuple[type[np.generic], tuple[int | None, ...]]] = {
        "pictures": (np.int64, ()),
        **dict.fromkeys(("count", "total", "square"), (np.int64, of_figures)),
        **dict.fromkeys(("low", "high"), (np.float64, of_figures)),
        "spread": (np.int64, (heads, len(SPREAD), BINS)),
        "unit_total": (np.int64, (units,)),
        "norms": (np.int64, (blocks, NORM_BINS)),
        **dict.fromkeys(("tokens", "large"), (np.int64, (blocks,))),
    }
    for name, rows in (("heads", heads), ("units", units)):
        expected[f"{name}.value"] = (np.float32, (rows, top))
        expected |= {f"{name}.{part}": (np.int32, (rows, top)) for part in ("picture", "patch", "looks")}
    assert set(expected) == {
        f"{f.name}.{part}" if f.name in ("heads", "units") else f.name
        for f in fields(Partial)
        for part in (("value", "picture", "patch", "looks") if f.name in ("heads", "units") else ("",))
    }
    return expected


def _check(header: Header, partial: Partial, files: int) -> None:
    """See that the numbers fit one another: nothing that is shown may point to what is not there."""
    places = np.repeat([b.grid[0] * b.grid[1] for b in header.blocks], [b.heads for b in header.blocks])
    of_units = np.repeat([b.grid[0] * b.grid[1] for b in header.blocks], [b.units for b in header.blocks])
    spread_columns = [FIGURES.index(name) for name in SPREAD]
    defined = partial.count > 0
    mean = partial.total / (np.maximum(partial.count, 1) * FIGURE_UNITS)
    near = 1 / FIGURE_UNITS + 1e-12
    ok = (
        0 < partial.pictures <= min(files, MOST_PICTURES)
        and bool(((partial.count >= 0) & (partial.count <= partial.pictures)).all())
        and bool((partial.spread >= 0).all())
        and bool((partial.spread.sum(axis=-1) == partial.count[:, spread_columns]).all())
        and bool(np.isfinite(partial.low[defined]).all() and np.isfinite(partial.high[defined]).all())
        and bool((partial.low <= partial.high)[defined].all())
        # A total is of rounded numbers.
        and bool(((mean >= partial.low - near) & (mean <= partial.high + near))[defined].all())
        and bool((partial.norms >= 0).all())
        and bool((partial.norms.sum(axis=-1) == partial.tokens).all())
        and bool(((partial.large >= 0) & (partial.large <= partial.tokens)).all())
        and bool((partial.tokens > 0).all())
    )
    for top, most in ((partial.heads, places), (partial.units, of_units)):
        there = top.picture >= 0
        limit = most[:, None]
        ok = (
            ok
            and bool((top.picture >= -1).all() and (top.picture < files).all())
            and bool(np.isfinite(top.value[there]).all())
            and bool(((top.patch >= 0) & (top.patch < limit))[there].all())
            and bool(((top.looks >= 0) & (top.looks < limit))[there].all())
        )
    if not ok:
        raise AtlasError("damaged", "its numbers do not fit one another")


def _thumbnails(file: zipfile.ZipFile, files: int, limits: Limits | None) -> dict[int, bytes]:
    """The small pictures, each of which opens."""
    numbers = _array(file, "thumbnail_pictures", np.int64, (None,)).tolist()
    ends = _array(file, "thumbnail_ends", np.int64, (len(numbers),)).tolist()
    data = _array(file, "thumbnails", np.uint8, (None,)).tobytes()
    starts = [0, *ends[:-1]] if ends else []
    ok = (
        len(numbers) <= MOST_THUMBNAILS
        and len(set(numbers)) == len(numbers)
        and all(0 <= number < files for number in numbers)
        and all(0 <= start < end for start, end in zip(starts, ends, strict=True))
        and (ends[-1] if ends else 0) == len(data)
    )
    if not ok:
        raise AtlasError("damaged", "its thumbnails do not fit its pictures")
    found = {n: data[start:end] for n, start, end in zip(numbers, starts, ends, strict=True)}
    for jpeg in found.values():
        if not jpeg.startswith(b"\xff\xd8"):
            raise AtlasError("damaged", "a thumbnail of it is no JPEG")
        try:
            opened = open_image(jpeg, max_pixels=WIDEST_THUMBNAIL**2, limits=limits)
        except ImageError as error:
            raise AtlasError("damaged", "a thumbnail of it does not open") from error
        if max(opened.image.size) > WIDEST_THUMBNAIL:
            raise AtlasError("damaged", "a thumbnail of it is no small picture")
    return found


def open_arrays(stream: BinaryIO | Path) -> dict[str, NDArray[Any]]:
    """The arrays of a file that vitviz itself wrote, as ``save_arrays`` did; no pickles.

    Raises:
        OSError: if it cannot be read, or is damaged.
    """
    try:
        with np.load(stream, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (zipfile.BadZipFile, ValueError, EOFError, KeyError) as error:
        raise OSError(f"{stream} is damaged: {error}") from error
