import assert from "node:assert/strict";
import { test } from "node:test";
import { kept, same } from "../../../vitviz/web/plotly/arrays.js";

/** @param {number[]} y */
const figure = (y, name = "a") => ({
  data: [{ x: [0, 1, 2], y: Float64Array.from(y), name }],
  layout: { height: 200 },
});

test("sameness tells zeros apart, holds NaN, and compares types and keys", () => {
  assert.ok(same(Float64Array.of(NaN), Float64Array.of(NaN)));
  assert.ok(!same(Float64Array.of(0), Float64Array.of(-0)));
  assert.ok(!same(Float64Array.of(1), Float32Array.of(1)));
  assert.ok(!same([1, 2], [1]));
  assert.ok(same({ a: [1, { b: "c" }] }, { a: [1, { b: "c" }] }));
  assert.ok(!same({ a: 1 }, { a: 1, b: 2 }));
  assert.ok(!same({ a: undefined }, { b: undefined }));
  assert.ok(!same(null, {}));
});

test("what stayed the same is the very same array and trace", () => {
  const first = kept(figure([1, 2, 3]), null);
  const again = kept(figure([1, 2, 3]), first);
  assert.equal(again.data, first.data);
  const moved = kept(figure([1, 2, 4]), again);
  assert.notEqual(moved.data[0], first.data[0]);
  assert.equal(moved.data[0].x, first.data[0].x);
  assert.deepEqual([.../** @type {Float64Array} */ (moved.data[0].y)], [1, 2, 4]);
  const renamed = kept(figure([1, 2, 4], "b"), moved);
  assert.equal(renamed.data[0].y, moved.data[0].y);
  assert.equal(renamed.data[0].name, "b");
});

test("a key that went and traces that came are seen", () => {
  const first = kept(figure([1]), null);
  const { name: _, ...nameless } = figure([1]).data[0];
  const without = kept({ data: [nameless], layout: {} }, first);
  assert.ok(!("name" in without.data[0]));
  const two = kept({ data: [...figure([1]).data, ...figure([2]).data], layout: {} }, first);
  assert.equal(two.data[0], first.data[0]);
  assert.equal(two.data.length, 2);
});
