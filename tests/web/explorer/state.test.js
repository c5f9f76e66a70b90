import assert from "node:assert/strict";
import { test } from "node:test";
import { besideFirst, clean } from "../../../vitviz/web/explorer/state.js";
import { DEFAULTS } from "./defaults.js";

const layer = { heads: 3, rows: 2, columns: 2, prefix: ["cls"] };
const layers = [layer, { ...layer, heads: 6 }];
const cleaned = (/** @type {object} */ wanted) =>
  clean(wanted, { layers, aggregates: ["mean", "max"], defaults: DEFAULTS, paired: false });

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

test("of another model a second map has that model's layers and heads, at first as deep in it", () => {
  const deep = Array.from({ length: 5 }, () => ({ ...layer, heads: 2, prefix: [] }));
  const other = { layers: deep, aggregates: /** @type {const} */ (["mean"]) };
  const setting = {
    layers,
    aggregates: /** @type {const} */ (["mean", "max"]),
    defaults: DEFAULTS,
    paired: false,
    other,
  };
  const state = clean({ layer: 1, second: { layer: 9, head: 4 } }, setting);
  assert.deepEqual(state.second, { layer: 4, head: 1 });
  assert.deepEqual(clean({ second: { layer: 2, head: "max" } }, setting).second, { layer: 2, head: 0 });
  assert.deepEqual(besideFirst(state, setting), { layer: 4, head: "mean" });
  assert.deepEqual(besideFirst(state, { ...setting, other: null }), { layer: 1, head: 0 });
});
