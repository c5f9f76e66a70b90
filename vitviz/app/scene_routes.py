"""The HTTP routes that a scene's editor asks while a person drags: answers of a model, and the page drawn finely."""

from __future__ import annotations

import asyncio
import io
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import streamlit as st
from PIL import Image
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from vitviz.app import people
from vitviz.app.explorer_routes import GONE, HEADERS, LeftError
from vitviz.app.kept import turns
from vitviz.app.scene_answers import TASKS, scene_answer, scene_file
from vitviz.payload import pack_data
from vitviz.worlds.picture_book import draw
from vitviz.worlds.scene_text import from_text

PATH = "/scene"  # below the app's own /api
TOKEN = "scene.token"
FINE = 288  # pixels a side of the page as a person sees it at rest
# Threads of their own, most of which wait for their turn.
_workers = ThreadPoolExecutor(16, thread_name_prefix="scene")
_owners: dict[str, str] = {}  # token -> whose it is


def scene_url(task: str) -> str:
    """The address, relative to the app's, below which this person's browser asks about scenes."""
    token = st.session_state.get(TOKEN)
    if token is None:
        for left in [each for each, owner in _owners.items() if not people.people.is_here(owner)]:
            _owners.pop(left, None)
        token = st.session_state[TOKEN] = secrets.token_urlsafe(16)
        _owners[token] = people.here().owner
    return f"api{PATH}/{task}/{token}"


def forget_token() -> None:
    """The server no longer knows this person's token: the next ``scene_url`` has another one."""
    st.session_state.pop(TOKEN, None)


def scene_routes() -> list[BaseRoute]:
    """``/scene/TASK/TOKEN/TEXT.bin`` is an answer as ``pack_data`` packs it, ``TEXT.png`` the page drawn finely,
    ``TEXT.npz`` tensors of the run as a numpy archive.

    Other responses are one plain sentence: 400 for a text that names no scene, 404 for a task that there is not, 410
    for a token that is unknown (any more).
    """
    return [
        Route(f"{PATH}/{{task}}/{{token}}/{{text}}.bin", _respond_with(_answer, "application/octet-stream")),
        Route(f"{PATH}/{{task}}/{{token}}/{{text}}.png", _respond_with(_picture, "image/png")),
        Route(f"{PATH}/{{task}}/{{token}}/{{text}}.npz", _respond_with(_tensors, "application/octet-stream")),
    ]


def _answer(task: str, text: str, options: dict[str, str], owner: str) -> bytes:
    import torch

    torch.set_num_threads(1)
    return pack_data(scene_answer(task, text, options, owner))


def _picture(_task: str, text: str, _options: dict[str, str], _owner: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(draw(from_text(text), FINE).picture).save(file, format="PNG", compress_level=1)
    return file.getvalue()


def _tensors(task: str, text: str, options: dict[str, str], _owner: str) -> bytes:
    import torch

    torch.set_num_threads(1)
    return scene_file(task, text, options)


# The bytes of a task, a scene's text, what else is asked, and for whom.
Make = Callable[[str, str, dict[str, str], str], bytes]


def _respond_with(make: Make, media_type: str) -> Callable[[Request], object]:
    async def respond(request: Request) -> Response:
        task, token, text = (request.path_params[name] for name in ("task", "token", "text"))
        owner = _owners.get(token, "")
        if task not in TASKS:
            return _sentence("there is no such task", 404)
        if not people.people.is_here(owner):
            return _sentence(GONE, 410)

        def still_here(_before: int) -> None:
            if not people.people.is_here(owner):
                raise LeftError

        def in_turn() -> bytes:
            with turns.take("light", owner, still_here):
                return make(task, text, dict(request.query_params), owner)

        try:
            content = await asyncio.get_running_loop().run_in_executor(_workers, in_turn)
        except LeftError:
            return _sentence(GONE, 410)
        except ValueError as error:
            return _sentence(str(error), 400)
        return Response(content, media_type=media_type, headers=HEADERS)

    return respond


def _sentence(text: str, status: int) -> Response:
    return PlainTextResponse(text, status, headers={"Cache-Control": "no-store"})
