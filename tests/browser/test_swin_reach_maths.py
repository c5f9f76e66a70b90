"""The browser's own windows and receptive fields against Python's, which are tested against the real network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.plain_host import PlainHost, arrived
from tests.conftest import random_picture, randomise
from vitviz.analysis.swin_reach.legal_keys import keys_of
from vitviz.analysis.swin_reach.receptive_field import ancestors, grown_back, growth, steps_of
from vitviz.app.topics.swin_reach.data import reach_payload
from vitviz.models.config import SwinConfig
from vitviz.models.swin import SwinTransformer
from vitviz.models.windows import window_grid
from vitviz.tracing.trace import run_trace

pytestmark = pytest.mark.browser
CONFIG = SwinConfig((64, 64), embed_dim=8, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=3)
CASES = {
    "16 x 16 patches": (CONFIG, 64, 64),
    "padded on both sides": (CONFIG, 36, 52),
    "window as large as the map": (CONFIG, 16, 16),
    "three stages, shift 1 of 3": (
        replace(CONFIG, depths=(2, 3, 2), num_heads=(2, 2, 2), window_size=3), 36, 40,
    ),
}  # fmt: skip
JOURNEY = "const { Journey } = await import('/app/topics/swin_reach/maps.js'); const journey = new Journey(payload);"
KEYS = (
    "async (payload) => {"
    + JOURNEY
    + """
const found = (tiling, query) => {
  const keys = tiling.keys(query).filter(({ token }) => token >= 0);
  const tokens = (cut) => keys.filter((key) => key.cut === cut).map(({ token }) => token).sort((a, b) => a - b);
  return [tokens(false), tokens(true), tiling.counts(query)];
};
return journey.maps.map((map) => [map.regular, map.shifted].map((tiling) =>
  tiling && Array.from({ length: map.tokens }, (_, query) => found(tiling, query))));
}"""
)
FIELDS = (
    "async ([payload, tokens]) => {"
    + JOURNEY
    + """
return [true, false].map((shifted) => ({
  fields: journey.steps.map((_, at) => [...journey.grownBack(at, tokens[at], shifted).at(-1)]),
  growth: [0, 7, tokens.patch].map((patch) => journey.growth(patch, shifted)),
  ancestors: journey.maps.map((map) => [...map.ancestor]),
  back: journey.maps.every((map) => map.patches.every((patch, token) => map.ancestor[patch] === token)),
}));
}"""
)


@pytest.fixture(scope="module")
def page(browser: Browser, host: PlainHost) -> Iterator[Page]:
    opened = browser.new_page()
    opened.goto(host.address)
    yield opened
    opened.close()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_keys_are_pythons(page: Page, case: tuple[SwinConfig, int, int]) -> None:
    config, height, width = case
    trace = traced(config, height, width)
    shown = page.evaluate(KEYS, arrived(page, reach_payload(trace)))
    rows, columns = height // 4, width // 4
    for of_map in shown:
        window = config.window_size
        for kind, shift in ((0, 0), (1, window // 2)):
            grid = window_grid(rows, columns, window, shift)
            if kind and not grid.shift:
                assert of_map[kind] is None
                continue
            assert len(of_map[kind]) == rows * columns
            for query, (legal, cut, counts) in enumerate(of_map[kind]):
                keys = keys_of(grid, query)
                assert legal == keys.legal.ravel().nonzero()[0].tolist()
                assert cut == keys.cut.ravel().nonzero()[0].tolist()
                assert counts == {
                    "legal": len(legal), "cut": len(cut),
                    "legalPadding": keys.legal_padding, "cutPadding": keys.cut_padding,
                }  # fmt: skip
        rows, columns = -(-rows // 2), -(-columns // 2)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_fields_grow_as_in_python(page: Page, case: tuple[SwinConfig, int, int]) -> None:
    config, height, width = case
    trace = traced(config, height, width)
    network = trace.network
    assert isinstance(network, SwinTransformer)
    rows, columns = height // 4, width // 4
    steps = steps_of(network, rows, columns)
    patch = rows * columns // 2
    tokens = [int(there.flat[patch]) for there in ancestors(steps)]
    asked = {str(at): token for at, token in enumerate(tokens)} | {"patch": patch}
    shown = page.evaluate(FIELDS, arrived(page, [reach_payload(trace), asked]))
    for way, chain in zip(shown, (steps, [step.without_shift() for step in steps]), strict=True):
        assert way["back"], "every token has a patch that goes into it"
        for at, token in enumerate(tokens):
            assert way["fields"][at] == grown_back(chain, at, token)[-1].ravel().astype(int).tolist()
        for from_patch, sizes in zip((0, 7, patch), way["growth"], strict=True):
            assert sizes == growth(chain, from_patch)


def traced(config: SwinConfig, height: int, width: int):
    model = SwinTransformer(config)
    randomise(model)
    return run_trace(model.eval(), random_picture(height, width))
