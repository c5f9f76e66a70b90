"""What the shift lab sends is what loops over the map say, bit for bit; its scripts parse and read no markup."""

import base64
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from vitviz.analysis.shift_geometry import every_shift
from vitviz.components import swin_shift
from vitviz.components.assets import script

FOLDER = Path(swin_shift.__file__).parent / "js" / "swin"
JOINED = {
    "shift_host": script("swin/shift_host.js"),
    "journey": script("swin/journey.js"),
    "merge": script("swin/merge.js"),
}
SIZES = [(14, 14, 7), (8, 8, 4), (9, 11, 4), (15, 17, 7), (7, 7, 7), (5, 14, 7), (3, 2, 5)]


def array(text: str, dtype: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype)


@pytest.mark.parametrize(("height", "width", "window"), SIZES)
def test_what_is_sent_is_what_loops_say(height: int, width: int, window: int) -> None:
    data = swin_shift.describe(every_shift(height, width, window))
    whole = min(height, width) <= window
    m = min(height, width) if whole else window
    tall, wide = -(-height // m) * m, -(-width // m) * m
    assert data["grid"]["padded"] == [tall, wide]
    assert [one["shift"] for one in data["shifts"]] == ([0] if whole else list(range(window)))
    cells = array(data["cells"], "<i2").reshape(-1, m * m)
    for one in data["shifts"]:
        s = one["shift"]
        tokens = array(one["tokens"], "<i2").reshape(-1, m * m)
        origins = array(one["origins"], "<i2").reshape(-1, m * m)
        regions = array(one["regions"], "u1").reshape(-1, m * m)
        bits = np.unpackbits(array(one["masks"], "u1"))
        for w in range(len(cells)):
            for i in range(m * m):
                row, column = divmod(int(cells[w, i]), wide)
                assert (row // m, column // m) == divmod(w, wide // m)
                assert (row % m, column % m) == divmod(i, m)
                r, c = (row + s) % tall, (column + s) % wide
                assert divmod(int(origins[w, i]), wide) == (r, c)
                assert tokens[w, i] == (r * width + c if r < height and c < width else -1)
                side = [
                    0 if not s or at < n - m else 1 if at < n - s else 2
                    for at, n in ((row, tall), (column, wide))
                ]
                assert regions[w, i] == 3 * side[0] + side[1]
            mask = bits[one["maskOf"][w] * m**4 :][: m**4].reshape(m * m, m * m)
            np.testing.assert_array_equal(mask == 1, regions[w][:, None] != regions[w][None])


def test_the_largest_map_fits_the_numbers_that_are_sent() -> None:
    data = swin_shift.describe(
        every_shift(swin_shift.MOST_SIDE, swin_shift.MOST_SIDE, swin_shift.MOST_WINDOW - 1)
    )
    tall, wide = data["grid"]["padded"]
    for one in data["shifts"]:
        assert sorted(array(one["origins"], "<i2")) == list(range(tall * wide))


@pytest.mark.parametrize("name", JOINED)
def test_a_joined_script_is_one_module_that_parses(name: str, tmp_path: Path) -> None:
    joined = JOINED[name]
    assert not re.search(r"^import ", joined, flags=re.MULTILINE)
    assert joined.count("export ") == joined.count("export default ") == 1
    declared = re.findall(r"^(?:class|function|const|let) (\w+)", joined, flags=re.MULTILINE)
    assert len(declared) == len(set(declared))
    node = shutil.which("node")
    if node is not None:
        (tmp_path / "joined.mjs").write_text(joined, encoding="utf-8")
        subprocess.run([node, "--check", "joined.mjs"], cwd=tmp_path, check=True)


def test_texts_are_never_read_as_markup_and_nothing_comes_from_elsewhere() -> None:
    for path in FOLDER.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert "innerHTML" not in text
        assert "insertAdjacentHTML" not in text
        addresses = re.findall(r"(?:https?:)?//[\w-]+\.[\w./]+", text)
        assert set(addresses) <= {"http://www.w3.org/2000/svg"}, path.name


def test_every_word_that_the_scripts_ask_for_is_in_the_table() -> None:
    from vitviz.components.swin_shift import section

    for part, names in (("lab", {"shift_host"}), ("journey", {"journey"}), ("merge", {"merge"})):
        text = "\n".join(JOINED[name] for name in names)
        asked = set(re.findall(r"\bwords\.(\w+)", text))
        assert asked
        assert asked <= set(section(f"swin_shift.{part}"))
    frames = re.findall(r'"(\w+)"', re.search(r"FRAMES = \[(.*?)\]", JOINED["shift_host"]).group(1))  # type: ignore[union-attr]
    assert len(frames) == 8
    for frame in frames:
        assert {f"short_{frame}", f"title_{frame}", f"say_{frame}"} <= set(section("swin_shift.lab"))
