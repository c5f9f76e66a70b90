"""Text from a file or a name on its way into Markdown."""

from __future__ import annotations

import re

SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&@^\"'=/])")


def as_text(text: str) -> str:
    """``text`` so that Markdown shows it letter by letter: no links, formulas, colours, emoji or HTML."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))
