"""The widget's browser part under a model as anywidget hands it over: numbers, state, keys, theme, two views."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

import vitviz
from tests.browser.plain_host import PlainHost
from vitviz.samples import SAMPLES
from vitviz.tracing.trace import Trace
from vitviz.web.bundle import bundle
from vitviz.web.explorer.of_trace import explorer_of, shown
from vitviz.web.explorer.source import TraceSource
from vitviz.web.html_file.page import json_text, theme_tables

pytestmark = pytest.mark.browser
SILENT = "The kernel is silent."
# A model with anywidget's interface; payloads are answered to every view, as a kernel does.
MODEL = """async ({ data, state, script }) => {
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const { default: widget } = await import(address);
  const heard = new Map();
  const values = { data, state };
  const fire = (name, ...given) => { for (const each of heard.get(name) ?? []) each(...given); };
  window.saved = [];
  window.model = {
    get: (name) => values[name],
    set: (name, value) => {
      if (JSON.stringify(values[name]) === JSON.stringify(value)) return;
      values[name] = value;
      fire(`change:${name}`);
    },
    save_changes: () => window.saved.push(values.state),
    on: (name, callback) => heard.set(name, [...(heard.get(name) ?? []), callback]),
    off: (name, callback) => heard.set(name, (heard.get(name) ?? []).filter((each) => each !== callback)),
    send: async ({ id, path }) => {
      if (window.restarted) return;
      const response = await fetch(`/given/${path}`);
      if (!response.ok) { fire('msg:custom', { id, error: 'there is nothing here' }, []); return; }
      fire('msg:custom', { id }, [new DataView(await response.arrayBuffer())]);
    },
  };
  window.keys = [];
  document.addEventListener('keydown', (event) => window.keys.push(event.key));
  window.render = () => {
    const el = document.getElementById('root').appendChild(document.createElement('div'));
    return widget.render({ model: window.model, el });
  };
  window.end = window.render();
}"""


def mounted(page: Page, host: PlainHost) -> Trace:
    trace = vitviz.trace(vitviz.load_model("vit-test"), SAMPLES[0].path)
    assert isinstance(trace, Trace)
    source = TraceSource(trace, "vit-test")
    for layer in range(2):
        host.give(f"0/{layer}.bin", source.layer(layer))
    state: dict[str, Any] = {"layer": 0, "head": 1, "token": 3}
    explorer = explorer_of([shown(trace, "flower")], state, "en")
    data = json_text({"explorer": explorer, "themes": theme_tables(), "silent": SILENT})
    script = bundle("web/notebook/widget.js")
    page.evaluate(MODEL, {"data": data, "state": state, "script": script})
    expect(page.locator(".vx-readout").first).to_contain_text("looks most at")
    return trace


def test_the_map_is_torchs_and_the_state_goes_both_ways(page: Page, host: PlainHost) -> None:
    trace = mounted(page, host)
    weights = trace["blocks.0.pattern"][0, 1, 3]
    expect(page.locator(".vx-readout").first).to_contain_text(f"{float(weights.max()):.4g}")
    page.locator(".vx-frame").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("window.saved.at(-1)?.token === 4")
    page.evaluate("window.model.set('state', { ...window.model.get('state'), layer: 1, head: 0 })")  # Python
    expect(page.locator(".vx-picture .vx-title").first).to_have_text("blocks.1 \u00b7 head 0")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("window.saved.at(-1)?.token === 8 && window.saved.at(-1)?.layer === 1")


def test_keys_stay_inside(page: Page, host: PlainHost) -> None:
    mounted(page, host)
    page.locator(".vx-frame").first.focus()
    for key in ("ArrowRight", "b", "Escape", "x", "Shift+Enter"):
        page.keyboard.press(key)
    assert page.evaluate("window.keys") == []


def test_it_follows_the_colours_of_the_host(page: Page, host: PlainHost) -> None:
    mounted(page, host)
    text = "getComputedStyle(document.querySelector('.vx')).getPropertyValue('--st-text-color').trim()"
    tables = theme_tables()
    assert page.evaluate(text) == tables["light"]["--st-text-color"]
    page.evaluate("document.body.style.setProperty('--jp-layout-color0', '#111111')")
    page.wait_for_function(f"{text} === '{tables['dark']['--st-text-color']}'")
    ground = (
        "getComputedStyle(document.querySelector('.vx')).getPropertyValue('--st-background-color').trim()"
    )
    assert page.evaluate(ground) == "#111111"


def test_two_views_of_one_widget_show_the_same_and_end_alone(page: Page, host: PlainHost) -> None:
    mounted(page, host)
    page.evaluate("() => { window.endSecond = window.render(); }")
    expect(page.locator(".vx")).to_have_count(2)
    expect(page.locator(".vx").nth(1).locator(".vx-readout").first).to_contain_text("looks most at")
    page.locator(".vx-frame").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("PageDown")
    expect(page.locator(".vx").nth(1).locator(".vx-picture .vx-title").first).to_have_text(
        page.locator(".vx-picture .vx-title").first.inner_text()
    )
    page.evaluate("() => { window.end(); }")
    expect(page.locator(".vx")).to_have_count(1)
    page.evaluate("window.model.set('state', { ...window.model.get('state'), head: 0 })")
    expect(page.locator(".vx-picture .vx-title").first).to_contain_text("head 0")


def test_a_kernel_that_does_not_answer_is_said_and_what_is_there_stays(page: Page, host: PlainHost) -> None:
    mounted(page, host)
    notice = page.locator(".vv-notice")
    expect(notice).to_be_hidden()
    page.evaluate("window.restarted = true")
    page.locator(".vx-frame").first.focus()
    page.keyboard.press("o")  # the last step of an opened weight needs v, which was not asked for yet
    expect(notice).to_have_text(SILENT)
    expect(page.locator(".vx-cell")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("PageDown")
    expect(page.locator(".vx-picture .vx-title").first).to_contain_text("blocks.1")
    expect(page.locator(".vx-readout").first).to_contain_text("looks most at")
    page.evaluate("() => { window.restarted = false; }")
    page.keyboard.press("o")  # another weight's values: an answer ends the notice
    expect(notice).to_be_hidden()
