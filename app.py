"""vitviz: ``streamlit run app.py``."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

from vitviz import session
from vitviz.components.explorer.routes import explorer_routes


@asynccontextmanager
async def preload(_: st.App) -> AsyncIterator[None]:
    """A server that nobody has visited yet uses the time to import torch."""
    threading.Thread(target=session.import_torch, daemon=True).start()
    yield


SCRIPT = Path(__file__).parent / "vitviz" / "pages" / "script.py"
app = st.App(SCRIPT, routes=explorer_routes(session.payloads, session.gate), lifespan=preload)
