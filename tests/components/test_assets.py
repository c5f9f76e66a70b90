"""What goes to the browser: exact bits, sources without leftover imports, and nothing from the net."""

import base64
import io
import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vitviz.components.assets import FOLDER, colours, packed, picture_url, script
from vitviz.views.colour import scale

SOURCES = sorted(path for path in FOLDER.parent.rglob("*") if path.suffix in (".js", ".css"))
SCRIPTS = [path for path in SOURCES if path.suffix == ".js"]
ENTRIES = [path for path in SCRIPTS if "export default" in path.read_text(encoding="utf-8")]
SVG_NAMESPACE = "http://www.w3.org/2000/svg"


def test_floats_arrive_with_every_bit() -> None:
    values = np.array([0.1, -3e-41, np.nan, np.inf, 1 / 3], dtype=np.float32)
    back = np.frombuffer(base64.b64decode(packed(values)), dtype="<f4")
    np.testing.assert_array_equal(back.view(np.uint32), values.view(np.uint32))


def test_colours_are_the_tables_of_both_themes() -> None:
    for theme, text in colours("attention").items():
        assert base64.b64decode(text) == scale("attention", theme).tobytes()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda path: path.stem)
def test_a_joined_script_is_one_module_that_parses(entry: Path, tmp_path: Path) -> None:
    joined = script(os.path.relpath(entry, FOLDER))
    assert not re.search(r"^import ", joined, flags=re.MULTILINE)
    assert joined.count("export default ") == 1
    node = shutil.which("node")
    if node is not None:
        (tmp_path / "joined.mjs").write_text(joined, encoding="utf-8")
        subprocess.run([node, "--check", "joined.mjs"], cwd=tmp_path, check=True)


def test_nothing_is_loaded_from_elsewhere() -> None:
    for path in SOURCES:
        addresses = re.findall(r"(?:https?:)?//[\w-]+\.[\w./]+", path.read_text(encoding="utf-8"))
        assert set(addresses) <= {SVG_NAMESPACE}, path.name


def test_texts_are_never_read_as_markup() -> None:
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        assert "innerHTML" not in text
        assert "insertAdjacentHTML" not in text


def test_a_picture_is_sent_without_loss() -> None:
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 255, (9, 7, 3), dtype=np.uint8))
    url = picture_url(picture)
    head, _, body = url.partition(",")
    assert head == "data:image/png;base64"
    np.testing.assert_array_equal(
        np.asarray(Image.open(io.BytesIO(base64.b64decode(body)))), np.asarray(picture)
    )
