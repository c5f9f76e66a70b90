"""An HTML page without a server: its head, its colours, its script, and what may run in it."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from vitviz.assets import shipped
from vitviz.web.modules import style

FONTS = {"--st-font": "system-ui, sans-serif", "--st-code-font": "ui-monospace, monospace"}
TONGUES = {"en": ("en", "English"), "zh": ("zh-Hans", "中文")}  # how a page and its readers call a language
POLICY = (
    "default-src 'none'; script-src {script}; style-src 'unsafe-inline'; img-src {images}data: blob:; "
    "base-uri 'none'; form-action 'none'"
)


def page(
    title: str,
    language: str,
    styles: tuple[str, ...],
    body: str,
    script: str = "",
    images: str = "",
    more_scripts: tuple[str, ...] = (),
    rest: str = "",
) -> str:
    """A whole page. ``title`` is any text; ``body`` is HTML; ``script`` runs, and it may run one of ``more_scripts``.

    ``rest`` is HTML for which the script does not wait: it runs as soon as all above is read. The page may fetch
    nothing but pictures that stand in it, or below ``images``.
    """
    scripts = [each for each in (script, *more_scripts) if each]
    allowed = " ".join(f"'sha256-{_sha256(each)}'" for each in scripts) or "'none'"
    policy = POLICY.format(script=allowed, images=f"{images} " if images else "")
    when = " async" if rest else ""  # else a module waits until the whole page is read
    tail = f'<script type="module"{when}>{script}</script>\n{rest}' if script else rest
    return (
        f'<!doctype html>\n<html lang="{TONGUES[language][0]}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{theme()}\n{style(*styles)}\n</style>\n</head>\n"
        f"<body>\n{body}\n{tail}</body>\n</html>\n"
    )


@cache
def theme() -> str:
    """The app's colours as custom properties, dark where the reader's system is."""
    light, dark = (
        "; ".join(f"{name}: {value}" for name, value in table.items()) for table in theme_tables().values()
    )
    return f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}"


@cache
def theme_tables() -> dict[str, dict[str, str]]:
    """The app's colours by the custom properties that browser parts read, for light and dark."""
    tables = tomllib.loads(shipped(".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
    return {name: _properties(tables[name]) for name in ("light", "dark")}


def _properties(table: Mapping[str, str]) -> dict[str, str]:
    named = {
        "--st-text-color": "textColor",
        "--st-background-color": "backgroundColor",
        "--st-secondary-background-color": "secondaryBackgroundColor",
        "--st-border-color": "borderColor",
        "--st-primary-color": "primaryColor",
    }
    return FONTS | {name: table[key] for name, key in named.items()}


def script_text(source: str) -> str:
    """A script as it may stand between its tags.

    Raises:
        ValueError: there is something in it that ends a script early.
    """
    if "<!--" in source:
        raise ValueError("a script inside a page must not hold <!--")
    return "\n" + source.replace("</script", "<\\/script")


def json_text(data: Any) -> str:
    """Data as JSON that may stand between script tags, whatever names are in it; arrays of bytes as lists."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def languages(label: str, chosen: str) -> str:
    """The two buttons that change the language."""
    buttons = "".join(
        f'<button type="button" data-language="{key}" lang="{tag}"'
        f' aria-pressed="{str(key == chosen).lower()}">{name}</button>'
        for key, (tag, name) in TONGUES.items()
    )
    return f'<div class="languages" role="group" aria-label="{html.escape(label)}">{buttons}</div>'


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.ravel().tolist()
    raise TypeError(f"a page holds no {type(value).__name__}")


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
