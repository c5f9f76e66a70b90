"""Where the browser part fetches its payloads: routes beside Streamlit's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from vitviz.web.explorer.store import (
    NoSuchPayloadError,
    Part,
    PayloadStore,
    PayloadTooLargeError,
    Source,
)

PATH = "/explorer"  # below the app's own /api
GONE = "these numbers are no longer kept: reload the page"
# Streamlit packs every answer that does not say how it is encoded; numbers gain little and would wait for it.
HEADERS = {
    "Content-Encoding": "identity",
    "Cache-Control": "private, max-age=3600, immutable",
    "X-Content-Type-Options": "nosniff",
}
Gate = Callable[[], AbstractContextManager[object]]
Make = Callable[[Source], bytes]


def explorer_routes(store: PayloadStore, gate: Gate) -> list[BaseRoute]:
    """The routes for ``store``; ``gate()`` is held while a payload is computed, in a thread of its own.

    An answer is the payload, or one plain sentence: 404 for a number that there is not, 410 for a token that is not
    kept (any more), 413 for what would be too large.
    """

    async def answer(request: Request, part: Part, make: Make, headers: dict[str, str]) -> Response:
        def gated(source: Source) -> bytes:
            with gate():
                return make(source)

        try:
            payload = await run_in_threadpool(store.fetch, request.path_params["token"], part, gated)
        except NoSuchPayloadError as error:
            return _sentence(str(error), 404)
        except PayloadTooLargeError as error:
            return _sentence(str(error), 413)
        if payload is None:
            return _sentence(GONE, 410)
        return Response(payload, media_type="application/octet-stream", headers=HEADERS | headers)

    async def layer(request: Request) -> Response:
        number = request.path_params["layer"]
        return await answer(request, ("layer", number), lambda source: source.layer(number), {})

    async def values(request: Request) -> Response:
        at = _layer_and_head(request)
        return await answer(request, ("values", *at), lambda source: source.values(*at), {})

    async def rollout(request: Request) -> Response:
        start = request.path_params["start"]
        return await answer(request, ("rollout", start), lambda source: source.rollout(start), {})

    async def npz(request: Request) -> Response:
        at = _layer_and_head(request)
        source = store.source(request.path_params["token"])
        # Only what every header and file system bears: a model's name may be that of a stranger's file.
        model = re.sub(r"[^A-Za-z0-9_.-]+", "-", source.name if source else "")
        file = f"vitviz-{model}-layer{at[0]}-head{at[1]}.npz"
        headers = {"Content-Disposition": f'attachment; filename="{file}"'}
        return await answer(request, ("npz", *at), lambda source: source.npz(*at), headers)

    return [
        Route(f"{PATH}/{{token}}/{{layer:int}}.bin", layer),
        Route(f"{PATH}/{{token}}/{{layer:int}}/{{head:int}}.bin", values),
        Route(f"{PATH}/{{token}}/rollout/{{start:int}}.bin", rollout),
        Route(f"{PATH}/{{token}}/{{layer:int}}/{{head:int}}.npz", npz),
    ]


def _layer_and_head(request: Request) -> tuple[int, int]:
    return request.path_params["layer"], request.path_params["head"]


def _sentence(text: str, status: int) -> Response:
    return PlainTextResponse(text, status, headers={"Cache-Control": "no-store"})
