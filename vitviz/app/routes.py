"""What the app serves and takes beside Streamlit: browser modules, pictures, payloads of explorer and scenes."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import Receive, Scope, Send

from vitviz.app import people, session
from vitviz.app.explorer_routes import LeftError, explorer_routes
from vitviz.app.kept import turns
from vitviz.app.pictures import pictures
from vitviz.app.scene_routes import scene_routes
from vitviz.app.status import status_routes
from vitviz.app.uploads import upload_routes, uploads
from vitviz.web import modules
from vitviz.web.explorer.store import Source

FOR_EVER = "public, max-age=31536000, immutable"


class BelowBasePath(BaseRoute):
    """Routes below ``server.baseUrlPath`` and ``/api``.

    Streamlit puts the base path before its own routes only, and reads its options after it has imported the app: the
    path is asked for when a request comes.
    """

    path = "/api"

    def __init__(self, own: list[BaseRoute]) -> None:
        self.mount = cache(lambda prefix: Mount(prefix, routes=own))

    def _mounted(self) -> Mount:
        base = str(st.get_option("server.baseUrlPath")).strip("/")
        mount: Mount = self.mount(f"/{base}{self.path}" if base else self.path)
        return mount

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is for these routes, as ``Mount`` decides it."""
        return self._mounted().matches(scope)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that ``matches`` took."""
        await self._mounted().handle(scope, receive, send)


def routes() -> list[BaseRoute]:
    """All own routes of the app."""
    own: list[BaseRoute] = [
        Route("/js/{stamp}/{path:path}", module),
        Route("/pictures/{name}.png", picture),
        *explorer_routes(session.payloads, explorer_gate),
        *scene_routes(),
        *upload_routes(uploads),
        *status_routes(),
        Route("/{rest:path}", nothing),  # else Streamlit would answer with its page
    ]
    return [BelowBasePath(own)]


def explorer_gate(owner: str, source: Source) -> AbstractContextManager[None]:
    """The queue in front of the cores, for a payload of somebody's source; ends where that person has left."""

    def waiting(_before: int) -> None:
        if not people.people.is_here(owner):
            raise LeftError

    return turns.take("heavy" if source.heavy else "light", owner, waiting)


async def module(request: Request) -> Response:
    """One browser module; an address of another version of vitviz is not answered."""
    file = modules.files().get(request.path_params["path"])
    if file is None or request.path_params["stamp"] != modules.stamp():
        return await nothing(request)
    packed = "gzip" in request.headers.get("accept-encoding", "")
    headers = {
        "Content-Encoding": "gzip" if packed else "identity",
        "Vary": "Accept-Encoding",
        "Cache-Control": FOR_EVER,
        "X-Content-Type-Options": "nosniff",
    }
    return Response(file.packed if packed else file.content, media_type=file.media_type, headers=headers)


async def picture(request: Request) -> Response:
    """A picture that some page shows, under its unguessable name."""
    png = pictures.get(request.path_params["name"])
    if png is None:
        return await nothing(request)
    headers = {
        "Content-Encoding": "identity",
        "Cache-Control": "private, max-age=86400, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(png, media_type="image/png", headers=headers)


async def nothing(_: Request) -> Response:
    """What is at an address where nothing is."""
    return PlainTextResponse("there is nothing at this address", 404, headers={"Cache-Control": "no-store"})
