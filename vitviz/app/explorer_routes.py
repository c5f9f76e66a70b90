"""The HTTP routes from which the explorer's browser part fetches its payloads, beside Streamlit's own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from vitviz.web.explorer.store import (
    NoSuchPayloadError,
    NotDrawnError,
    PayloadKey,
    PayloadStore,
    PayloadTooLargeError,
    Source,
)

PATH = "/explorer"  # below the app's own /api
GONE = "these numbers are no longer kept: reload the page"
ELSEWHERE = (
    "These numbers are on another server than the one that answered: reload the page. If this comes again, whoever runs"
    " the app has to send all requests of a visitor to one server (sticky sessions, docs/serving.md).\n"
    "这些数据在另一台服务器上：请刷新页面。如果再次出现，管理者需要让同一访问者的请求都到达同一台服务器（docs/serving.md）。"
)
# Streamlit compresses every response without an encoding; float32 numbers hardly shrink, and it would take time.
HEADERS = {
    "Content-Encoding": "identity",
    "Cache-Control": "private, max-age=3600, immutable",
    "X-Content-Type-Options": "nosniff",
}


class Number(Convertor[int]):
    """A whole number in an address. Starlette's own ``int`` fails on more digits than Python reads."""

    regex = "[0-9]{1,20}"

    def convert(self, value: str) -> int:
        """The number that the digits stand for."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Its digits."""
        return str(value)


register_url_convertor("number", Number())
# Holds a core for somebody's payload of a source; called with the owner of its token.
Gate = Callable[[str, Source], AbstractContextManager[object]]
Compute = Callable[[Source], bytes]
# Threads of their own, most of which wait at the gate: Starlette's are needed for files meanwhile.
_workers = ThreadPoolExecutor(64, thread_name_prefix="explorer")


class LeftError(Exception):
    """The gate raises it: nobody is there any more who wants the payload."""


def explorer_routes(store: PayloadStore, gate: Gate) -> list[BaseRoute]:
    """The routes for ``store``; a payload is computed in a worker thread that holds ``gate(owner, source)``.

    A response is the payload's bytes, or one plain sentence: 404 for a layer or head that does not exist, 409 for
    attention that an edit changed so that it cannot be drawn, 410 for a token that is unknown (any more), 421 for one
    of another server, 413 for a payload that would be too large.
    """

    async def respond(
        request: Request, key: PayloadKey, compute: Compute, headers: dict[str, str]
    ) -> Response:
        token = request.path_params["token"]
        owner = store.owner(token)

        def compute_in_gate(source: Source) -> bytes:
            with gate(owner, source):
                return compute(source)

        try:
            loop = asyncio.get_running_loop()
            payload = await loop.run_in_executor(_workers, store.fetch, token, key, compute_in_gate)
        except LeftError:
            return _sentence(GONE, 410)
        except NotDrawnError as error:
            return _sentence(str(error), 409)
        except NoSuchPayloadError as error:
            return _sentence(str(error), 404)
        except PayloadTooLargeError as error:
            return _sentence(str(error), 413)
        if payload is None:
            anothers = store.is_anothers(request.path_params["token"])
            return _sentence(ELSEWHERE, 421) if anothers else _sentence(GONE, 410)
        return Response(payload, media_type="application/octet-stream", headers=HEADERS | headers)

    async def layer(request: Request) -> Response:
        index = request.path_params["layer"]
        return await respond(request, ("layer", index), lambda source: source.layer(index), {})

    async def values(request: Request) -> Response:
        layer_and_head = _layer_and_head(request)
        return await respond(
            request, ("values", *layer_and_head), lambda source: source.values(*layer_and_head), {}
        )

    async def vectors(request: Request) -> Response:
        index, kind = request.path_params["layer"], request.path_params["kind"]
        return await respond(
            request, ("vectors", kind, index), lambda source: source.vectors(index, kind), {}
        )

    async def rollout(request: Request) -> Response:
        start = request.path_params["start"]
        return await respond(request, ("rollout", start), lambda source: source.rollout(start), {})

    async def npz(request: Request) -> Response:
        index, head = _layer_and_head(request)
        source = store.source(request.path_params["token"])
        # Only characters that every header and file system allows: a model's name may come from a file of any name.
        model = re.sub(r"[^A-Za-z0-9_.-]+", "-", source.name if source else "")
        file = f"vitviz-{model}-layer{index}-head{head}.npz"
        headers = {"Content-Disposition": f'attachment; filename="{file}"'}
        return await respond(request, ("npz", index, head), lambda source: source.npz(index, head), headers)

    return [
        Route(f"{PATH}/{{token}}/{{layer:number}}.bin", layer),
        Route(f"{PATH}/{{token}}/{{layer:number}}/{{head:number}}.bin", values),
        Route(f"{PATH}/{{token}}/vectors/{{kind}}/{{layer:number}}.bin", vectors),
        Route(f"{PATH}/{{token}}/rollout/{{start:number}}.bin", rollout),
        Route(f"{PATH}/{{token}}/{{layer:number}}/{{head:number}}.npz", npz),
    ]


def _layer_and_head(request: Request) -> tuple[int, int]:
    return request.path_params["layer"], request.path_params["head"]


def _sentence(text: str, status: int) -> Response:
    return PlainTextResponse(text, status, headers={"Cache-Control": "no-store"})
