"""The script that Streamlit runs for every person and every change: setup and navigation."""

import streamlit as st

from vitviz.app import address, session, shell
from vitviz.app.topics.attention import page as attention
from vitviz.app.topics.convolution import page as convolution
from vitviz.app.topics.layer_norm import page as layer_norm
from vitviz.app.topics.lens import page as lens
from vitviz.app.topics.loss import page as loss
from vitviz.app.topics.matmul import page as matmul
from vitviz.app.topics.norm_lab import page as norm_lab
from vitviz.app.topics.overview import page as overview
from vitviz.app.topics.patches import page as patches
from vitviz.app.topics.position import page as position
from vitviz.app.topics.stream import page as stream
from vitviz.app.topics.swin_cost import page as swin_cost
from vitviz.app.topics.swin_reach import page as swin_reach
from vitviz.app.topics.swin_shift import page as swin_shift
from vitviz.app.words import say
from vitviz.zoo.registry import ASSETS

st.set_page_config(page_title="vitviz", page_icon=str(ASSETS / "icon.png"), layout="wide")
session.setup()
address.arrive()
page = st.navigation(
    {
        "": [
            st.Page(overview.show, title=say("nav.overview"), default=True),
            st.Page(attention.show, title=say("nav.attention"), url_path="attention"),
        ],
        say("nav.pixels_to_tokens"): [
            st.Page(patches.show, title=say("nav.patches"), url_path="patches"),
            st.Page(convolution.show, title=say("nav.convolution"), url_path="convolution"),
            st.Page(matmul.show, title=say("nav.matmul"), url_path="matmul"),
            st.Page(position.show, title=say("nav.position"), url_path="position"),
        ],
        say("nav.inside_a_block"): [
            st.Page(layer_norm.show, title=say("nav.layer_norm"), url_path="layer-norm"),
            st.Page(norm_lab.show, title=say("nav.norm_lab"), url_path="norm-lab"),
            st.Page(stream.show, title=say("nav.stream"), url_path="stream"),
        ],
        say("nav.class_scores"): [
            st.Page(loss.show, title=say("nav.loss"), url_path="loss"),
            st.Page(lens.show, title=say("nav.lens"), url_path="lens"),
        ],
        "Swin": [
            st.Page(swin_shift.show, title=say("nav.swin_shift"), url_path="swin-shift"),
            st.Page(swin_reach.show, title=say("nav.swin_reach"), url_path="swin-reach"),
            st.Page(swin_cost.show, title=say("nav.swin_cost"), url_path="swin-cost"),
        ],
    },
    position="top",
    expanded=True,
)
shell.sidebar()
page.run()
