import assert from "node:assert/strict";
import { test } from "node:test";
import { MatrixValues } from "../../../vitviz/web/explorer/matrix_values.js";

/** @type {import("../../../vitviz/web/explorer/engine.js").Fill} a weight that says which query and key it is of */
const fill = (queries, keys, from, to, out) => {
  for (let r = from; r < to; r++)
    for (let c = 0; c < keys.length; c++) out[r * keys.length + c] += 100 * queries[r] + keys[c];
};
const order = (/** @type {number} */ count) => Int32Array.from({ length: count }, (_, i) => i);

test("a small matrix is computed whole, whatever is in view", () => {
  const matrix = new MatrixValues(50, 10);
  matrix.begin(order(5), fill, { x: 1, y: 1, span: 2 });
  assert.equal(matrix.complete, false);
  matrix.compute(1000);
  assert.equal(matrix.complete, true);
  assert.equal(matrix.values.length, 25);
  assert.equal(matrix.values[3 * 5 + 4], 304);
});

test("of a large one every n-th row and column of what is in view", () => {
  const matrix = new MatrixValues(50, 10);
  matrix.begin(order(60), fill, { x: 0, y: 0, span: 60 });
  assert.equal(matrix.part.stride, 6);
  assert.deepEqual([...matrix.keys], [0, 6, 12, 18, 24, 30, 36, 42, 48, 54]);
  matrix.begin(order(60), fill, { x: 20.5, y: 10.2, span: 8 });
  assert.deepEqual(matrix.part, { x: 20, y: 10, span: 9, stride: 1 });
  matrix.compute(1000);
  assert.equal(matrix.values[9 + 2], 100 * 11 + 22);
});

test("computing goes on where it stopped, and adds nothing twice", () => {
  const matrix = new MatrixValues(2000, 1000);
  let rows = 0;
  /** @type {typeof fill} */
  const counted = (queries, keys, from, to, out) => {
    rows += to - from;
    fill(queries, keys, from, to, out);
  };
  matrix.begin(order(900), counted, { x: 0, y: 0, span: 900 });
  let turns = 0;
  for (; !matrix.complete; turns++) matrix.compute(0.001);
  assert.equal(rows, 900);
  assert.ok(turns > 1);
  assert.equal(matrix.values[900 * 899 + 1], 89901);
});
