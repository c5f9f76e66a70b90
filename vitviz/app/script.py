"""The script that Streamlit runs for every person and every change: setup and navigation."""

import streamlit as st

from vitviz.app import (
    address,
    callbacks,
    lesson_bar,
    lost,
    navigation,
    pages,
    people,
    script_turns,
    session,
    shell,
)
from vitviz.zoo.registry import ASSETS

with script_turns.turns.take(people.still_wanted):
    session.setup()
    callbacks.begin()
    st.set_page_config(page_icon=str(ASSETS / "icon.png"), layout="wide")
    lost.begin()
    topic, page = pages.navigate()
    address.arrive(topic)
    st.set_page_config(page_title=f"{pages.title(topic)} \u00b7 vitviz")
    places = shell.sidebar(pages.own_world(topic))
    navigation.bar(topic)
    lesson_bar.bar()
    page.run()
    navigation.related(topic)
    shell.complete(places, address.complete())
    callbacks.end()
