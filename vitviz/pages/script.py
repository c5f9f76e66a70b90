"""The script that Streamlit runs for every person and every change: setup and navigation."""

import streamlit as st

from vitviz import session
from vitviz.pages import (
    attention,
    chrome,
    convolution,
    layer_norm,
    lens,
    link,
    loss,
    matmul,
    norm_lab,
    overview,
    patches,
    position,
    stream,
    swin,
    swin_shift,
)
from vitviz.words import say
from vitviz.zoo.registry import ASSETS

st.set_page_config(page_title="vitviz", page_icon=str(ASSETS / "icon.png"), layout="wide")
session.setup()
link.arrive()
page = st.navigation(
    [
        st.Page(overview.show, title=say("nav.overview"), default=True),
        st.Page(patches.show, title=say("nav.patches"), url_path="patches"),
        st.Page(convolution.show, title=say("nav.convolution"), url_path="convolution"),
        st.Page(matmul.show, title=say("nav.matmul"), url_path="matmul"),
        st.Page(position.show, title=say("nav.position"), url_path="position"),
        st.Page(attention.show, title=say("nav.attention"), url_path="attention"),
        st.Page(layer_norm.show, title=say("nav.layer_norm"), url_path="layer-norm"),
        st.Page(norm_lab.show, title=say("nav.norm_lab"), url_path="norm-lab"),
        st.Page(stream.show, title=say("nav.stream"), url_path="stream"),
        st.Page(loss.show, title=say("nav.loss"), url_path="loss"),
        st.Page(lens.show, title=say("nav.lens"), url_path="lens"),
        st.Page(swin.show, title=say("nav.swin"), url_path="swin"),
        st.Page(swin_shift.show, title=say("nav.swin_shift"), url_path="swin-shift"),
    ]
)
chrome.sidebar()
page.run()
