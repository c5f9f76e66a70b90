import assert from "node:assert/strict";
import { test } from "node:test";
import { cosines, frameOf, movedQuery, tiled } from "../../../vitviz/app/topics/training/frames.js";

test("a frame is its own part of the numbers", () => {
  assert.deepEqual([...frameOf(Float32Array.of(1, 2, 3, 4, 5, 6), 1, 2)], [3, 4]);
});

test("cosines are of directions and not of lengths; zeros point nowhere", () => {
  const found = cosines(Float32Array.of(3, 4, 6, 8, 0, 0, -4, 3), 2);
  assert.equal(found[1], 1);
  assert.equal(found[3], 0);
  assert.equal(found[4], 1);
  assert.ok(Number.isNaN(found[2]) && Number.isNaN(found[10]));
});

test("tiles lie as the patches do, a gap between them", () => {
  const all = Float64Array.from({ length: 16 }, (_, i) => i);
  const { values, cells } = tiled(all, 2);
  assert.equal(cells, 5);
  assert.deepEqual([...values.slice(0, 2)], [0, 1]); // patch 0 with patches 0 and 1
  assert.ok(Number.isNaN(values[2]));
  assert.deepEqual([...values.slice(3, 5)], [4, 5]); // patch 1 with the same
  assert.deepEqual([...values.slice(5, 7)], [2, 3]);
  assert.equal(values[4 * 5 + 4], 15);
  assert.ok([...values.slice(10, 15)].every(Number.isNaN));
});

test("arrow keys go from patch to patch and stay in the picture", () => {
  assert.equal(movedQuery(-1, [0, 1], 8), 36);
  assert.equal(movedQuery(36, [1, 0], 8), 44);
  assert.equal(movedQuery(7, [0, 1], 8), 7);
  assert.equal(movedQuery(0, [-1, 0], 8), 0);
});
