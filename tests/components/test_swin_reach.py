"""The Swin reach parts' scripts: each is one module that parses, and every sentence that they say is in the table."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from vitviz.components.assets import FOLDER, script
from vitviz.components.swin_reach import FOLDER as OWN
from vitviz.components.swin_reach import KINDS, Kind
from vitviz.words import table

FILES = sorted((FOLDER / OWN).resolve().glob("*.js"))
SHARED = {"kit.js", "maps.js", "pane.js", "cells.js", "chart.js", "pairs.js"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_joined_script_is_one_module_that_parses(kind: Kind, tmp_path: Path) -> None:
    joined = script(f"{OWN}/{kind}.js")
    assert not re.search(r"^import ", joined, flags=re.MULTILINE)
    exported = re.findall(r"^export (.*) {$", joined, flags=re.MULTILINE)
    # The part itself, for a host that is not Streamlit, and what Streamlit calls.
    assert exported == [f"class {kind.capitalize()} extends Part", "default function (args)"]
    node = shutil.which("node")
    if node is not None:
        (tmp_path / "joined.mjs").write_text(joined, encoding="utf-8")
        subprocess.run([node, "--check", "joined.mjs"], cwd=tmp_path, check=True)


def test_every_sentence_that_a_part_says_is_in_the_table() -> None:
    said = {
        "reach": ["reach.js"],
        "field": ["field.js", "chart.js"],
        "scores": ["scores.js", "pairs.js"],
        "beside": ["beside.js"],
    }
    for kind, files in said.items():
        for file in files:
            text = (FOLDER / OWN / file).read_text(encoding="utf-8")
            used = set(re.findall(r"\bwords\.(\w+)", text))
            assert used
            missing = {word for word in used if f"swin_{kind}.{word}" not in table()}
            assert not missing, f"{file} says {missing}"


def test_texts_are_never_read_as_markup_and_nothing_comes_from_elsewhere() -> None:
    assert {path.name for path in FILES} == SHARED | {f"{kind}.js" for kind in KINDS}
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert "innerHTML" not in text
        assert "insertAdjacentHTML" not in text
        assert set(re.findall(r"https?://[\w./]+", text)) <= {"http://www.w3.org/2000/svg"}
