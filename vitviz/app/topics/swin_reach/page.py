"""Swin, who may look at whom: windows and masks, receptive fields, the scores taken apart, and a ViT beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from vitviz.app import links, model_titles, session, shell, tokens
from vitviz.app.component import colours
from vitviz.app.pictures import small_picture_url
from vitviz.app.section_choice import choose_section
from vitviz.app.settings import BLOCK, HEAD, Setting
from vitviz.app.source_lines import source
from vitviz.app.topics.swin_reach.part import KINDS, Kind, show_part
from vitviz.app.words import say
from vitviz.models.config import SwinConfig, SwinV2Config
from vitviz.zoo.registry import find

if TYPE_CHECKING:
    from vitviz.analysis.swin_reach.most_masked import Masked
    from vitviz.tracing.lines import Lines
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

JOURNEY: session.Derived[dict[str, Any]] = session.Derived("maps and steps of a Swin")
TABLES: session.Derived[dict[str, Any]] = session.Derived("bias tables")
LINES: session.Derived[Lines] = session.Derived("lines of a block, with the functions that it calls")
MOST_MASKED: session.Derived[Masked | None] = session.Derived("where the mask of a Swin does most")
VIEW: Setting[Kind] = Setting("swin_reach.view", links.one_of(KINDS))


@dataclass(frozen=True, eq=False)
class Cursor:
    """The model that runs, and what of it was chosen when the page opened: a patch of the picture, a block, a head.

    ``masked`` is the patch where the mask is looked at; until a patch is chosen, one that the mask cuts off.
    """

    model: ModelEntry
    trace: Trace
    patch: int
    masked: int
    block: int
    head: int

    def data(self, kind: Kind) -> dict[str, Any]:
        """What every browser part of the page gets."""
        patch = self.masked if kind in ("windows", "scores") else self.patch
        return {"revision": session.run_name(self.model), "patch": patch, "block": self.block}

    @property
    def config(self) -> SwinConfig:
        """The Swin's configuration."""
        return cast(SwinConfig, self.model.config)

    def keep(self, choice: dict[str, int]) -> None:
        """Keep a choice of the browser part for every page."""
        BLOCK.set(choice["block"], self.model.name)
        tokens.choose(self.model, choice["patch"])
        if "head" in choice:
            HEAD.set(choice["head"], self.model.name)


def show() -> None:
    """One of four views of the run of a Swin, each a browser part that moves a cursor over the picture."""
    model = session.entry("swin")
    shell.head(say("swin_reach.title"), say("swin_reach.lead"), model)
    if model != session.entry():
        st.caption(say("swin.instead", name=model_titles.title(model)))
    with st.spinner(say("running")):
        trace = session.trace(model)
    head = HEAD.get(0, model.name, keep=False)
    opens = session.derived(trace, MOST_MASKED, lambda: _most_masked(trace))
    masked = tokens.current(model, otherwise=opens.patch if opens else None)
    _views(Cursor(model, trace, tokens.current(model), masked, _block(model, trace), head))


@st.fragment
def _views(cursor: Cursor) -> None:
    # A choice in a browser part runs this again with the same cursor, so nothing large is sent twice.
    kind = choose_section(VIEW, KINDS, say("swin_reach.topic"), lambda name: say(f"swin_reach.topic_{name}"))
    version = "_v2" if kind == "scores" and isinstance(cursor.config, SwinV2Config) else ""
    st.markdown(say(f"swin_reach.{kind}_lead{version}"))
    if kind == "scores":
        _scores(cursor)
    elif kind == "beside_vit":
        _beside_vit(cursor)
    else:
        show_part(kind, f"swin_reach.{kind}", _journey(cursor, kind), cursor.config, cursor.keep)
    if kind == "windows":
        _code(cursor, ("region_map", "attention_mask"))


def _most_masked(trace: Trace) -> Masked | None:
    from vitviz.analysis.swin_reach.most_masked import most_masked

    return most_masked(trace)


def _block(model: ModelEntry, trace: Trace) -> int:
    """The block that this person chose last, on any page; until then the first one that has a mask."""
    opens = session.derived(trace, MOST_MASKED, lambda: _most_masked(trace)) if model.is_swin else None
    first = opens.block if opens else min(1, len(trace.blocks) - 1)
    return min(BLOCK.get(first, model.name, keep=False), len(trace.blocks) - 1)


