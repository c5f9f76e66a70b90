// Rows of addends: in order or by size, opened, with the sum so far.
import assert from "node:assert/strict";
import { test } from "node:test";
import { addendRows, barAt, findAddend } from "../../../vitviz/app/topics/attribution/addends.js";

/**
 * @param {number} number
 * @param {number} value
 * @param {import("../../../vitviz/app/topics/attribution/addends.js").Addend[]} inside
 */
const addend = (number, value, inside = []) => ({ number, label: `part ${number}`, value, inside });
const inner = [addend(2, 0.25), addend(3, -2), addend(4, 1)];
const addends = [addend(0, 0.5), addend(1, -0.75, inner), addend(5, 3), addend(6, -1)];
/** @param {import("../../../vitviz/app/topics/attribution/addends.js").Row[]} rows */
const numbers = (rows) => rows.map((row) => row.addend.number);

test("in order, the sum so far is that of the rows above", () => {
  const rows = addendRows(addends, false, new Set());
  assert.deepEqual(numbers(rows), [0, 1, 5, 6]);
  assert.deepEqual(
    rows.map(({ sum }) => sum),
    [0.5, -0.25, 2.75, 1.75],
  );
});

test("by size, the largest is first at every level and the last sum is the same", () => {
  const rows = addendRows(addends, true, new Set([1]));
  assert.deepEqual(numbers(rows), [5, 6, 1, 3, 4, 2, 0]);
  assert.equal(rows[rows.length - 1].sum, 1.75);
  const outer = rows.filter(({ depth }) => depth === 0).map((row) => Math.abs(row.addend.value));
  assert.deepEqual(
    outer,
    [...outer].sort((a, b) => b - a),
  );
});

test("an opened addend is followed by what it is the sum of, which is not added again", () => {
  const rows = addendRows(addends, false, new Set([1, 5]));
  assert.deepEqual(numbers(rows), [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(
    rows.map(({ depth }) => depth),
    [0, 0, 1, 1, 1, 0, 0],
  );
  assert.deepEqual(
    rows.filter(({ depth }) => depth).map(({ sum }) => sum),
    [null, null, null],
  );
  assert.equal(
    inner.reduce((sum, { value }) => sum + value, 0),
    addends[1].value,
  );
});

test("the order that was given stays as it is", () => {
  const before = numbers(addendRows(addends, false, new Set()));
  addendRows(addends, true, new Set([1]));
  assert.deepEqual(numbers(addendRows(addends, false, new Set())), before);
});

test("an addend is found at any depth", () => {
  assert.equal(findAddend(addends, 4), inner[2]);
  assert.equal(findAddend(addends, 5)?.value, 3);
  assert.equal(findAddend(addends, 9), undefined);
});

test("bars begin at 0 in the middle and the largest fills its half", () => {
  assert.deepEqual(barAt(3, 3), { left: 50, width: 50 });
  assert.deepEqual(barAt(-1.5, 3), { left: 25, width: 25 });
  assert.deepEqual(barAt(0, 0), { left: 50, width: 0 });
});
