"""What nobody foresaw: the person gets a sentence with a short id, the log gets the traceback under the same id.

Streamlit calls ``on_script_error`` for every exception of a page, a fragment or a callback, Starlette calls
``on_route_error`` for one of a route. The session goes on: what else is on the page, and every other page, still works.
"""

from __future__ import annotations

import logging
import secrets

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from vitviz.app import words
from vitviz.app.sentences import sentence
from vitviz.app.words import say
from vitviz.images import ImageError
from vitviz.zoo.errors import CheckpointError

log = logging.getLogger(__name__)
# Streamlit logs every exception itself, without an id, before it calls on_script_error.
STREAMLITS_LOG = "streamlit.error_util"
STREAMLITS_MESSAGE = "Uncaught app execution"


def note(what: str, error: BaseException) -> str:
    """Put a traceback into the log and return the id under which it stands there."""
    number = secrets.token_hex(4)
    log.error("%s failed, id %s", what, number, exc_info=error)
    return number


def on_script_error(error: Exception) -> bool:
    """Say what is known of an exception, in the place where the page ended; True, as Streamlit need not say more."""
    if isinstance(error, CheckpointError | ImageError):
        # A model or picture that cannot be had is no fault of the page: the sentence says what is wrong and what to do.
        log.warning("%s", error)
        st.error(sentence(error, words.language()))
    else:
        number = note("a page", error)
        st.error(say("fault.page", id=number))
        # A callback fails before the page is drawn: without this there would be nothing to go on with.
        st.button(say("fault.again"), key=f"fault.again.{number}")
    return True


async def on_route_error(_: Request, error: Exception) -> Response:
    """The answer of a route that failed."""
    number = note("a route", error)
    text = f"something failed that should not have; the server's log has it under {number}"
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}  # outside of the guard
    return PlainTextResponse(text, 500, headers=headers)


def quiet_streamlit() -> None:
    """Have each exception in the log once, under its id."""
    logging.getLogger(STREAMLITS_LOG).addFilter(_is_not_ours)


def _is_not_ours(record: logging.LogRecord) -> bool:
    return record.msg != STREAMLITS_MESSAGE
