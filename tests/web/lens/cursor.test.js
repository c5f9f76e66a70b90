import assert from "node:assert/strict";
import { test } from "node:test";
import { LensCursor, placeAfterKey } from "../../../vitviz/web/lens/cursor.js";

const limits = { grid: { rows: 2, columns: 3, first: 2 }, depths: 4, classes: 3 };
const place = { reading: 4, depth: 2, target: 1 };
const classes = [7, 3, 9].map((index) => ({ index }));
const pressed = (/** @type {string} */ key, from = place, first = 2) =>
  placeAfterKey(key, null, from, { ...limits, grid: { ...limits.grid, first } });

test("the pointer moves the cursor only while it is there", () => {
  const cursor = new LensCursor();
  cursor.restart({ ...place, classes });
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
  cursor.restart({ ...place, classes });
  assert.deepEqual(cursor.place, place);
});

test("an answer to an earlier choice takes no later one back, other news does", () => {
  const cursor = new LensCursor();
  cursor.restart({ ...place, classes });
  cursor.fix({ depth: 1 });
  const sent = cursor.sent();
  assert.deepEqual(sent, { reading: 4, depth: 1, target: 3 });
  cursor.fix({ reading: 5 });
  cursor.fix({ target: 2 });
  cursor.restart({ reading: 4, depth: 1, target: 0, classes: [{ index: 3 }, { index: 9 }] }); // the answer, late
  assert.deepEqual(cursor.fixed, { reading: 5, depth: 1, target: 1 });
  assert.deepEqual(cursor.sent(), { reading: 5, depth: 1, target: 9 });
  cursor.restart({ ...place, classes }); // another picture, say
  assert.deepEqual(cursor.fixed, place);
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
