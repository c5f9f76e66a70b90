"""What stands before everything that the app serves: which names it answers to, and what no browser may ask of it.

A page of a stranger can have its own name lead to this machine (DNS rebinding), so that a visitor's browser takes the
app for a part of it. The name is then in the request's Host header: only those that are expected are answered. An
address in figures is always answered, as nobody can make one lead elsewhere.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vitviz.app.limits import HOSTS, limits
from vitviz.app.messages import only_known_messages
from vitviz.app.picture_uploads import PictureUploads

METRICS = "/_stcore/metrics"
READ_ONLY = ("GET", "HEAD", "OPTIONS")
UNKNOWN_NAME = (
    "This server does not answer to the name {name}: open it by the address that it printed, or have whoever runs it"
    " add the name to {setting}.\n"
    "此服务器不接受名称 {name}：请使用它启动时显示的地址，或请管理者把该名称加入 {setting}。\n"
)
FOREIGN = "Only the app's own pages may ask this of the server.\n只有本应用自己的页面可以发出此请求。\n"
OFF = "there is nothing at this address"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}


class Guard:
    """The middleware around the whole app."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = PictureUploads(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request here, or pass it on with what it may not do taken out."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        refused = refusal(scope)
        if scope["type"] == "websocket":
            if refused is None:
                await self.app(scope, only_known_messages(scope, receive), send)
            else:
                await send({"type": "websocket.close", "code": 1008})
        elif refused is None:
            await self.app(scope, receive, _with_headers(send))
        else:
            await refused(scope, receive, _with_headers(send))


def refusal(scope: Scope) -> Response | None:
    """Why a request is not answered, None where it is."""
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if not is_known(_name(host)):
        name = "".join(letter for letter in _name(host) if letter.isalnum() or letter in ".-:")[:80]
        return PlainTextResponse(UNKNOWN_NAME.format(name=name or "?", setting=HOSTS), 421)
    changes = scope["type"] == "websocket" or scope["method"] not in READ_ONLY
    if changes and not _is_own(headers.get("origin"), host):
        return PlainTextResponse(FOREIGN, 403)
    if scope["path"].endswith(METRICS):
        return PlainTextResponse(OFF, 404)
    return None


def is_known(name: str) -> bool:
    """Whether the server answers to a name without its port."""
    if _is_address(name) or name == "localhost" or name.endswith(".localhost"):
        return True
    listening = (st.get_option("server.address"), st.get_option("browser.serverAddress"))
    return _is_listed(name) or name in {str(one).lower() for one in listening if one}


def _is_listed(name: str) -> bool:
    return any(
        known in ("*", name) or (known.startswith("*.") and name.endswith(known[1:]))
        for known in limits().hosts
    )


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_own(origin: str | None, host: str) -> bool:
    """Whether a page of the app itself asks; programs that are no browser say no origin."""
    if origin is None:
        return True
    try:
        asking, asked = urlsplit(origin), urlsplit(f"//{host}")
        # A proxy that passes the name on without its port leaves only that to compare.
        same = asking.hostname == asked.hostname and asked.port in (None, asking.port)
    except ValueError:
        return False
    return same or (asking.hostname is not None and _is_listed(asking.hostname))


def _name(host: str) -> str:
    """The name in a Host header, without port and brackets."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _with_headers(send: Send) -> Send:
    """Send every answer with what keeps browsers from guessing types, framing it, or saying whence they came."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            frames = " ".join(("'self'", *limits().frames))
            policy = f"frame-ancestors {frames}; object-src 'none'; base-uri 'self'"
            headers.setdefault("Content-Security-Policy", policy)
        await send(message)

    return sending
