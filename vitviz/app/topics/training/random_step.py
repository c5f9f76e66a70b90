"""One step on random numbers: a random picture, one layer of a Transformer, a random label, and a loss near ln 10."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from PIL import Image

from vitviz.app import html, links, networks
from vitviz.app.pictures import drawn_picture_url
from vitviz.app.settings import Setting
from vitviz.app.source_lines import source
from vitviz.app.words import say
from vitviz.plot.numbers import fixed, percent
from vitviz.plot.numbers import in_formula as text

if TYPE_CHECKING:
    from torch import Tensor

SEED = Setting("training.seed", links.whole)
LARGEST_SEED = 999
PICTURE, WIDEST = (
    72,
    3.0,
)  # side of the picture on the page in pixels; numbers from -3 to 3 go from dark to light


def drawn(image: Tensor) -> Image.Image:
    """Numbers (1, 3, h, w) as a picture: the first channel is red, -3 dark and 3 light."""
    light = ((image[0] / WIDEST + 1) * 127.5).clamp(0, 255).round().byte()  # (3, h, w)
    return Image.fromarray(light.permute(1, 2, 0).contiguous().numpy())


def random_step() -> None:
    """The few lines with the shapes that they just made, and what the loss is made of."""
    _shown()


@st.fragment
def _shown() -> None:
    from vitviz.analysis.training.random_label import random_label

    st.markdown(say("training.seed_lead"))
    place, beside = st.columns([1, 3], gap="medium")
    with place:
        seed = SEED.widget(
            lambda key: int(
                st.number_input(say("training.seed_number"), 0, LARGEST_SEED, step=1, key=key, width=180)
            ),
            range(LARGEST_SEED + 1),
            0,
        )
    with networks.gate("light"):
        found = random_label(seed)
    beside.html(
        html.image(
            drawn_picture_url(("random label", seed), lambda: drawn(found.image)),
            say("training.seed_picture", label=found.label), PICTURE,
        )
    )  # fmt: skip
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        st.html(source(found.run.lines, (found.run.module, say("code.live_shape"))))
        st.caption(
            say(
                "training.seed_layers",
                embed=f"{found.weights[0]:,}",
                encoder=f"{found.weights[1]:,}",
                head=found.weights[2],
            )
        )
    p = found.probabilities
    with right:
        rows = [
            (str(k) + (f" \u2190 {say('training.seed_label')}" if k == found.label else ""),
             fixed(float(found.logits[k]), 4), percent(float(p[k])), fixed(-float(p[k].log()), 4))
            for k in range(len(p))
        ]  # fmt: skip
        heads = [say(f"training.seed_{name}") for name in ("class", "logit", "probability", "loss")]
        st.html(html.table(rows, heads, numbers=range(1, 4)))
    st.markdown(
        rf"$L = -\log p_{{{found.label}}} = -\log {text(float(p[found.label]))} = {text(found.loss)}"
        rf"\qquad \ln {len(p)} = {text(found.chance)}$"
    )
    st.markdown(say("training.seed_end"))
