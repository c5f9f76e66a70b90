"""CI tries a few failed tests of the browser again, and never one of anything else."""

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / ".ci" / "second_try.py"
BROWSER = [f"tests/browser/test_path.py::test_step[{number} of 10]" for number in range(4)]


@pytest.mark.parametrize(
    ("failed", "again"),
    [
        (BROWSER[:3], BROWSER[:3]),
        (BROWSER, []),
        ([BROWSER[0], "tests/models/test_vit.py::test_scores"], []),
        ([], []),
    ],
)
def test_only_a_few_of_the_browser(failed: list[str], again: list[str]) -> None:
    assert runpy.run_path(str(SCRIPT))["second_try"](failed) == again


def test_names_stand_one_on_a_line(tmp_path: Path) -> None:
    found = tmp_path / "lastfailed"
    assert subprocess.check_output([sys.executable, SCRIPT, found], text=True) == ""
    found.write_text(json.dumps(dict.fromkeys(BROWSER[:2], True)), encoding="utf-8")
    assert subprocess.check_output([sys.executable, SCRIPT, found], text=True).splitlines() == BROWSER[:2]
