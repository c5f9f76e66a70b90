"""What a model is given of a picture: the whole picture with a frame around that, and the share that is cut off."""

from __future__ import annotations

from html import escape

import streamlit as st
from PIL import Image, ImageDraw

from vitviz.analysis.path.pixels import seen
from vitviz.app import model_titles, session
from vitviz.app.chosen_picture import WHOLE, ChosenPicture
from vitviz.app.markup import as_text
from vitviz.app.pictures import drawn_picture_url
from vitviz.app.words import say
from vitviz.images import ImageError, Preprocessing, crop_box
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.registry import ModelEntry

SIDE = 88  # CSS pixels of the longer side in the side bar
ACCENT, OUTLINE, CUT_OFF = (224, 100, 26), (255, 255, 255), 0.35
STYLE = """<style>
.vvc { display: flex; gap: 10px; align-items: flex-start; font-size: 13px; line-height: 1.35; }
.vvc img { flex: none; }
.vvc b { display: block; font-weight: 600; overflow-wrap: anywhere; }
</style>"""


def cut_off(picture: ChosenPicture, spec: Preprocessing) -> str:
    """How much of a picture a model is not given, in per cent."""
    return f"{100 * max(0.0, seen(picture.size, spec).cut_off):.3g}"


def framed(picture: ChosenPicture, spec: Preprocessing, side: int) -> Image.Image:
    """The whole picture, its longer side ``2 * side`` pixels, with the frame of what a model is given; the rest is
    darker."""
    width, height = picture.size
    left, top, right, bottom = crop_box(picture.size, WHOLE)
    view = picture.view(WHOLE)
    across, down = view.width / (right - left), view.height / (bottom - top)
    inner = (-left * across, -top * down, (width - left) * across, (height - top) * down)
    shrink = 2 * side / max(width, height)
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    whole = view.resize(size, Image.Resampling.BICUBIC, box=inner)
    scales = (size[0] / width, size[1] / height) * 2
    box = [round(edge * scale) for edge, scale in zip(crop_box(picture.size, spec), scales, strict=True)]
    inside = (max(box[0], 0), max(box[1], 0), min(box[2], size[0]), min(box[3], size[1]))
    darker = Image.eval(whole, lambda level: round(level * CUT_OFF))
    darker.paste(whole.crop(inside), inside[:2])
    draw = ImageDraw.Draw(darker)
    draw.rectangle((inside[0], inside[1], inside[2] - 1, inside[3] - 1), outline=OUTLINE, width=5)
    draw.rectangle((inside[0] + 1, inside[1] + 1, inside[2] - 2, inside[3] - 2), outline=ACCENT, width=3)
    return darker


def framed_url(picture: ChosenPicture, spec: Preprocessing, side: int) -> str:
    """The address of that: it is on every page, and follows from the file, ``spec`` and ``side``."""
    of = ("framed", picture.sha256, picture.size, spec, side)
    return drawn_picture_url(of, lambda: framed(picture, spec, side))


def show_frame(model: ModelEntry) -> None:
    """The chosen picture with its frame, its name and size, and in words how much of it the model is given."""
    try:
        picture = session.picture()
        address = framed_url(picture, model.preprocessing, SIDE)
    except (CheckpointError, ImageError):  # which the page says, where the picture would be
        return
    width, height = picture.original_size
    name = str(st.session_state["picture_name"])
    st.html(
        f'{STYLE}<div class="vvc"><img src="{escape(address)}" alt="{escape(say("crop_frame.alt"))}"'
        f' style="{_size(picture)}"><div><b>{escape(name)}</b>{width} x {height} px<br>'
        f"{escape(_given(picture, model.preprocessing))}</div></div>"
    )


def another_model(model: ModelEntry) -> None:
    """Where a page shows another model than the chosen one, which is given another part: how much of the picture."""
    chosen = session.entry()
    if _same(model.preprocessing, chosen.preprocessing):
        return
    try:
        given = _given(session.picture(), model.preprocessing)
    except (CheckpointError, ImageError):
        return
    st.caption(say("crop_frame.another", name=as_text(model_titles.title(model)), given=given))


def _same(one: Preprocessing, other: Preprocessing) -> bool:
    return (one.height_width, one.fit, one.crop_fraction) == (
        other.height_width,
        other.fit,
        other.crop_fraction,
    )


def _given(picture: ChosenPicture, spec: Preprocessing) -> str:
    height, width = spec.height_width
    share = cut_off(picture, spec)
    kept = "part" if share != "0" else "padded" if spec.fit == "pad" else "whole"
    return say(f"crop_frame.{kept}", width=width, height=height, share=share)


def _size(picture: ChosenPicture) -> str:
    width, height = picture.size
    shrink = SIDE / max(width, height)
    return f"width:{max(1, round(width * shrink))}px;height:{max(1, round(height * shrink))}px"
