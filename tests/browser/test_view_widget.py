"""The other views' widget under a model as anywidget hands it over: drawn, state both ways, a chart, keys, colours."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import vitviz
from tests.browser.plain_host import PlainHost
from vitviz.payload import pack_data
from vitviz.samples import SAMPLES
from vitviz.tracing.trace import Trace
from vitviz.web.bundle import hosted
from vitviz.web.explorer.of_trace import shown
from vitviz.web.html_file.page import theme_tables
from vitviz.web.html_file.view_file import PLOTLY
from vitviz.web.modules import style
from vitviz.web.views.of_run import view_of
from vitviz.web.words import Speech

pytestmark = pytest.mark.browser
# A model with anywidget's interface, whose kernel has nothing but plotly's script to give.
MODEL = """async ({ payload, state, script, styles, themes, silent }) => {
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  document.head.appendChild(document.createElement('style')).textContent = styles;
  const { default: widget } = await import(address);
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const heard = new Map();
  const values = { payload: bytes(payload), state, themes, silent };
  const fire = (name, ...given) => { for (const each of heard.get(name) ?? []) each(...given); };
  window.saved = [];
  window.model = {
    get: (name) => values[name],
    set: (name, value) => {
      if (JSON.stringify(values[name]) === JSON.stringify(value)) return;
      values[name] = value;
      fire(`change:${name}`);
    },
    give: (text) => { values.payload = bytes(text); fire('change:payload'); },
    save_changes: () => window.saved.push(values.state),
    on: (name, callback) => heard.set(name, [...(heard.get(name) ?? []), callback]),
    off: (name, callback) => heard.set(name, (heard.get(name) ?? []).filter((each) => each !== callback)),
    send: async ({ id, path }) => {
      const response = await fetch(`/given/${path}`);
      fire('msg:custom', { id }, [new DataView(await response.arrayBuffer())]);
    },
  };
  window.keys = [];
  document.addEventListener('keydown', (event) => window.keys.push(event.key));
  window.end = widget.render({ model: window.model, el: document.getElementById('root') });
}"""


def mounted(page: Page, host: PlainHost, name: str, model: str) -> tuple[Trace, dict[str, Any]]:
    trace = vitviz.trace(vitviz.load_model(model), SAMPLES[0].path)
    assert isinstance(trace, Trace)
    view = view_of(name, shown(trace, "flower"))
    state = view.opening()
    host.give("plotly", PLOTLY.read_bytes())
    given = {
        "payload": packed(trace, name, state),
        "state": {**state, "edits": []},
        "script": hosted("web/notebook/view_widget.js", view.module),
        "styles": style(*view.styles),
        "themes": json.dumps(theme_tables()),
        "silent": "The kernel is silent.",
    }
    page.evaluate(MODEL, given)
    return trace, state


def packed(trace: Trace, name: str, state: dict[str, Any]) -> str:
    view = view_of(name, shown(trace, "flower"))
    data = {**view.data(state, Speech("en")), "image": view.image(state)}
    return base64.b64encode(pack_data(data)).decode()


def test_a_lens_is_torchs_and_its_state_goes_both_ways(page: Page, host: PlainHost) -> None:
    trace, state = mounted(page, host, "lens", "vit-tiny")
    expect(page.locator(".vl-read")).to_contain_text(f"{float(trace.probabilities.max()):.4f}")
    expect(page.locator(".vc-frame svg.main-svg").first).to_be_visible()  # plotly came from the kernel
    page.locator(".vl").focus()
    page.keyboard.press("PageUp")
    page.wait_for_function("window.saved.at(-1)?.depth === 11")
    page.evaluate(
        "window.model.set('state', { ...window.model.get('state'), depth: 4, token: 40 })"
    )  # Python
    expect(page.locator(".vl-read")).to_contain_text("z4 ")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("window.saved.at(-1)?.token === 41 && window.saved.at(-1)?.depth === 4")
    assert page.evaluate("window.saved.at(-1).class") == state["class"]
    assert page.evaluate("window.saved.at(-1).edits") == []
    assert page.evaluate("window.keys") == []


def test_a_shift_lab_asks_for_another_block_and_shows_the_answer(page: Page, host: PlainHost) -> None:
    trace, state = mounted(page, host, "shift", "swin-mini")
    page.locator(".vs select").first.select_option("layers.1.blocks.1")
    page.wait_for_function("window.saved.at(-1)?.block === 'layers.1.blocks.1'")
    asked = page.evaluate("window.saved.at(-1)")
    view = view_of("shift", shown(trace, "flower"))
    asked.pop("edits")
    answer = view.changed(state, asked)
    assert (answer["height"], answer["shift"]) == (28, 3)
    page.evaluate("(state) => window.model.set('state', state)", {**answer, "edits": []})
    page.evaluate("(text) => window.model.give(text)", packed(trace, "shift", answer))
    expect(page.locator(".vs")).to_contain_text("28 x 28")


def test_it_follows_the_colours_of_the_host_and_ends(page: Page, host: PlainHost) -> None:
    mounted(page, host, "class_maps", "vit-tiny")
    expect(page.locator(".cm-tile").first).to_be_visible()
    text = "getComputedStyle(document.querySelector('.cm')).getPropertyValue('--st-text-color').trim()"
    tables = theme_tables()
    assert page.evaluate(text) == tables["light"]["--st-text-color"]
    page.evaluate("document.body.style.setProperty('--jp-layout-color0', '#111111')")
    page.wait_for_function(f"{text} === '{tables['dark']['--st-text-color']}'")
    page.evaluate("window.end()")
    expect(page.locator(".cm-tile")).to_have_count(0)
