import assert from "node:assert/strict";
import { test } from "node:test";
import { contribution } from "../../../vitviz/web/explorer/contribution.js";

test("what a weight adds is A v through the projection, z the sum over all keys of its window", () => {
  const v = Float32Array.of(9, 9, 9, 9, 1, 2, 3, 4); // two windows of two keys, d = 2
  const proj = Float32Array.of(1, 0, 0, 1, 1, 1); // (3, 2)
  const cell = { weights: [0.25, 0.75], weight: 0.75, column: 1 };
  const found = contribution({ ...cell, weights: Float64Array.from(cell.weights) }, { v, proj }, 2, 1);
  assert.deepEqual([...found.own], [3, 4]);
  assert.deepEqual([...found.weighted], [2.25, 3]);
  assert.deepEqual([...found.z], [2.5, 3.5]);
  assert.deepEqual([...found.added], [2.25, 3, 5.25]);
  assert.equal(found.norm, Math.hypot(2.25, 3, 5.25));
  assert.equal(found.normOfHead, Math.hypot(2.5, 3.5, 6));
});
