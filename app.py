"""vitviz: ``streamlit run app.py``."""

import streamlit as st

from vitviz.app.server import SCRIPT, options

# Written out here, not imported: Streamlit looks for this very call in the file that it is given.
app = st.App(SCRIPT, **options())
