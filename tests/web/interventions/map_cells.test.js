import assert from "node:assert/strict";
import { test } from "node:test";
import { cellBeside, everyLabel } from "../../../vitviz/app/topics/interventions/map_cells.js";

const map = { rows: 3, columns: 4, counts: [2, 4, 4] };

test("arrows move to the cell beside, and stay inside a row that is shorter", () => {
  assert.equal(cellBeside(5, [0, 1], map), 6);
  assert.equal(cellBeside(7, [0, 1], map), 7);
  assert.equal(cellBeside(7, [-1, 0], map), 1);
  assert.equal(cellBeside(1, [0, 1], map), 1);
  assert.equal(cellBeside(0, [-1, -1], map), 0);
  assert.equal(cellBeside(11, [1, 0], map), 11);
});

test("as many numbers as there is room for", () => {
  assert.equal(everyLabel(12, 360), 1);
  assert.equal(everyLabel(24, 200), 3);
  assert.equal(everyLabel(1, 5), 5);
});
