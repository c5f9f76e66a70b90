"""vitviz: ``streamlit run app.py``."""

from vitviz.app.server import app

__all__ = ["app"]
