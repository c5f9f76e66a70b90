"""The app as Streamlit serves it: the script, its own routes, and torch on its way before the first visit."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

from vitviz.app import session
from vitviz.app.routes import routes

SCRIPT = Path(__file__).parent / "script.py"


@asynccontextmanager
async def preload(_: st.App) -> AsyncIterator[None]:
    """A server that nobody has visited yet uses the time to import torch."""
    threading.Thread(target=session.import_torch, daemon=True).start()
    yield


app = st.App(SCRIPT, routes=routes(), lifespan=preload)
