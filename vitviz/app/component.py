"""Mount a browser part in a Streamlit page: the script that imports its module, and its data as one payload."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import PurePosixPath
from typing import Any

import streamlit as st

from vitviz.app import callbacks
from vitviz.payload import pack_data
from vitviz.web import modules
from vitviz.web.colours import colours

__all__ = ["colours", "component", "script"]

HOST = "app/streamlit_host.js"
# Streamlit runs this from a blob's address. The modules are imported inside the function and not at its top: a module
# whose import failed once stays broken until the page is reloaded; this asks again, under an address of its own.
SCRIPT = """// {entry}
const base = new URL("api/js/{stamp}/", document.baseURI);
let tries = 0;
let loading;
const load = (name) => import(new URL(name, base).href + (tries ? `?${{tries}}` : ""));
const all = () => Promise.all([load("{host}"), load("{entry}")]);
const again = (error) => {{ tries += 1; loading = undefined; throw error; }};
export default async (args) => {{
  loading ??= all().catch((error) => {{ tries += 1; return all(); }}).catch(again);
  const [host, part] = await loading;
  return host.show(part.mount, args);
}};
"""


def component(entry: str, *styles: str, html: str = '<div class="vv"></div>') -> Callable[..., Any]:
    """What mounts the part whose module is ``entry``, a path inside the package, in Streamlit's way.

    The result is called as ``mount(key=..., data=..., on_choice_change=...)``: ``data`` is what ``pack_data`` takes,
    and the part's ``update`` gets it with typed arrays. Without ``styles`` (paths too) the part has the style sheet
    beside its module. ``html`` is what the module's ``mount`` gets, one element.
    """
    path = PurePosixPath(entry)
    sheets = styles or (str(path.with_suffix(".css")),)
    name = "_".join(("vitviz", *path.with_suffix("").parts[1:]))
    registered: Any = st.components.v2.component(
        name, html=html, css=modules.style(*sheets), js=script(entry)
    )

    def mount(*, key: str, data: Mapping[str, Any], **listeners: Callable[[], None]) -> Any:
        kept = {event: callbacks.named(f"{key} {event}", each) for event, each in listeners.items()}
        return registered(key=key, data=pack_data(data), **kept)

    return mount


@cache
def script(entry: str) -> str:
    """The script of the component whose module is ``entry``, a path inside the package.

    Raises:
        KeyError: there is no such module.
    """
    if entry not in modules.files():
        raise KeyError(entry)
    return SCRIPT.format(entry=entry, host=HOST, stamp=modules.stamp())
