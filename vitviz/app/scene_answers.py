"""What a model of the picture book answers to a scene, computed once and kept within the server's budget: the page and
the route ask.

The topic of a task (``detection``, ``segmentation``) has a module ``answer`` with ``answer(page, options)``: from a
drawn page and what else the browser part asks for, to nested data that ``vitviz.payload.pack_data`` takes.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vitviz.app.kept import memory, size_of
from vitviz.worlds.picture_book import draw
from vitviz.worlds.scene_text import from_text
from vitviz.zoo.scene_models import SCENE_MODELS

if TYPE_CHECKING:
    from vitviz.worlds.picture_book import Page
    from vitviz.worlds.scene import Scene
    from vitviz.zoo.scene_models import SceneEntry

TASKS: dict[str, SceneEntry] = {entry.task: entry for entry in SCENE_MODELS.values()}
KIND = "scene"
KEPT = 4  # answers of one person: while a thing is dragged each is another one, which nobody asks for again


def scene_answer(task: str, text: str, options: Mapping[str, str], owner: str) -> dict[str, Any]:
    """The page that ``text`` names, as the browser shows it, and the model's answer to it, kept for ``owner``.

    Raises:
        KeyError: there is no such task.
        ValueError: the text names no scene, or an option is none; the sentence says why.
    """
    key = (KIND, task, text, *sorted(options.items()))

    def keep(answer: dict[str, Any]) -> None:
        memory.put(key, answer, size_of(answer), owner)

    answer = memory.make_once(key, lambda: _answer(task, text, options), keep, owner)
    for old in memory.owned(KIND, owner)[:-KEPT]:
        memory.release(old, owner)
    return answer


def _answer(task: str, text: str, options: Mapping[str, str]) -> dict[str, Any]:
    size = TASKS[task].config.image_size[0]
    scene = from_text(text)
    page = draw(scene, size)
    module = importlib.import_module(f"vitviz.app.topics.{task}.answer")
    return {"page": page_data(text, scene, page), **module.answer(page, options)}


def scene_file(task: str, text: str, options: Mapping[str, str]) -> bytes:
    """A file of tensors of the page that ``text`` names, for a task that has one.

    Raises:
        ValueError: the text names no scene, the task has no files, or not the one that ``options`` name.
    """
    module = importlib.import_module(f"vitviz.app.topics.{task}.answer")
    if not hasattr(module, "file"):
        raise ValueError(f"there are no files for {task}")
    return bytes(module.file(draw(from_text(text), TASKS[task].config.image_size[0]), options))


def page_data(text: str, scene: Scene, page: Page) -> dict[str, Any]:
    """A page as the editor shows it: its things, their boxes, and the pixels that the model gets."""
    return {
        "text": text,
        **scene.to_json(),
        "size": len(page.picture),
        "picture": page.picture,  # (size, size, 3)
        "boxes": page.boxes,  # (N, 4), left, top, right, bottom
        "asked": [bool(asked) for asked in page.asked],
        "hiders": page.hiders.tolist(),
    }
