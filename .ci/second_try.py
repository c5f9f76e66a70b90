"""Which tests deserve a second try: those that failed, if they are few and all of them drive a browser."""

import json
import sys
from pathlib import Path

MOST = 3
BROWSER = "tests/browser/"


def second_try(failed: list[str]) -> list[str]:
    """All of ``failed``, or none."""
    few = len(failed) <= MOST
    return failed if few and all(test.startswith(BROWSER) for test in failed) else []


if __name__ == "__main__":
    found = Path(sys.argv[1])
    for test in second_try(list(json.loads(found.read_text(encoding="utf-8"))) if found.is_file() else []):
        print(test)
