"""What the address of a page holds: model, picture, language, theme, and every setting that the page reads.

A link restores what was seen: somebody who arrives by one, or goes back to it, gets the page as it was. See ``links``
for the settings; this is the frame around them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import streamlit as st

from vitviz.app import links, session, tray, words
from vitviz.app.widgets import view
from vitviz.app.words import LANGUAGES, say
from vitviz.samples import SAMPLES
from vitviz.tracing.planned_edit import ranges_of
from vitviz.web.explorer.defaults import DEFAULTS
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.registry import REGISTRY
from vitviz.zoo.source import HUB_NAME

ALL_HEADS = "heads"  # what the explorer makes of all heads: their mean, the rollout, ...


def _second(text: str) -> dict[str, Any]:
    """Layer and head of the second pane: ``2.1`` or ``2.mean``. ``ValueError`` for anything else."""
    layer, _, head = text.partition(".")
    return {"layer": links.whole(layer), "head": links.whole(head) if head.isdecimal() else _all_heads(head)}


_all_heads = links.one_of(("mean", "max", "rollout"))
# What the explorer's view has beside block, head and token.
VIEW: dict[str, Callable[[str], Any]] = {
    "direction": links.one_of(("row", "column")),
    "scale": links.one_of(("shared", "token", "map")),
    "order": links.one_of(("layer", "entropy", "distance")),
    "opacity": links.decimal,
    "start": links.whole,
    "pinned": links.flag,
    "together": links.flag,
    "log": links.flag,
    "smooth": links.flag,
    "region": links.numbers,
    "second": _second,
    ALL_HEADS: _all_heads,
}
LONGEST = 40  # characters of a stranger's text that a sentence repeats


def arrive(page: str = "") -> None:
    """Begin a run of the whole page. Where somebody followed a link: the model, picture and language that it names.

    Back to another page is such a link, also where the query is the same as here.
    """
    here = links.current()
    here.begin(page)
    query = links.as_now(st.query_params.to_dict())
    if not query.get("head", "0").isdecimal():
        query[ALL_HEADS] = query.pop("head")
    known, here.known = here.known, [(page, query)]
    if (page, query) in known:  # what was written since may still be on its way to the browser
        here.known += known[known.index((page, query)) + 1 :]
        return
    if not query:
        return
    here.arrive(query)
    _choose_model(query.get("model"))
    _choose_picture(query.get("picture"))
    if query.get("lang") in LANGUAGES:
        st.session_state["language"] = query["lang"]
    here.bad |= view.follow(query)


def complete() -> dict[str, str]:
    """The page is complete: the query of its address. One sentence says what of a link was not understood."""
    here = links.current()
    bad, here.bad = here.bad, {}
    for name, text in bad.items():
        st.toast(say("link.bad", name=name, text=_as_code(text)), icon=":material/link_off:")
    query = _frame() | here.finished()
    here.become(query)
    return query


def explorer_view() -> dict[str, Any]:
    """What a link that was just followed says of the explorer's view."""
    here = links.current()
    found: dict[str, Any] = {}
    for name, read in VIEW.items():
        if name in here.asked:
            try:
                found["head" if name == ALL_HEADS else name] = read(here.asked[name])
            except ValueError:
                here.bad[name] = here.asked[name]
    return found


def note_explorer_view(state: Mapping[str, Any]) -> None:
    """The explorer shows a view; what is as it is by default is left out of the address."""
    second = state.get("second")
    for name in VIEW:
        if name in DEFAULTS and name not in ("second", "region"):
            _note(name, links.written(state.get(name, DEFAULTS[name])), links.written(DEFAULTS[name]))
    _note(ALL_HEADS, "" if isinstance(state["head"], int) else str(state["head"]), "")
    _note("region", ranges_of(state.get("region", ())), "")
    _note("second", f"{second['layer']}.{second['head']}" if second else "", "")


def _note(name: str, text: str, default: str) -> None:
    if name in links.current().read:
        links.changed(name, text)
    else:
        links.note(name, text, default)


def _frame() -> dict[str, str]:
    """Model, picture and language. A model or picture of one's own is in nobody else's link."""
    found = {}
    model = session.find(str(st.session_state.get("model", session.DEFAULT_MODEL)))
    if model.source.kind == "hub":
        found["model"] = model.source.where
    elif model.name in REGISTRY:
        found["model"] = model.name
    first = next((sample.file for sample in SAMPLES), "")
    if id_ := st.session_state.get("picture_id"):
        found["picture"] = f"{tray.PREFIX}{id_}"
    elif name := st.session_state.get("picture_name", first):
        found["picture"] = str(name)
    if (language := words.language()) != session.browsers_language():
        found["lang"] = language
    return found | view.in_address()


def _choose_model(name: str | None) -> None:
    here = links.current()
    if name in REGISTRY and not name.endswith("-test"):
        st.session_state["model"] = name
    elif own := next(
        (key for key, one in session.own_models().items() if one.entry.source.where == name), None
    ):
        st.session_state["model"] = own
    elif name and HUB_NAME.fullmatch(name):  # nothing is loaded before the person says so
        st.session_state["models.hub.name"] = name
        st.session_state["models.asked"] = True
    elif name:
        here.bad["model"] = name


def _choose_picture(file: str | None) -> None:
    sample = next((sample for sample in SAMPLES if sample.file == file), None)
    if file and file.startswith(tray.PREFIX):
        own = tray.find(file.removeprefix(tray.PREFIX))
        if own is not None:
            session.choose_own(own)
        else:
            st.toast(say("tray.gone"), icon=":material/link_off:")
    elif sample is not None:
        with suppress(CheckpointError):  # a sample whose file is damaged: the picture stays
            session.choose_sample(sample)
            st.session_state["sample"] = sample.file
    elif file:
        links.current().bad["picture"] = file


def _as_code(text: str) -> str:
    return f"`{text[:LONGEST].replace('`', '')}`"
