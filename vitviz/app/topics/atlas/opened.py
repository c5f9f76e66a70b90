"""Which atlas a page shows: one that is shipped, or a file that a person opened; and the run to compare with it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, cast

import streamlit as st

from vitviz.app import links, networks, people, session
from vitviz.app.kept import memory, size_of
from vitviz.app.markup import as_text
from vitviz.app.settings import Setting
from vitviz.app.words import language, say
from vitviz.zoo.registry import REGISTRY

if TYPE_CHECKING:
    from vitviz.analysis.atlas.atlas import Atlas
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

MODELS = ("vit-tiny", "swin-mini")  # as vitviz.analysis.atlas.shipped, which imports torch
OWN = "own"
OF = Setting("atlas.of", links.one_of(MODELS))
KEY, NAME, SHOW_OWN = "atlas.key", "atlas.name", "atlas.show_own"
REFUSED = "atlas.refused"  # the code of a file that was not opened
CODES = ("no_atlas", "too_large", "other_format", "damaged")


def choose_atlas(model: ModelEntry) -> Atlas:
    """The atlas to look at: that of the chosen model at first, where it is shipped, and a person's own once opened."""
    from vitviz.analysis.atlas.shipped import shipped_atlas

    own = own_atlas()
    options = [*MODELS, OWN] if own else [*MODELS]
    first = model.name if model.name in MODELS else MODELS[0]
    shipped = OF.get(first, model.name)
    # In another language, and with another file, it is another widget.
    key = f"atlas.choice.{language()}.{model.name}.{st.session_state.get(KEY, '')}.{shipped}"
    shown = OWN if own and st.session_state.get(SHOW_OWN) else shipped
    st.session_state[key] = shown

    def chosen() -> None:
        value = st.session_state[key]
        st.session_state[SHOW_OWN] = value == OWN
        if value != OWN:
            OF.set(value, model.name)

    st.selectbox(
        say("atlas.which"),
        options,
        format_func=_title,
        key=key,
        on_change=chosen,
        label_visibility="collapsed",
    )
    return own if own and shown == OWN else shipped_atlas(shown)


def _title(option: str) -> str:
    if option == OWN:
        return say("atlas.own", name=as_text(str(st.session_state.get(NAME, ""))))
    return say("atlas.shipped", model=REGISTRY[option].title.partition(",")[0])


def own_atlas() -> Atlas | None:
    """The atlas of the file that this person opened, if it is still kept; a sentence says where it is not."""
    key = st.session_state.get(KEY)
    if key is None:
        return None
    owner = people.here().owner
    kept = memory.get(key, owner)
    if kept is None:
        del st.session_state[KEY]
        st.session_state[SHOW_OWN] = False
        st.info(say("atlas.gone"))
        return None
    people.here().keep(key)
    return cast("tuple[Atlas]", kept)[0]


def open_own() -> None:
    """The place for a file, and why the last one was not opened."""
    with st.expander(say("atlas.open"), expanded=REFUSED in st.session_state):
        st.markdown(say("atlas.open_help"))
        if (code := st.session_state.pop(REFUSED, None)) is not None:
            st.error(say(f"atlas.refused.{code}"))
        key = f"atlas.file.{language()}.{st.session_state.get(KEY, '')}"
        st.file_uploader(say("atlas.file"), type=["npz"], key=key, on_change=_sent, args=(key,))


def _sent(key: str) -> None:
    """Check the file completely; it is shown at once, or refused in one sentence."""
    file = st.session_state.get(key)
    if file is not None:
        open_file(file.name, file.getvalue())


def open_file(name: str, data: bytes) -> None:
    """Make a file the atlas that is shown, or note why not; what was shown stays then."""
    from vitviz.analysis.atlas.files import AtlasError, read_atlas
    from vitviz.images import Limits

    try:
        atlas = read_atlas(data, Limits())
    except AtlasError as error:
        st.session_state[REFUSED] = error.code
        return
    person = people.here()
    at = ("atlas", person.owner, hashlib.sha256(data).hexdigest())
    memory.put(at, (atlas,), size_of(atlas), person.owner)
    person.keep(at)
    st.session_state.update({KEY: at, NAME: name, SHOW_OWN: True})


def run_to_compare(atlas: Atlas, model: ModelEntry) -> Trace | None:
    """The chosen model's run of this person's picture, if the atlas is of these weights and this preprocessing."""
    from vitviz.tracing.weights import weights_hash

    header = atlas.header
    if header.model in MODELS and header.model != model.name:  # no large model is hashed for that
        return None
    if str(model.preprocessing) != header.preprocessing:
        return None
    if weights_hash(networks.network(model)) != header.weights:
        return None
    return session.trace(model)
