"""The widget in a real JupyterLab and a real marimo: one server of each, one kernel for all that JupyterLab is asked.

Without jupyterlab or marimo these tests skip; with VITVIZ_NEED_BROWSER set they fail.
"""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import vitviz
from tests.browser.notebook_servers import RUN_CELL, jupyterlab, marimo, write_notebook
from vitviz.samples import SAMPLES
from vitviz.tracing.trace import Trace
from vitviz.web.html_file.page import theme_tables

pytestmark = pytest.mark.browser

RUN = f"import vitviz\nrun = vitviz.trace(vitviz.load_model('vit-test'), {str(SAMPLES[0].path)!r})"
SHOW = "first = run.show(state={'layer': 0, 'head': 1, 'token': 3})\nfirst"
SECOND = "second = run.show(state={'layer': 1, 'head': 0, 'token': 5}, language='zh')\nsecond"
SAY = (
    "print({one: w.state[one] for w in [first] for one in ('layer', 'head', 'token')}, second.state['token'])"
)
SET = "first.state = {'layer': 1, 'head': 0}"
CELLS = [RUN, SHOW, SECOND, SAY, SET]


def needed(package: str) -> None:
    if importlib.util.find_spec(package) is None:
        if os.environ.get("VITVIZ_NEED_BROWSER"):
            pytest.fail(f"{package} is missing: pip install -r requirements-dev.txt")
        pytest.skip(f"{package} is missing")


def weights(layer: int, head: int, token: int) -> Any:
    trace = vitviz.trace(vitviz.load_model("vit-test"), SAMPLES[0].path)
    assert isinstance(trace, Trace)
    return trace[f"blocks.{layer}.pattern"][0, head, token]


class Lab:
    """A notebook in JupyterLab: its cells are run one by one."""

    def __init__(self, page: Page, file: Path) -> None:
        self.page, self.file = page, file

    def run(self, cell: int) -> Locator:
        """Run a cell to its end; where its output is."""
        self.page.evaluate(RUN_CELL, [cell, True])
        return self.output(cell)

    def output(self, cell: int) -> Locator:
        return self.page.locator(".jp-Cell").nth(cell).locator(".jp-Cell-outputArea")

    def widget(self, cell: int) -> Locator:
        found = self.output(cell).locator(".vx")
        expect(found.locator(".vx-readout").first).not_to_be_empty()
        return found

    def state(self) -> str:
        self.page.wait_for_timeout(400)  # a choice is sent after a moment's rest
        return self.run(3).inner_text()


@pytest.fixture(scope="module")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    needed("jupyterlab")
    folder = tmp_path_factory.mktemp("lab")
    write_notebook(folder / "a.ipynb", CELLS)
    with jupyterlab(folder) as address:
        page = browser.new_context(viewport={"width": 1280, "height": 1400}).new_page()
        page.set_default_timeout(120_000)
        page.goto(f"{address}/lab/tree/a.ipynb?reset")
        expect(page.locator(".jp-Cell")).to_have_count(len(CELLS))
        made = Lab(page, folder / "a.ipynb")
        for cell in range(3):
            made.run(cell)
        for cell in (1, 2):
            made.widget(cell)
        yield made
        page.context.close()


def test_jupyterlab_shows_torchs_numbers_in_two_widgets_that_know_nothing_of_each_other(lab: Lab) -> None:
    first, second = lab.widget(1), lab.widget(2)
    expect(first.locator(".vx-readout").first).to_contain_text(f"{float(weights(0, 1, 3).max()):.4g}")
    expect(second.locator(".vx-readout").first).to_contain_text(f"{float(weights(1, 0, 5).max()):.4g}")
    before = second.locator(".vx-readout").first.inner_text()
    first.locator(".vx-frame").first.focus()
    lab.page.keyboard.press("ArrowRight")
    said = lab.state()
    assert "{'layer': 0, 'head': 1, 'token': 4} 5" in said
    assert second.locator(".vx-readout").first.inner_text() == before


def test_jupyterlab_hears_no_key_of_the_widget_and_python_sets_its_state(lab: Lab) -> None:
    first = lab.widget(1)
    first.locator(".vx-frame").first.focus()
    for key in ("b", "a", "d", "d", "x", "Escape"):
        lab.page.keyboard.press(key)
    expect(lab.page.locator(".jp-Cell")).to_have_count(
        len(CELLS)
    )  # b and a insert a cell, d d and x delete one
    lab.run(4)
    expect(first.locator(".vx-picture .vx-title").first).to_have_text("blocks.1 \u00b7 head 0")
    token = json.loads(lab.state().split("}")[0].replace("'", '"') + "}")["token"]
    expect(first.locator(".vx-readout").first).to_contain_text(f"{float(weights(1, 0, token).max()):.4g}")


