"""The browser parts of the walk's end: whole scripts, nothing from elsewhere, exact bits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vitviz.components.assets import FOLDER, script

FOLDERS = [FOLDER / "walk", FOLDER / "lens"]
ENTRIES = ["walk/contributions.js", "walk/softmax.js", "lens/host.js"]
FILES = [path for folder in FOLDERS for path in sorted(folder.iterdir())]


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_joined_script_has_one_export_and_no_import_left(entry: str) -> None:
    joined = script(entry)
    assert not re.search(r"^import ", joined, flags=re.MULTILINE)
    assert len(re.findall(r"^export default ", joined, flags=re.MULTILINE)) == 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_from_elsewhere_and_no_text_as_markup(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[\w./]+", text)) <= {"http://www.w3.org/2000/svg"}
    assert "innerHTML" not in text
    assert "insertAdjacentHTML" not in text
