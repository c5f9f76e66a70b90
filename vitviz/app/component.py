"""Mount a browser part: the script that imports its module, and arrays as the parts expect them."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vitviz.plot.colour import Quantity, scale
from vitviz.web import modules

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


def component(entry: str, *styles: str, html: str = '<div class="vv"></div>') -> Any:
    """What mounts the part whose module is ``entry``, a path inside the package, in Streamlit's way.

    Without ``styles`` (paths too) the part has the style sheet beside its module. ``html`` is what the module's
    ``mount`` gets, one element.
    """
    path = PurePosixPath(entry)
    sheets = styles or (str(path.with_suffix(".css")),)
    name = "_".join(("vitviz", *path.with_suffix("").parts[1:]))
    return st.components.v2.component(name, html=html, css=modules.style(*sheets), js=script(entry))


@cache
def script(entry: str) -> str:
    """The script of the component whose module is ``entry``, a path inside the package.

    Raises:
        KeyError: there is no such module.
    """
    if entry not in modules.files():
        raise KeyError(entry)
    return SCRIPT.format(entry=entry, host=HOST, stamp=modules.stamp())


def packed(values: NDArray[np.floating]) -> str:
    """float32 in base64: every bit arrives."""
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f4").tobytes()).decode()


@cache
def colours(quantity: Quantity) -> dict[str, str]:
    """The colour table of a quantity for both themes."""
    return {theme: base64.b64encode(scale(quantity, theme).tobytes()).decode() for theme in ("light", "dark")}