def test_the_widget_is_light_and_dark_with_jupyterlab(lab: Lab) -> None:
    colour = """(root) => ['--st-text-color', '--st-background-color']
      .map((name) => getComputedStyle(root).getPropertyValue(name).trim())"""
    for theme, table in (("JupyterLab Dark", "dark"), ("JupyterLab Light", "light")):
        lab.page.evaluate("(theme) => jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
        text = theme_tables()[table]["--st-text-color"]
        first = lab.widget(1)
        expect(first).to_have_css("--st-text-color", text)
        ground = lab.page.evaluate(
            "getComputedStyle(document.body).getPropertyValue('--jp-layout-color0').trim()"
        )
        assert first.evaluate(colour) == [text, ground]


def test_after_a_restart_the_widget_shows_what_it_had_and_says_what_is_missing(lab: Lab) -> None:
    page, first = lab.page, lab.widget(1)
    before = first.locator(".vx-readout").first.inner_text()
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    page.wait_for_function("jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'")
    assert first.locator(".vx-readout").first.inner_text() == before
    first.locator(".vx-frame").first.focus()
    page.keyboard.press("ArrowDown")
    # Numbers that are there need no kernel.
    expect(first.locator(".vx-readout").first).not_to_have_text(before)
    page.keyboard.press("o")  # the last step of an opened weight does
    expect(lab.output(1).locator(".vv-notice")).to_contain_text("run the cell again")
    for cell in range(2):
        lab.run(cell)
    again = lab.widget(1)
    expect(again.locator(".vx-readout").first).to_contain_text(f"{float(weights(0, 1, 3).max()):.4g}")
    expect(lab.output(1).locator(".vv-notice")).to_be_hidden()


def test_a_notebook_that_is_opened_without_its_kernel_has_still_pictures(lab: Lab, browser: Browser) -> None:
    """The last test here: no kernel is left after it."""
    page = lab.page
    expect(lab.output(1).locator("img[alt^='vitviz']")).to_be_hidden()  # while the widget is there
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.reload()
    for cell, layer in ((1, 0), (2, 1)):
        expect(lab.output(cell).locator("img[alt^='vitviz']")).to_be_visible()
        expect(lab.output(cell).locator("code")).to_contain_text(f"/attention?model=vit-test&layer={layer}&")


MARIMO = f"""
import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    import vitviz

    run = vitviz.trace(vitviz.load_model("vit-test"), {str(SAMPLES[0].path)!r})
    return mo, run


@app.cell
def _(mo, run):
    explorer = run.show(state={{"layer": 0, "head": 1, "token": 3}})
    shown = mo.ui.anywidget(explorer)
    shown
    return explorer, shown


@app.cell
def _(mo, shown):
    mo.md(f"Python reads token {{shown.value['state']['token']}} of layer {{shown.value['state']['layer']}}")
    return


@app.cell
def _(run):
    run.show(view="norms")  # as it is, without mo.ui
    return


@app.cell
def _(explorer, mo):
    def elsewhere(_):
        explorer.state = {{"layer": 1, "head": 0}}

    mo.ui.button(label="elsewhere", on_click=elsewhere)
    return


if __name__ == "__main__":
    app.run()
"""


def test_marimo_shows_torchs_numbers_and_the_state_goes_both_ways(browser: Browser, tmp_path: Path) -> None:
    needed("marimo")
    file = tmp_path / "notebook.py"
    file.write_text(MARIMO, encoding="utf-8")
    with marimo(file) as address:
        page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
        page.goto(address)
        readout = page.locator(".vx-readout").first
        expect(readout).to_contain_text(f"{float(weights(0, 1, 3).max()):.4g}", timeout=120_000)
        page.locator(".vx-frame").first.focus()
        page.keyboard.press("ArrowRight")
        expect(page.get_by_text("Python reads token 4 of layer 0")).to_be_visible()
        page.get_by_role("button", name="elsewhere").click()
        expect(page.locator(".vx-picture .vx-title").first).to_have_text("blocks.1 \u00b7 head 0")
        expect(readout).to_contain_text(f"{float(weights(1, 0, 4).max()):.4g}")
        page.context.close()
