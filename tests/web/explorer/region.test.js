import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { LayerMaths } from "../../../vitviz/web/explorer/maths.js";
import { Selection } from "../../../vitviz/web/explorer/selection.js";
import { clean, queriesOf } from "../../../vitviz/web/explorer/state.js";
import { tokensAcross } from "../../../vitviz/web/explorer/tokens.js";
import { DEFAULTS } from "./defaults.js";

const CASES = JSON.parse(readFileSync(new URL("regions.json", import.meta.url), "utf-8"));
const map = { heads: 2, rows: 2, columns: 3, prefix: /** @type {string[]} */ ([]) };
const SETTING = {
  layers: [map, map, { ...map, rows: 1, columns: 1 }],
  aggregates: /** @type {const} */ (["mean"]),
  defaults: DEFAULTS,
  paired: false,
};

for (const { order, q, k, lse, means } of CASES) {
  test(`the mean over a region of ${order.length} windows is torch's`, () => {
    const header = { heads: 2, head_dim: 3, rows: 2, columns: 3, prefix: [], windows: order.length };
    const arrays = {
      q: Float32Array.from(q),
      k: Float32Array.from(k),
      lse: Float64Array.from(lse),
      tokens: Int32Array.from(order.flat()),
    };
    const maths = new LayerMaths({ header: { ...header, window: order.length > 1 ? 2 : null }, arrays, bytes: 0 });
    for (const one of means) {
      for (const direction of /** @type {const} */ (["row", "column"])) {
        const out = new Float64Array(12);
        maths.meanOf(one.region, direction, out);
        for (const [at, expected] of one[direction].flat().entries()) {
          if (expected === null) assert.ok(Number.isNaN(out[at]), `${one.region} ${direction} ${at}`);
          else assert.ok(Math.abs(out[at] - expected) < 1e-6, `${out[at]} is not ${expected}`);
        }
        if (direction === "row") {
          const sum = out.subarray(0, 6).reduce((total, w) => total + (Number.isNaN(w) ? 0 : w), 0);
          if (order.length === 1) assert.ok(Math.abs(sum - 1) < 1e-6);
        }
      }
    }
  });
}

test("what is shown is the region averaged, or the current token", () => {
  assert.deepEqual(queriesOf({ ...DEFAULTS, token: 4 }), [4]);
  assert.deepEqual(queriesOf({ ...DEFAULTS, token: 4, region: [1, 2] }), [1, 2]);
  assert.deepEqual(queriesOf({ ...DEFAULTS, token: 4, region: [1, 2], together: false }), [4]);
});

test("a region of a link is put in order, and tokens that do not exist are left out", () => {
  const wild = { region: [5, 1, 1, 99, -1, 0.5, "2"] };
  assert.deepEqual(clean(wild, SETTING).region, [1, 5]);
  assert.deepEqual(clean({ region: "1-5" }, SETTING).region, []);
});

test("a region goes along to a coarser map, each token once, and comes back as it was", () => {
  const selection = new Selection(SETTING, { ...DEFAULTS });
  selection.change({ region: [1, 2, 5] });
  selection.change({ layer: 2 });
  assert.deepEqual(selection.state.region, [0]);
  selection.change({ layer: 0 });
  assert.deepEqual(selection.state.region, [1, 2, 5]);
  selection.change({ layer: 2 });
  selection.change({ region: [] });
  selection.change({ layer: 0 });
  assert.deepEqual(selection.state.region, []);
  assert.deepEqual(tokensAcross(SETTING.layers[2], [0, 4, 5], map), [0]);
});
