"""The dialog of checkpoints as a person uses it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from vitviz.app import words


def open_dialog(page: Page) -> None:
    page.get_by_role("button", name=words.table()["models.open"]["en"]).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def send(page: Page, *files: Path) -> None:
    """Choose files in the dialog and wait until all are listed as taken."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(words.table()["models.way.upload"]["en"]).click()
    dialog.locator(".vu-zone input").set_input_files([str(file) for file in files])
    for file in files:
        expect(dialog.get_by_role("button", name=f"Remove {file.name}")).to_be_visible()


def load(page: Page) -> None:
    page.get_by_role("dialog").get_by_role("button", name="Load", exact=True).click()
