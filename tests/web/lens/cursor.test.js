import assert from "node:assert/strict";
import { test } from "node:test";
import { LensCursor, placeAfterKey } from "../../../vitviz/app/topics/lens/cursor.js";

const limits = { grid: { rows: 2, columns: 3, first: 2 }, depths: 4, classes: 3 };
const place = { reading: 4, depth: 2, target: 1 };
const pressed = (/** @type {string} */ key, from = place, first = 2) =>
  placeAfterKey(key, null, from, { ...limits, grid: { ...limits.grid, first } });

test("the pointer moves the cursor only while it is there", () => {
  const cursor = new LensCursor();
  cursor.restart(place);
  cursor.hover({ reading: 5 });
  assert.deepEqual(cursor.place, { reading: 5, depth: 2, target: 1 });
  cursor.hover({ depth: 0 });
  assert.deepEqual(cursor.place, { reading: 5, depth: 0, target: 1 });
  cursor.hover({ reading: null, depth: null });
  assert.deepEqual(cursor.place, place);
});

test("what is fixed stays, and goes with other data", () => {
  const cursor = new LensCursor();
  cursor.fix({ target: 2 });
  cursor.hover({ reading: 3 });
  assert.deepEqual(cursor.fixed, { reading: 0, depth: 0, target: 2 });
  cursor.restart(place);
  assert.deepEqual(cursor.place, place);
});

test("keys change depth and class, and stay within what there is", () => {
  assert.deepEqual(pressed("PageUp"), { depth: 1 });
  assert.deepEqual(pressed("PageUp", { ...place, depth: 0 }), { depth: 0 });
  assert.deepEqual(pressed("PageDown", { ...place, depth: 3 }), { depth: 3 });
  assert.deepEqual(pressed("]", { ...place, target: 2 }), { target: 0 });
  assert.deepEqual(pressed("[", { ...place, target: 0 }), { target: 2 });
  assert.deepEqual(pressed("Home"), { reading: 0 });
  assert.equal(pressed("Home", place, 0), null);
  assert.equal(pressed("q"), null);
});

test("arrows move over the patches", () => {
  assert.deepEqual(placeAfterKey("ArrowRight", [0, 1], place, limits), { reading: 4 }); // the last column
  assert.deepEqual(placeAfterKey("ArrowDown", [1, 0], place, limits), { reading: 7 });
  assert.deepEqual(placeAfterKey("ArrowUp", [-1, 0], place, limits), { reading: 1 }); // before the patches
});
