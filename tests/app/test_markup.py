"""Text from a stranger's file is shown letter by letter: Markdown's own reader finds nothing in it but text."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from vitviz.app.markup import as_text

STRANGE = [
    "<script>alert(1)</script>", "[a link](javascript:alert(1))", "![](http://127.0.0.1/x.png)", "**bold** _it_ `code`",
    "$x^2$", "# title", "1. one", "> quote", "a  \nb", ":red[colour] :smile:", "&lt;b&gt;", "back\\slash", "http://127.0.0.1/",
    "~~gone~~", "---", "| a | b |", '"quoted" and \'quoted\'', "plain words, 3.5 MiB",
]  # fmt: skip


@pytest.mark.parametrize("text", STRANGE)
def test_nothing_is_read_as_markup(text: str) -> None:
    tokens = MarkdownIt("js-default", {"linkify": False}).parse(as_text(text))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert {child.type for child in tokens[1].children or []} <= {"text", "text_special"}
    assert "".join(child.content for child in tokens[1].children or []) == " ".join(text.split())
