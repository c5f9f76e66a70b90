"""What a page sends over its WebSocket: only what pages of the app send, and what a new session can answer."""

from __future__ import annotations

import logging

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope
from streamlit import runtime
from streamlit.proto.BackMsg_pb2 import BackMsg

log = logging.getLogger(__name__)
# All that a page of the app sends. Streamlit would also take "clear_cache", which makes everybody's models be loaded
# again, and messages for whoever writes an app.
MESSAGES = frozenset({"rerun_script", "stop_script", "file_urls_request", "app_heartbeat"})


def only_known_messages(scope: Scope, receive: Receive) -> Receive:
    """What arrives over a WebSocket, without messages that no page of the app sends.

    A page whose session is lost still asks for fragments of it, which Streamlit would drop without a word: the page
    would do nothing any more. The first that it asks for is made a run of the whole page.
    """
    before = session_before(scope)
    first = True

    async def receiving() -> Message:
        nonlocal first
        while True:
            message = await receive()
            content = message.get("bytes")
            if message["type"] != "websocket.receive" or content is None:
                return message
            said = BackMsg()
            try:
                said.ParseFromString(content)
            except Exception:  # Streamlit ends the connection then
                return message
            kind = said.WhichOneof("type")
            if kind not in MESSAGES:
                log.warning("a page's message %s was dropped", kind)
                continue
            if kind == "rerun_script" and first:
                first = False
                if said.rerun_script.fragment_id and not _goes_on(before):
                    said.rerun_script.ClearField("fragment_id")
                    said.rerun_script.ClearField("is_auto_rerun")
                    return {**message, "bytes": said.SerializeToString()}
            return message

    return receiving


def session_before(scope: Scope) -> str:
    """The session that a page had before its connection broke: Streamlit takes it from the third protocol."""
    protocols = Headers(scope=scope).get("sec-websocket-protocol", "").split(",")
    return protocols[2].strip() if len(protocols) > 2 else ""


def _goes_on(session: str) -> bool:
    return bool(session) and runtime.exists() and runtime.get_instance().is_active_session(session)
