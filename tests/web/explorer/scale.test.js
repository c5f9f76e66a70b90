import assert from "node:assert/strict";
import { test } from "node:test";
import { commonScale, scaleOf, spanText } from "../../../vitviz/web/explorer/scale.js";
import { DEFAULTS } from "./defaults.js";

/** @import { Scene, State } from "../../../vitviz/web/explorer/types.d.ts" */

const COLOURS = new Uint32Array(256);

/** What the scales read of a scene: two engines, one layer with a class token. */
function sceneOf(/** @type {Partial<State>} */ state) {
  const engines = [
    { reach: () => 0.2, top: () => 0.5, data: { model: "a" } },
    { reach: () => 0.3, top: () => 0.4, data: { model: "a" } },
  ];
  const scene = { engines, state: { ...DEFAULTS, ...state }, data: { model: "a", layers: [{ prefix: ["cls"] }] } };
  return /** @type {Scene} */ (/** @type {unknown} */ (scene));
}

const map = { values: Float32Array.of(7, 0.9, 0.01, 0.06), offset: 1, tokens: 3 };
const head = { layer: 0, head: 0 };

test("one scale for both pictures: of all tokens, or of the current one", () => {
  assert.equal(commonScale(sceneOf({}), COLOURS).high, 0.3);
  assert.equal(commonScale(sceneOf({ scale: "token" }), COLOURS).high, 0.5);
  assert.equal(commonScale(sceneOf({ log: true }), COLOURS).logarithmic, true);
});

test("a map has its own scale where that is asked for, up to its largest patch", () => {
  const own = sceneOf({ scale: "map" });
  const common = commonScale(own, COLOURS);
  assert.ok(Math.abs(scaleOf(common, own, head, map).high - 0.06) < 1e-8);
  assert.equal(scaleOf(common, sceneOf({}), head, map), common);
  assert.notEqual(scaleOf(common, sceneOf({}), { layer: 0, head: "rollout" }, map), common);
});

test("another model counts for no common scale, and its map has one of its own", () => {
  const scene = sceneOf({});
  const other = /** @type {any} */ ({ ...scene.data, model: "b" });
  const engines = scene.engines.map((engine, i) => (i ? /** @type {any} */ ({ ...engine, data: other }) : engine));
  const common = commonScale({ ...scene, engines }, COLOURS);
  assert.equal(common.high, 0.2);
  assert.ok(Math.abs(scaleOf(common, scene, head, map, other).high - 0.06) < 1e-8);
});

test("what a scale spans, in words", () => {
  assert.equal(spanText(commonScale(sceneOf({}), COLOURS)), "0 \u2026 0.3000");
});
