"""The command ``vitviz``: start the app, list the models, or trace one picture in the terminal."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import vitviz
from vitviz.assets import shipped
from vitviz.images import ImageError

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace

DEFAULT_MODEL = "vit-tiny"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status. What a person may have got wrong is one sentence on stderr."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "app":
            return start_app(options.port, options.host)
        if options.command == "models":
            print("\n".join(model_lines()))
        else:
            print("\n".join(trace_lines(options.picture, options.model, options.block, options.top)))
    except (ImageError, ValueError) as error:
        print(f"vitviz: {error}", file=sys.stderr)
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
    trace = commands.add_parser("trace", help="run a model on a picture: the top classes and every shape")
    trace.add_argument("picture", type=Path)
    trace.add_argument("--model", default=DEFAULT_MODEL, help=f"a name of `vitviz models` ({DEFAULT_MODEL})")
    trace.add_argument("--block", type=int, default=0, help="the attention block to show, from 0 (0)")
    trace.add_argument("--top", type=int, default=5, help="how many classes to print (5)")
    return parser


def start_app(port: int | None = None, host: str | None = None) -> int:
    """Serve the app until it is interrupted, with the configuration that the app comes with; 1 without streamlit.

    ``port`` and ``host`` win over that configuration, and it wins over any that a folder or a person's home has.
    """
    if importlib.util.find_spec("streamlit") is None:  # the app's own imports would not say what to install
        print('vitviz: the app needs streamlit: pip install "vitviz[app]"', file=sys.stderr)
        return 1
    asked = {"server.port": port, "server.address": host}
    config = app_config() | {name: value for name, value in asked.items() if value is not None}
    importlib.import_module("vitviz.app.server").app.run(config=config)
    return 0


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


def trace_lines(picture: Path, model_name: str, block: int = 0, top: int = 5) -> list[str]:
    """The top classes of a picture, and the chain from pixels to scores with one attention block of the model.

    Raises:
        ValueError: if there is no such model or block.
        vitviz.images.ImageError: if the picture cannot be opened.
    """
    model = vitviz.load_model(model_name)
    trace = vitviz.trace(model, picture)
    lines = [repr(trace)]
    if not model.trained:
        lines.append("This model is not trained here: its scores mean nothing, its shapes are right.")
    lines += [f"{100 * score.probability:5.1f} %  {score.name}" for score in trace.top(top)]
    return [*lines, "", *chain_lines(trace, block)]


def chain_lines(trace: Trace, block: int) -> list[str]:
    """One line for each stage from the picture to the scores: the tensor's name, its shape and the formula.

    Raises:
        ValueError: if the model has no attention block of that number.
    """
    from vitviz.tracing.walk import stages

    if not 0 <= block < len(trace.blocks):
        raise ValueError(f"this model has {len(trace.blocks)} attention blocks, there is no block {block}")
    chain = stages(trace, trace.blocks[block].name)
    rows = [(stage.name, str(tuple(trace[stage.name].shape)), stage.formula) for stage in chain]
    name_width, shape_width = (max(len(row[column]) for row in rows) for column in (0, 1))
    return [f"{name:<{name_width}}  {shape:<{shape_width}}  {formula}" for name, shape, formula in rows]


if __name__ == "__main__":
    sys.exit(main())
