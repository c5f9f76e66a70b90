"""The app as Streamlit serves it: the script, its own routes, and torch on its way before the first visit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

from vitviz.app import preload
from vitviz.app.routes import routes

SCRIPT = Path(__file__).parent / "script.py"


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Use the time until the first visit."""
    preload.start()
    yield


app = st.App(SCRIPT, routes=routes(), lifespan=lifespan)
