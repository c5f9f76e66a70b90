// The cursor of the logit lens: under the pointer, and a step away by the keys.
import assert from "node:assert/strict";
import { test } from "node:test";
import { movedReading, placeOf, readingAt } from "../../../vitviz/web/lens/readings.js";

const grid = { rows: 3, columns: 4, first: 2 };
const box = { left: 10, top: 20, width: 80, height: 60 };
/** @type {Record<string, [number, number]>} */
const MOVES = { left: [0, -1], right: [0, 1], up: [-1, 0], down: [1, 0] };

test("every place of the picture belongs to its patch, the rim to the nearest", () => {
  for (let row = 0; row < 3; row++)
    for (let column = 0; column < 4; column++) {
      const pointer = { clientX: 10 + 20 * (column + 0.5), clientY: 20 + 20 * (row + 0.5) };
      const reading = readingAt(pointer, box, grid);
      assert.equal(reading, 2 + 4 * row + column);
      assert.deepEqual(placeOf(reading, grid), [row, column]);
    }
  assert.equal(readingAt({ clientX: -5, clientY: 999 }, box, grid), 2 + 8);
  assert.equal(readingAt({ clientX: 90, clientY: 80 }, box, grid), 2 + 11);
});

test("keys move over the patches and stop at the rim", () => {
  assert.equal(movedReading(7, MOVES.right, grid), 8);
  assert.equal(movedReading(9, MOVES.right, grid), 9);
  assert.equal(movedReading(6, MOVES.left, grid), 6);
  assert.equal(movedReading(7, MOVES.down, grid), 11);
  assert.equal(movedReading(11, MOVES.down, grid), 11);
});

test("from the top row up is what stands before the patches, and down again the first patch", () => {
  assert.equal(movedReading(4, MOVES.up, grid), 1);
  assert.equal(movedReading(1, MOVES.down, grid), 2);
  assert.equal(movedReading(0, MOVES.right, grid), 1);
  assert.equal(movedReading(1, MOVES.right, grid), 2);
  assert.equal(movedReading(0, MOVES.left, grid), 0);
  assert.equal(movedReading(1, MOVES.up, grid), 0);
  assert.equal(movedReading(1, MOVES.up, { ...grid, first: 0 }), 1);
});
