"""The app as Streamlit serves it: the script, its own routes, its guard, torch before the first visit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from vitviz.app import faults, picture_uploads, preload
from vitviz.app.chosen_picture import workers
from vitviz.app.guard import Guard
from vitviz.app.limits import limits
from vitviz.app.routes import routes
from vitviz.app.sweep import sweeping

SCRIPT = Path(__file__).parent / "script.py"

try:
    limits()
except ValueError as error:  # whoever starts the server reads it now, not a visitor later
    raise SystemExit(f"vitviz: {error}") from None


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Use the time until the first visit; at the end, end the processes that open pictures."""
    preload.start()
    async with sweeping():
        yield
    workers.close()


def options() -> dict[str, Any]:
    """What the app is besides its script, as arguments of ``st.App``."""
    faults.quiet_streamlit()
    picture_uploads.in_memory()
    return {
        "routes": routes(),
        "lifespan": lifespan,
        "middleware": [Middleware(Guard)],
        "on_script_error": faults.on_script_error,
        "exception_handlers": {Exception: faults.on_route_error},
    }


app = st.App(SCRIPT, **options())
