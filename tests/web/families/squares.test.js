import assert from "node:assert/strict";
import { test } from "node:test";
import { pairs, reach, square, strongest } from "../../../vitviz/app/topics/families/squares.js";

/** Two tokens that are read, two that are written: a square, a rectangle and a triangle, of one layer and two heads. */
const run = /** @type {import("../../../vitviz/app/topics/families/types.d.ts").Run} */ ({
  family: "both",
  model: "m",
  tokens: ["a", "b", "c", "d"],
  word: [0, 1, -1, -1],
  allowed: Uint8Array.of(1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 1),
  attentions: [
    { name: "encoder", row: 0, column: 0, shape: [1, 2, 2, 2], weights: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
    { name: "cross", row: 2, column: 0, shape: [1, 2, 2, 2], weights: Float32Array.of(0, 0, 0, 0, 9, 10, 11, 12) },
    { name: "own", row: 2, column: 2, shape: [1, 2, 2, 2], weights: Float32Array.of(0, 0, 0, 0, 13, 0, 14, 15) },
  ],
});

test("the square has every attention at its place and nothing where nobody may look", () => {
  const none = NaN;
  assert.deepEqual([...square(run, 3, 1)], [5, 6, none, none, 7, 8, none, none, 9, 10, 13, none, 11, 12, 14, 15]);
  assert.deepEqual([...square(run, 0, -1)].slice(0, 4), [1, 1, none, none]);
});

test("what a token sees is its row, what sees it its column", () => {
  assert.deepEqual(reach(run, 0), { sees: 2, seen: 4 });
  assert.deepEqual(reach(run, 3), { sees: 4, seen: 1 });
  assert.equal(pairs(run), 11);
  assert.equal(strongest(run, square(run, 0, 1), 2), 2);
  assert.equal(strongest(run, square(run, 0, 1), 0), 1);
});
