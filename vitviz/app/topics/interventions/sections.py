"""Which section of the page is open; any of them can open another one."""

from __future__ import annotations

from vitviz.app import links
from vitviz.app.section_choice import open_section
from vitviz.app.settings import Setting

SECTIONS = ("bench", "sweep", "patches")
SECTION = Setting("interventions.section", links.one_of(SECTIONS))


def open_bench() -> None:
    """From a callback: show the bench."""
    open_section(SECTION, "bench")
