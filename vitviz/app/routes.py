"""What the app serves beside Streamlit's own: browser modules, pictures, and the explorer's payloads."""

from __future__ import annotations

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from vitviz.app import session
from vitviz.app.explorer_routes import explorer_routes
from vitviz.app.pictures import pictures
from vitviz.web import modules

FOR_EVER = "public, max-age=31536000, immutable"


def routes() -> list[BaseRoute]:
    """All own routes, below ``server.baseUrlPath``, which Streamlit puts before its own routes only."""
    own = [
        Route("/js/{stamp}/{path:path}", module),
        Route("/pictures/{name}.png", picture),
        *explorer_routes(session.payloads, session.gate),
        Route("/{rest:path}", nothing),  # else Streamlit would answer with its page
    ]
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return [Mount(f"/{base}/api" if base else "/api", routes=own)]


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
