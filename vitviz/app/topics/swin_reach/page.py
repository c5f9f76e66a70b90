"""Swin, who may look at whom: windows and masks, receptive fields, the scores taken apart, and a ViT beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from vitviz.app import session, shell, tokens
from vitviz.app.component import colours
from vitviz.app.pictures import small_picture_url
from vitviz.app.source_lines import source
from vitviz.app.topics.swin_reach.part import KINDS, Kind, swin_reach
from vitviz.app.words import say
from vitviz.zoo.registry import find

if TYPE_CHECKING:
    from vitviz.tracing.blocks import SwinBlockTrace
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry


@dataclass(frozen=True, eq=False)
class Look:
    """What a person looks at, and where: a patch of the picture and the number of a block, as the page was opened."""

    model: ModelEntry
    trace: Trace
    patch: int
    block: int
    head: int

    @property
    def data(self) -> dict[str, Any]:
        """What every browser part of the page is told."""
        revision = f"{session.picture().sha256} {self.model.name}"
        return {"revision": revision, "patch": self.patch, "block": self.block}

    def chose(self, choice: dict[str, int]) -> None:
        """Keep what was chosen for every page."""
        session.set_setting(f"block.{self.model.name}", choice["block"])
        tokens.choose(self.model, choice["patch"])


def show() -> None:
    """The page."""
    model = session.entry("swin")
    shell.head(say("swin_reach.title"), say("swin_reach.lead"), model)
    if model != session.entry():
        st.caption(say("swin.instead", name=model.title))
    with st.spinner(say("running")):
        trace = session.trace(model)
    head = session.setting(f"head.{model.name}", 0)
    _topics(Look(model, trace, tokens.current(model), _block(model, trace), head))


@st.fragment
def _topics(look: Look) -> None:
    # Run again with the same look when a browser part tells something, so that nothing large is sent twice.
    topic = _choose_topic()
    st.markdown(say(f"swin_reach.{topic}_lead"))
    if topic == "scores":
        _scores(look)
    elif topic == "beside":
        _beside(look)
    else:
        _reach(look, topic)


def _block(model: ModelEntry, trace: Trace) -> int:
    """The block that this person looked at last, on any page; the first shifted one until then."""
    return min(session.setting(f"block.{model.name}", 1), len(trace.blocks) - 1)


def _choose_topic() -> Kind:
    """Which part of the page. The choice also lives in the settings, because a widget forgets when its page is left."""
    key = f"swin_reach.topic.{st.session_state.get('language', 'en')}"
    st.session_state.setdefault(key, KINDS[session.setting("swin_reach.topic", 0)])
    topic = st.segmented_control(
        say("swin_reach.topic"), KINDS, format_func=lambda name: say(f"swin_reach.topic_{name}"), key=key,
        required=True, label_visibility="collapsed",
    )  # fmt: skip
    session.set_setting("swin_reach.topic", KINDS.index(topic or KINDS[0]))
    return topic or KINDS[0]


def _reach(look: Look, kind: Kind) -> None:
    from vitviz.app.topics.swin_reach.data import reach_payload

    trace = look.trace
    data = look.data | {
        "journey": session.derived(trace, "reach payload", lambda: reach_payload(trace)),
        "picture": _picture(look.model),
    }
    swin_reach(kind, f"swin_reach.{kind}", data, look.chose)
    if kind == "reach":
        _code(trace, look, ("region_map", "attention_mask"))


def _scores(look: Look) -> None:
    from vitviz.app.topics.swin_reach.data import reach_payload, table_payload

    trace, model = look.trace, look.model
    data = look.data | {
        "url": _url(trace, model),
        "journey": session.derived(trace, "reach payload", lambda: reach_payload(trace)),
        "tables": session.derived(trace, "bias tables", lambda: table_payload(trace)),
        "picture": _picture(model),
        "head": look.head,
        "colours": {name: colours(name) for name in ("activation", "weight", "difference", "attention")},
    }

    def chose(choice: dict[str, int]) -> None:
        look.chose(choice)
        session.set_setting(f"head.{model.name}", choice["head"])

    swin_reach("scores", "swin_reach.scores", data, chose, on_need=_rerun)
    block = trace.swin_blocks[_block(model, trace)]
    gap = session.fused_gap(trace, block.name)
    st.caption(say("swin_reach.gap", block=_title(block), gap=f"{gap:.1e}"))
    _code(
        trace, look, ("WindowAttention.relative_position_bias", "relative_position_index", "attention_scores")
    )


def _beside(look: Look) -> None:
    """A ViT and a Swin: the person's own model and the embedded one of the other family."""
    chosen = session.entry()
    other = find(session.DEFAULT_MODEL) if chosen.is_swin else look.model
    pair = (other, chosen) if chosen.is_swin else (chosen, other)
    with st.spinner(say("running")):
        sides = [_side(model) for model in pair]
    first = 1  # the Swin, whose token the page keeps
    data = look.data | {
        "revision": " ".join([session.picture().sha256, *(model.name for model in pair)]),
        "sides": sides,
        "first": first,
        "token": look.patch,
        "colours": {"attention": colours("attention")},
    }
    swin_reach("beside", "swin_reach.beside", data, lambda choice: None, on_need=_rerun)


def _side(model: ModelEntry) -> dict[str, Any]:
    from vitviz.images import crop_box

    trace = session.trace(model)
    picture = session.picture()
    return {
        "title": model.title,
        "url": _url(trace, model),
        "layers": _layers(trace),
        "layer": min(session.setting(f"block.{model.name}", 1), len(trace.blocks) - 1),
        "head": 0,
        "picture": _picture(model),
        "box": list(crop_box(picture.image.size, model.preprocessing)),
    }


def _layers(trace: Trace) -> list[dict[str, Any]]:
    from vitviz.tracing.blocks import SwinBlockTrace

    prefix = list(trace.config.prefix_names)
    return [
        {
            "title": _title(block)
            if isinstance(block, SwinBlockTrace)
            else f"{number} / {len(trace.blocks) - 1}",
            "heads": block.num_heads,
            "rows": rows,
            "columns": columns,
            "prefix": prefix,
            "cell": trace.config.patch_size * 2 ** (block.stage if isinstance(block, SwinBlockTrace) else 0),
        }
        for number, block in enumerate(trace.blocks)
        for rows, columns in [block.map_size]
    ]


def _code(trace: Trace, look: Look, names: tuple[str, ...]) -> None:
    """The source lines of some functions of the models, with the live shapes of the block that is looked at."""
    block = trace.swin_blocks[_block(look.model, trace)]
    if not block.grid.shift:  # a block without a shift makes no mask
        block = next((other for other in trace.swin_blocks if other.grid.shift), block)
    lines = session.derived(
        trace, f"reach lines of {block.name}", lambda: trace.lines(trace.segment(block.name))
    )
    shapes = {(call.function, call.line): call.shape for call in lines.calls}
    with st.expander(f"{say('swin_reach.code')}: {', '.join(names)} ({_title(block)})"):
        for function in lines.functions:
            if function.function in names:
                numbered = enumerate(function.lines, start=function.first_line)
                shown = [(text, shapes.get((function.function, number))) for number, text in numbered]
                st.html(source(shown, (function.function, say("swin_reach.live_shape"))))


def _title(block: SwinBlockTrace) -> str:
    number = int(block.name.rsplit(".", 1)[1])
    return f"{block.stage + 1}.{number + 1} {'SW-MSA' if block.grid.shift else 'W-MSA'}"


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
