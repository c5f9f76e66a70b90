"""The script that Streamlit runs for every person and every change: setup and navigation."""

import streamlit as st

from vitviz.app import address, callbacks, lost, pages, session, shell
from vitviz.zoo.registry import ASSETS

st.set_page_config(page_title="vitviz", page_icon=str(ASSETS / "icon.png"), layout="wide")
session.setup()
callbacks.begin()
lost.begin()
address.arrive()
page = st.navigation(pages.navigation(), position="top", expanded=True)
link = shell.sidebar()
page.run()
shell.copy_link(link, address.complete())
callbacks.end()
