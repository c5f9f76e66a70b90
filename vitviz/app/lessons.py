"""Lessons: lists of links into the app, each with what to say; files that a teacher writes, see docs/lessons.md."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeGuard
from urllib.parse import parse_qsl, urlsplit

from vitviz.app import pages
from vitviz.assets import shipped

FOLDER = "VITVIZ_LESSONS"  # a folder of further lessons
LARGEST = 1 << 20  # bytes of a lesson
LINKED = 40  # characters of a link that a sentence repeats
# A text in one language for everybody, or one for each language.
Text = str | dict[str, str]
TEXTS = ("say", "question", "note")


@dataclass(frozen=True)
class Step:
    """A page with its settings, and the texts ``say``, ``question`` and ``note``, where it has them."""

    topic: str
    query: dict[str, str]
    texts: dict[str, Text]

    def text(self, name: str, language: str) -> str:
        """One of the texts in a language, else in the one that there is; empty where there is none."""
        return spoken(self.texts.get(name, ""), language)


@dataclass(frozen=True)
class Lesson:
    """A title and the steps in their order."""

    title: Text
    steps: tuple[Step, ...]


class LessonError(Exception):
    """A file that is no lesson: the ``code`` of the sentence that says why, and what the sentence names."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def spoken(text: Text, language: str) -> str:
    """A text in a language, else in English, else in whichever there is."""
    if isinstance(text, str):
        return text
    return text.get(language) or text.get("en") or next(iter(text.values()), "")


@cache
def lessons() -> tuple[dict[str, Lesson], tuple[LessonError, ...]]:
    """Those that come with vitviz and those of the server's own folder, by the names of their files; and the broken."""
    folders = [shipped("lessons")]
    if own := os.environ.get(FOLDER):
        folders.append(Path(own))
    found: dict[str, Lesson] = {}
    broken: list[LessonError] = []
    for path in (path for folder in folders for path in sorted(folder.glob("*.toml"))):
        try:
            found[path.stem] = read_lesson(path)
        except LessonError as error:
            broken.append(error)
    return found, tuple(broken)


def read_lesson(path: Path) -> Lesson:
    """The lesson in a file.

    Raises:
        LessonError: if it is none; its sentence says what to change.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise LessonError("large", file=path.name)
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        reason = str(error).partition("\n")[0]
        raise LessonError("unreadable", file=path.name, reason=reason) from error
    title, steps = table.get("title"), table.get("step")
    if not _is_text(title):
        raise LessonError("no_title", file=path.name)
    if not isinstance(steps, list) or not steps:
        raise LessonError("no_steps", file=path.name)
    return Lesson(title, tuple(_step(path.name, number, step) for number, step in enumerate(steps)))


def _step(file: str, number: int, step: Any) -> Step:
    place = {"file": file, "number": number + 1}
    link = step.get("link") if isinstance(step, Mapping) else None
    if not isinstance(link, str):
        raise LessonError("no_link", **place)
    topic, query = _followed(link, place)
    texts = {name: step[name] for name in TEXTS if name in step}
    if wrong := [name for name, text in texts.items() if not _is_text(text)]:
        raise LessonError("no_text", **place, name=wrong[0])
    return Step(topic, query, texts)


def _followed(link: str, place: dict[str, object]) -> tuple[str, dict[str, str]]:
    """The page of a link and its settings: as "Copy link" gives it, or from the page's name on."""
    try:
        parts = urlsplit(link)
    except ValueError as error:
        raise LessonError("no_page", **place, link=link[:LINKED]) from error
    name = parts.path.rstrip("/").rpartition("/")[2]
    topic = next((topic for topic in pages.TOPICS if pages.address_of(topic) == name), None)
    if topic is None:
        raise LessonError("no_page", **place, link=link[:LINKED])
    return topic, dict(parse_qsl(parts.query))


def _is_text(value: Any) -> TypeGuard[Text]:
    if isinstance(value, dict):
        return bool(value) and all(isinstance(text, str) for text in value.values())
    return isinstance(value, str)
