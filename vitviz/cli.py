"""The command ``vitviz``: start the app, see what it holds, list the models, trace pictures, or make an atlas."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import sys
import tomllib
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

import vitviz
from vitviz.assets import shipped
from vitviz.atlas_command import BATCH, ENGINES, THUMBNAILS, TOP, AtlasOptions, run_atlas_command
from vitviz.export_command import ExportOptions, run_export_command
from vitviz.trace_command import TraceOptions, run_trace_command

DEFAULT_MODEL = "vit-tiny"
ADDRESS = "http://localhost:8501"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status. What a person may have got wrong is one sentence on stderr."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "app":
            return start_app(options.port, options.host)
        if options.command == "models":
            print("\n".join(model_lines()))
        elif options.command == "status":
            print("\n".join(server_status(options.address)))
        elif options.command == "atlas":
            return run_atlas_command(_atlas_options(options))
        elif options.command == "export":
            return run_export_command(_export_options(options))
        else:
            return run_trace_command(_trace_options(options))
    except (ImportError, KeyError, OSError, RuntimeError, ValueError) as error:
        print(f"vitviz: {_sentence(error)}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="vitviz", description=(vitviz.__doc__ or "").partition("\n")[0])
    parser.add_argument("--version", action="version", version=f"vitviz {vitviz.__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    app = commands.add_parser("app", help="start the app and print its address")
    app.add_argument("--port", type=int, help="default: 8501, or the next one that is free")
    app.add_argument("--host", help="address to listen on; default: this machine only (localhost)")
    commands.add_parser("models", help="list the models that can be loaded")
    status = commands.add_parser("status", help="what a server on this machine holds in memory, and for whom")
    status.add_argument("address", nargs="?", default=ADDRESS, help=f"the app's address ({ADDRESS})")
    _add_trace(
        commands.add_parser("trace", help="run a model on pictures: classes, shapes, a file of tensors")
    )
    _add_atlas(
        commands.add_parser(
            "atlas", help="every head, MLP unit and block of a model over a folder of pictures"
        )
    )
    _add_export(
        commands.add_parser("export", help="HTML files with the attention of pictures, and their index page")
    )
    return parser


def _add_export(export: argparse.ArgumentParser) -> None:
    export.add_argument("folder", type=Path, help="where the files go; it is made if it is not there")
    export.add_argument("pictures", type=Path, nargs="*", help="pictures or folders of them (the samples)")
    export.add_argument(
        "--model",
        action="append",
        metavar="MODEL",
        help=f"as in vitviz.load_model; can be given repeatedly ({DEFAULT_MODEL})",
    )
    export.add_argument("--precision", type=int, help="bits of the mantissa of q and k to keep (all)")
    export.add_argument("--values", action="store_true", help="put v in, for the last step of a weight")
    export.add_argument("--language", choices=("en", "zh"), default="en", help="the files open in it (en)")


def _export_options(options: argparse.Namespace) -> ExportOptions:
    return ExportOptions(
        folder=options.folder,
        pictures=options.pictures,
        models=options.model or [DEFAULT_MODEL],
        precision=options.precision,
        values=options.values,
        language=options.language,
    )


def _add_trace(trace: argparse.ArgumentParser) -> None:
    trace.add_argument("picture", type=Path, help="a picture, or a folder of pictures")
    trace.add_argument("--model", default=DEFAULT_MODEL, help=f"as in vitviz.load_model ({DEFAULT_MODEL})")
    trace.add_argument("--revision", help="of a hub's model: a branch, a tag or a commit")
    trace.add_argument("--block", type=int, default=0, help="the attention block to show, from 0 (0)")
    trace.add_argument("--top", type=_count, default=5, help="how many classes to print (5)")
    trace.add_argument("--device", help="cpu, cuda, cuda:1 or mps; default: the processor")
    trace.add_argument("--dtype", help="float32, bfloat16 or float16; default: as the model has it")
    trace.add_argument(
        "--out", type=Path, help="write a trace for vitviz.load_trace; a folder for several pictures"
    )
    trace.add_argument(
        "--tensors",
        action="append",
        default=[],
        metavar="NAME",
        help="a tensor to write too, or without --out to list; * stands for anything, and it can be given repeatedly",
    )


def _add_atlas(atlas: argparse.ArgumentParser) -> None:
    atlas.add_argument("folder", type=Path, help="a folder of pictures")
    atlas.add_argument("--model", default=DEFAULT_MODEL, help=f"as in vitviz.load_model ({DEFAULT_MODEL})")
    atlas.add_argument("--revision", help="of a hub's model: a branch, a tag or a commit")
    atlas.add_argument("--out", type=Path, help="the folder to write to; default: atlas-MODEL")
    atlas.add_argument("--batch", type=_count, default=BATCH, help=f"pictures that run together ({BATCH})")
    atlas.add_argument("--top", type=_count, default=TOP, help=f"pictures kept of each head and unit ({TOP})")
    atlas.add_argument("--engine", choices=ENGINES, default="local", help="this process, or Ray Data (local)")
    atlas.add_argument(
        "--workers", type=_count, help="batches at once, processes of Ray; default: as cores are"
    )
    atlas.add_argument("--threads", type=_count, default=1, help="processor threads of each batch (1)")
    atlas.add_argument(
        "--thumbnails",
        type=_count,
        default=THUMBNAILS,
        metavar="KIB",
        help=f"of small pictures ({THUMBNAILS})",
    )
    atlas.add_argument("--restart", action="store_true", help="begin anew where --out has another atlas")


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is no count: give 1 or more")
    return number


def _trace_options(options: argparse.Namespace) -> TraceOptions:
    return TraceOptions(
        picture=options.picture,
        model=options.model,
        revision=options.revision,
        block=options.block,
        top=options.top,
        device=options.device,
        dtype=options.dtype,
        out=options.out,
        tensors=options.tensors,
    )


def _atlas_options(options: argparse.Namespace) -> AtlasOptions:
    names = AtlasOptions.__dataclass_fields__
    return AtlasOptions(**{name: value for name, value in vars(options).items() if name in names})


def _sentence(error: Exception) -> str:
    """What an error says, on one line; of a KeyError without the quotes that Python puts around it."""
    text = error.args[0] if isinstance(error, KeyError) and error.args else error
    return " ".join(str(text).split())


def start_app(port: int | None = None, host: str | None = None) -> int:
    """Serve the app until it is interrupted, with the configuration that the app comes with; 1 without streamlit.

    ``port`` and ``host`` win over that configuration, and it wins over any that a folder or a person's home has.
    """
    if importlib.util.find_spec("streamlit") is None:  # the app's own imports would not say what to install
        print('vitviz: the app needs streamlit: pip install "streamlit<2"', file=sys.stderr)
        return 1
    asked = {"server.port": port, "server.address": host}
    config = app_config() | {name: value for name, value in asked.items() if value is not None}
    importlib.import_module("vitviz.app.server").app.run(config=config)
    return 0


def server_status(address: str) -> list[str]:
    """What the server at that address says that it holds, as lines.

    Raises:
        OSError: if no server of vitviz answers there.
    """
    if importlib.util.find_spec("streamlit") is None:
        raise ImportError('the app needs streamlit: pip install "streamlit<2"')
    url = f"{address.rstrip('/')}/api/status"
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"{address!r} is no address: give one like {ADDRESS}")
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            figures = json.load(answer)
    except (OSError, ValueError) as error:
        raise OSError(f"no server of vitviz answers to this machine at {address}: {error}") from error
    lines: list[str] = importlib.import_module("vitviz.app.status").status_lines(figures)
    return lines


def app_config() -> dict[str, object]:
    """The app's configuration as streamlit's option names: ``server.headless``, ``theme.light.primaryColor``."""
    return _flat(tomllib.loads(shipped(".streamlit/config.toml").read_text(encoding="utf-8")))


def _flat(tables: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for key, value in tables.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return flat


def model_lines() -> list[str]:
    """One line for each model: its name, its title, and whether its weights are trained."""
    entries = vitviz.list_models()
    width = max(len(entry.name) for entry in entries)
    return [
        f"{entry.name:<{width}}  {'trained' if entry.trained else 'untrained':<9}  {entry.title}"
        for entry in entries
    ]


if __name__ == "__main__":
    sys.exit(main())
