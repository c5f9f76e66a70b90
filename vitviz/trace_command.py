"""The command ``vitviz trace``: what it prints and writes, for one picture or every picture of a folder."""

from __future__ import annotations

import fnmatch
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import vitviz
from vitviz.images import ImageError

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.load import Model

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
ENDING = ".safetensors"


@dataclass(frozen=True)
class TraceOptions:
    """What a person asked of the command.

    ``tensors`` are names, in which ``*`` stands for anything: they are written too, or without ``out`` listed.
    """

    picture: Path
    model: str
    revision: str | None = None
    block: int = 0
    top: int = 5
    device: str | None = None
    dtype: str | None = None
    out: Path | None = None
    tensors: Sequence[str] = ()


def run_trace_command(options: TraceOptions) -> int:
    """Trace, print and write; returns the exit status, 2 if a picture of a folder could not be opened.

    Raises:
        ValueError: for a mistake of the person's, and ``OSError`` where a file cannot be written; one sentence each.
    """
    pictures = pictures_of(options.picture)
    alone = pictures == [options.picture]
    target = None if options.out is None else prepare_out(options.out, alone)
    model = vitviz.load_model(options.model, revision=options.revision)
    if not alone:
        return _trace_folder(model, pictures, options, target)
    trace = vitviz.trace(model, options.picture, device=options.device, dtype=options.dtype)
    lines = [*head_lines(trace, model, options.top), "", *chain_lines(trace, options.block)]
    names = matching(trace, options.tensors)
    if target is not None:
        path = target / f"{options.picture.name}{ENDING}" if target.is_dir() else target
        trace.save(path, names)
        lines += ["", f"written to {path}"]
    elif names:
        lines += ["", *tensor_lines(trace, names)]
    print("\n".join(lines))
    return 0


def _trace_folder(model: Model, pictures: list[Path], options: TraceOptions, target: Path | None) -> int:
    """One line for each picture on stdout, how far it is and what went wrong on stderr."""
    failed = 0
    for number, picture in enumerate(pictures, start=1):
        show_progress(f"{number} of {len(pictures)}: {picture.name}", last=number == len(pictures))
        try:
            trace = vitviz.trace(model, picture, device=options.device, dtype=options.dtype)
        except ImageError as error:
            failed += 1
            print(f"vitviz: {picture.name}: {error}", file=sys.stderr)
            continue
        print(f"{picture.name}  {', '.join(class_lines(trace, options.top)) or 'traced'}".rstrip())
        if target is not None:
            trace.save(target / f"{picture.name}{ENDING}", matching(trace, options.tensors))
    return 2 if failed else 0


def show_progress(text: str, last: bool) -> None:
    """Write how far it is to stderr: in a terminal over the line before."""
    terminal = sys.stderr.isatty()
    start, end = ("\r\x1b[K", "\n" if last else "") if terminal else ("", "\n")
    print(f"{start}{text}", end=end, file=sys.stderr, flush=True)


def pictures_of(path: Path) -> list[Path]:
    """The picture itself, or those of a folder by name, files of other kinds left out.

    Raises:
        ValueError: if a folder holds no picture.
    """
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.iterdir() if file.is_file() and file.suffix.lower() in SUFFIXES)
    if not found:
        raise ValueError(f"the folder {path} holds no picture: vitviz opens {', '.join(sorted(SUFFIXES))}")
    return found


def prepare_out(out: Path, alone: bool) -> Path:
    """The file or the folder to write to; a folder for several pictures is made.

    Raises:
        ValueError: if ``out`` is not what is needed.
    """
    if alone:
        if out.is_dir() or (out.suffix == ENDING and out.parent.is_dir()):
            return out
        raise ValueError(
            f"--out is a file that ends in {ENDING}, in a folder that is there, or a folder, not {out}"
        )
    if out.exists() and not out.is_dir():
        raise ValueError(f"--out is a folder where several pictures are traced, and {out} is a file")
    out.mkdir(parents=True, exist_ok=True)
    return out


def matching(trace: Trace, wanted: Sequence[str]) -> list[str]:
    """The tensors' names that fit any of ``wanted``, in the model's order.

    Raises:
        ValueError: if one of them fits none.
    """
    for pattern in wanted:
        if not fnmatch.filter(trace.names(), pattern):
            raise ValueError(f"this model makes no tensor called {pattern!r}: --tensors '*' lists them")
    return [name for name in trace.names() if any(fnmatch.fnmatchcase(name, p) for p in wanted)]


def head_lines(trace: Trace, model: Model, top: int) -> list[str]:
    """The run in one line, a warning where the weights mean nothing, and the best classes."""
    lines = [repr(trace)]
    if not model.trained:
        lines.append("This model is not trained here: its scores mean nothing, its shapes are right.")
    if not trace.has_classes:
        lines.append("This model has no head and so no classes: it ends in the tensor 'pooled'.")
    return lines + class_lines(trace, top)


def class_lines(trace: Trace, top: int) -> list[str]:
    """The best classes, one line each; none for a model without classes."""
    scores = trace.top(top) if trace.has_classes else []
    return [f"{100 * score.probability:5.1f} %  {score.name}" for score in scores]


def tensor_lines(trace: Trace, names: Sequence[str]) -> list[str]:
    """One line a tensor: name, shape, dtype, bytes and the source line that makes it."""
    chosen = set(names)
    return list(
        _aligned(
            (row.name, str(row.shape), row.dtype, f"{row.bytes:,} bytes", f"{row.file}:{row.line}")
            for row in trace.rows()
            if row.name in chosen
        )
    )


def chain_lines(trace: Trace, block: int) -> list[str]:
    """One line for each stage from the picture to the scores: the tensor's name, its shape and the formula.

    Raises:
        ValueError: if the model has no attention block of that number.
    """
    from vitviz.tracing.walk import stages

    if not 0 <= block < len(trace.blocks):
        raise ValueError(f"this model has {len(trace.blocks)} attention blocks, there is no block {block}")
    chain = [stage for stage in stages(trace, trace.blocks[block].name) if stage.name in trace]
    return list(_aligned((stage.name, str(tuple(trace[stage.name].shape)), stage.formula) for stage in chain))


def _aligned(rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    """Columns as wide as their widest cell, two spaces apart."""
    cells = list(rows)
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    for row in cells:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