def _journey(cursor: Cursor, kind: Kind) -> dict[str, Any]:
    from vitviz.app.topics.swin_reach.data import reach_payload

    trace = cursor.trace
    return cursor.data(kind) | {
        "journey": session.derived(trace, JOURNEY, lambda: reach_payload(trace)),
        "picture": _picture(cursor.model),
    }


def _scores(cursor: Cursor) -> None:
    from vitviz.app.topics.swin_reach.data import block_title, table_payload

    trace, model = cursor.trace, cursor.model
    data = _journey(cursor, "scores") | {
        "url": _url(trace, model),
        "tables": session.derived(trace, TABLES, lambda: table_payload(trace)),
        "head": cursor.head,
        "colours": {name: colours(name) for name in ("activation", "weight", "difference", "attention")},
    }
    show_part("scores", "swin_reach.scores", data, cursor.config, cursor.keep, on_need=_rerun)
    block = trace.swin_blocks[_block(model, trace)]
    gap = session.fused_gap(trace, block.name)
    st.caption(say("swin_reach.gap", block=block_title(block), gap=f"{gap:.1e}"))
    _code(cursor, ("WindowAttention.relative_position_bias", "relative_position_index", "attention_scores"))


def _beside_vit(cursor: Cursor) -> None:
    """A ViT and a Swin: the person's own model and the embedded one of the other family."""
    chosen = session.entry()
    other = find(session.DEFAULT_MODEL) if chosen.is_swin else cursor.model
    pair = (other, chosen) if chosen.is_swin else (chosen, other)
    with st.spinner(say("running")):
        sides = [_side(model) for model in pair]
    first = 1  # the Swin, whose token the page keeps
    data = cursor.data("beside_vit") | {
        "revision": " ".join(session.run_name(model) for model in pair),
        "sides": sides,
        "first": first,
        "token": cursor.patch,
        "colours": {"attention": colours("attention")},
    }
    show_part("beside_vit", "swin_reach.beside_vit", data, cursor.config, lambda choice: None, on_need=_rerun)


def _side(model: ModelEntry) -> dict[str, Any]:
    from vitviz.app.topics.swin_reach.data import layers
    from vitviz.images import crop_box

    trace = session.trace(model)
    return {
        "title": model_titles.title(model),
        "url": _url(trace, model),
        "layers": layers(trace),
        "layer": _block(model, trace),
        "head": 0,
        "picture": _picture(model),
        "box": list(crop_box(session.picture().size, model.preprocessing)),
    }


def _code(cursor: Cursor, names: tuple[str, ...]) -> None:
    """The source lines of some functions of the models, with the live shapes of the block that is chosen."""
    from vitviz.app.topics.swin_reach.data import block_title

    trace = cursor.trace
    block = trace.swin_blocks[_block(cursor.model, trace)]
    if not block.grid.shift:  # a block without a shift makes no mask
        block = next((other for other in trace.swin_blocks if other.grid.shift), block)
    lines = session.derived(trace, LINES.at(block.name), lambda: trace.lines(trace.segment(block.name)))
    shapes = {(call.function, call.line): call.shape for call in lines.calls}
    title = block_title(block)
    with st.expander(f"{say('swin_reach.code')}: {', '.join(names)} ({title})"):
        for function in lines.functions:
            if function.function in names:
                numbered = enumerate(function.lines, start=function.first_line)
                ran = [(text, shapes.get((function.function, number))) for number, text in numbered]
                st.html(source(ran, (function.function, say("swin_reach.live_shape"))))


def _url(trace: Trace, model: ModelEntry) -> str:
    return f"api/explorer/{session.explorer_token(trace, model, session.picture())}"


def _rerun() -> None:
    """The numbers that a browser part fetches are no longer kept: offer them again."""
    st.rerun(scope="app")


def _picture(model: ModelEntry) -> dict[str, Any]:
    """The picture as the browser parts show it; ``width`` and ``height`` are the pixels that the model sees."""
    seen = session.seen(model)
    return {
        "image": small_picture_url(seen),
        "alt": say("picker.alt"),
        "width": seen.width,
        "height": seen.height,
    }
