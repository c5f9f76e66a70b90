"""The Swin-Unet on one page of the picture book, and what is computed once for everybody from many pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

from vitviz.app import people
from vitviz.app.kept import memory, size_of
from vitviz.app.progress import in_steps
from vitviz.app.scene_models import scene_model
from vitviz.app.words import say
from vitviz.worlds.picture_book import Page, draw
from vitviz.worlds.scene import random_scene
from vitviz.worlds.scene_text import UNSEEN

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from vitviz.analysis.segmentation.readout import Readouts
    from vitviz.analysis.segmentation.skips import Survey
    from vitviz.models.swin_unet import SwinUnet
    from vitviz.tracing.trace import Trace

T = TypeVar("T")
MODEL = "swin-unet-mini"
# Seeds of two sets of pages, none of which the scene's slider has.
FITTED, SURVEYED = UNSEEN + 100_000_000, UNSEEN + 200_000_000
FITTED_ON, BATCH = 144, 12
SURVEYED_ON = 40


@dataclass(frozen=True, eq=False)
class PageRun:
    """A page and the run on it."""

    page: Page
    trace: Trace


def network() -> SwinUnet:
    """The network, which is loaded once."""
    return cast("SwinUnet", scene_model(MODEL).network)


def run_on(page: Page) -> PageRun:
    """Run the network on a page."""
    from vitviz.tracing.trace import run_trace
    from vitviz.zoo.scene_models import page_pixels

    names = scene_model(MODEL).entry.class_names
    return PageRun(page, run_trace(network(), page_pixels(page), names, model_name=MODEL))


def option(options: Mapping[str, str], name: str, most: int, default: int = 0) -> int:
    """A whole number that a browser part asks with, brought between 0 and ``most``.

    Raises:
        ValueError: it is none.
    """
    text = options.get(name, str(default))
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise ValueError(f"{name} is a whole number, not {text[:40]!r}")
    return max(0, min(int(text), most))


def readouts(watched: bool = False) -> Readouts:
    """The linear readings of every level, fitted once while the server runs; ``watched``, the page shows how far."""
    from vitviz.analysis.segmentation.readout import fit

    def make() -> Readouts:
        steps = fit(network(), levels(), _batches())
        if watched:
            steps = in_steps(steps, FITTED_ON // BATCH, say("segmentation.growth.fitting"))
        *_, last = steps
        return last

    return _once("readouts", make)


def surveyed() -> bool:
    """Whether the survey was made already."""
    return memory.has(("survey", MODEL))


def survey_of_skips() -> Survey:
    """Each skip off, and taken from another scene, on many scenes; made once while the server runs."""
    from vitviz.analysis.segmentation.skips import survey

    def make() -> Survey:
        steps = survey(network(), *_many(SURVEYED, SURVEYED_ON))
        *_, last = in_steps(steps, SURVEYED_ON, say("segmentation.skips.surveying"))
        return last

    return _once("survey", make)


def levels() -> tuple[str, ...]:
    """The maps that classes are read off: each skip, the bottom, each level of the way up after its blocks."""
    from vitviz.analysis.segmentation.nodes import nodes

    config = network().config
    unread = f"skip.{config.num_stages - 1}"
    found = [node.name for node in nodes(config) if node.kind in ("skip", "bottom", "up")]
    return tuple(name for name in found if name != unread)


def _once(kind: str, make: Callable[[], T]) -> T:
    key = (kind, MODEL)

    def put(made: T) -> None:
        memory.put(key, made, size_of(made), always=True)

    return memory.make_once(key, make, put, "", people.still_wanted)


def _batches() -> Iterator[tuple[Tensor, NDArray[np.uint8]]]:
    for first in range(0, FITTED_ON, BATCH):
        yield _many(FITTED + first, BATCH)


def _many(first: int, count: int) -> tuple[Tensor, NDArray[np.uint8]]:
    """Pixels (B, 3, 96, 96) and classes (B, 96, 96) of the scenes from a seed on."""
    import numpy as np

    from vitviz.zoo.scene_models import page_pixels

    size = network().config.image_size[0]
    pages = [draw(random_scene(first + i), size) for i in range(count)]
    return page_pixels(*pages), np.stack([page.classes for page in pages])
