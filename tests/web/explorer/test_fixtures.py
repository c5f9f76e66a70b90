"""What the node tests of the explorer open with is what Python has."""

from __future__ import annotations

from tests.web.fixtures import check
from vitviz.web.explorer.defaults import DEFAULTS


def test_fixture_of_the_defaults() -> None:
    check("explorer/defaults.json", DEFAULTS)
