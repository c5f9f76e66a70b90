"""What the shift lab sends is what loops over the map say, bit for bit; its modules say only what the table has."""

import re
from pathlib import Path

import numpy as np
import pytest

from tests.web.fixtures import check, plain
from vitviz.analysis.swin_shift.geometry import every_shift
from vitviz.analysis.swin_shift.merging import neighbours
from vitviz.app.topics.swin_shift import stages_part
from vitviz.app.words import section
from vitviz.web.swin_shift import lab as swin_shift
from vitviz.web.swin_shift.setting import MOST_SIDE, MOST_WINDOW

FOLDER = Path(swin_shift.__file__).parent
SIZES = [(14, 14, 7), (8, 8, 4), (9, 11, 4), (15, 17, 7), (7, 7, 7), (5, 14, 7), (3, 2, 5)]


@pytest.mark.parametrize(("height", "width", "window"), SIZES)
def test_what_is_sent_is_what_loops_say(height: int, width: int, window: int) -> None:
    data = swin_shift.describe(every_shift(height, width, window))
    whole = min(height, width) <= window
    m = min(height, width) if whole else window
    tall, wide = -(-height // m) * m, -(-width // m) * m
    assert data["grid"]["padded"] == [tall, wide]
    assert [one["shift"] for one in data["shifts"]] == ([0] if whole else list(range(window)))
    cells = data["cells"].reshape(-1, m * m)
    for one in data["shifts"]:
        s = one["shift"]
        tokens = one["tokens"].reshape(-1, m * m)
        origins = one["origins"].reshape(-1, m * m)
        regions = one["regions"].reshape(-1, m * m)
        bits = np.unpackbits(one["masks"])
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


def test_the_fixture_of_the_browser_is_current() -> None:
    """What the node tests read: maps with and without padding, one window, and a merging of an odd map."""
    maps = [swin_shift.describe(every_shift(*size)) for size in ((14, 14, 7), (9, 11, 4), (5, 5, 7))]
    merging = {"neighbours": neighbours(9, 7), "columns": 4, "width": 7}
    check("swin_shift/windows.json", plain({"maps": maps, "merging": merging}))


def test_the_largest_map_fits_the_numbers_that_are_sent() -> None:
    data = swin_shift.describe(every_shift(MOST_SIDE, MOST_SIDE, MOST_WINDOW - 1))
    tall, wide = data["grid"]["padded"]
    for one in data["shifts"]:
        assert sorted(one["origins"].ravel()) == list(range(tall * wide))


def test_every_word_that_the_scripts_ask_for_is_in_the_table() -> None:
    folders = (FOLDER, Path(stages_part.__file__).parent)
    paths = [path for folder in folders for path in folder.glob("*.js")]
    modules = {path.stem: path.read_text(encoding="utf-8") for path in paths}
    others = {"journey": modules.pop("journey_part"), "merge": modules.pop("merge_part")}
    for part, text in {"lab": "\n".join(modules.values()), **others}.items():
        asked = set(re.findall(r"(?<!/)\bwords\.(\w+)", text))
        assert asked
        assert asked <= set(section(f"swin_shift.{part}"))
    frames = re.findall(
        r'"(\w+)"',
        re.search(r"FRAMES = \[(.*?)\]", (FOLDER / "timeline.js").read_text(encoding="utf-8")).group(1),
    )  # type: ignore[union-attr]
    assert len(frames) == 8
    for frame in frames:
        assert {f"short_{frame}", f"title_{frame}", f"say_{frame}"} <= set(section("swin_shift.lab"))
