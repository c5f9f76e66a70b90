import assert from "node:assert/strict";
import { test } from "node:test";
import { clean } from "../../../vitviz/web/explorer/state.js";

/** @type {import("../../../vitviz/web/explorer/types.d.ts").State} */
const DEFAULTS = {
  layer: 0,
  head: 0,
  token: 0,
  pinned: false,
  direction: "row",
  scale: "shared",
  log: false,
  opacity: 0.65,
  smooth: false,
  order: "layer",
  start: 0,
  second: null,
};
const layer = { heads: 3, rows: 2, columns: 2, prefix: ["cls"] };
const layers = [layer, { ...layer, heads: 6 }];
const cleaned = (/** @type {object} */ wanted) => clean(wanted, layers, ["mean", "max"], DEFAULTS);

test("nothing chosen is the defaults", () => {
  assert.deepEqual(cleaned({}), DEFAULTS);
});

test("what a link says wrongly is put right", () => {
  const wild = { layer: "7", head: "rollout", token: 99, direction: "up", opacity: "x", start: -1, log: 1 };
  assert.deepEqual(cleaned(wild), { ...DEFAULTS, layer: 1, token: 4, log: true });
});

test("a second map has a layer and head that exist", () => {
  assert.deepEqual(cleaned({ second: { layer: 1, head: 9 } }).second, { layer: 1, head: 5 });
  assert.deepEqual(cleaned({ second: { layer: 0, head: "mean" } }).second, { layer: 0, head: "mean" });
});
