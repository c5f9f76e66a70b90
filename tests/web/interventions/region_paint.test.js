import assert from "node:assert/strict";
import { test } from "node:test";
import {
  numbersOf,
  Painting,
  rangesOf,
  rectangle,
  wayBetween,
} from "../../../vitviz/app/topics/interventions/region_paint.js";

const map = { rows: 4, columns: 5 };

function painting(text = "") {
  const made = new Painting();
  made.restart(text, map);
  return made;
}

test("a region as the address has it, there and back", () => {
  assert.equal(rangesOf([7, 5, 6, 12]), "5-7_12");
  assert.equal(rangesOf([]), "");
  assert.equal(rangesOf([3, 4]), "3-4");
  assert.deepEqual(numbersOf("5-7_12", 20), [5, 6, 7, 12]);
  assert.deepEqual(numbersOf("18-9999", 20), [18, 19]);
  assert.deepEqual(numbersOf("", 20), []);
});

test("rectangles and ways, whatever the direction", () => {
  assert.deepEqual(rectangle(12, 6, map), [6, 7, 11, 12]);
  assert.deepEqual(rectangle(8, 11, map), [6, 7, 8, 11, 12, 13]);
  assert.deepEqual(wayBetween(0, 18, map), [0, 6, 12, 18]);
  assert.deepEqual(wayBetween(4, 0, map), [4, 3, 2, 1, 0]);
  assert.deepEqual(wayBetween(3, 3, map), [3]);
});

test("a click toggles one patch, and the first cell of a stroke says what it does", () => {
  const made = painting();
  made.begin(6);
  assert.equal(made.end(), "6");
  made.begin(6);
  made.extend(12);
  assert.equal(made.end(), "");
  made.begin(12);
  assert.equal(made.end(), "12");
  made.begin(6);
  made.extend(12);
  assert.equal(made.end(), "6-7_11-12");
});

test("a rectangle shrinks again, a brush does not", () => {
  const made = painting("19");
  made.begin(0);
  made.extend(12);
  made.extend(1);
  assert.equal(made.end(), "0-1_19");
  made.tool = "brush";
  made.begin(5);
  made.extend(7);
  made.extend(5);
  assert.equal(made.end(), "0-1_5-7_19");
});

test("a late answer does not take a later stroke back, two strokes within one frame count both", () => {
  const made = painting();
  made.begin(0);
  const first = made.end();
  made.begin(2);
  const second = made.end();
  assert.equal(second, "0_2");
  made.restart("", map); // what was on its way before any stroke
  assert.equal(made.text, "0_2");
  made.restart(/** @type {string} */ (first), map);
  assert.equal(made.text, "0_2");
  made.begin(9);
  made.restart(/** @type {string} */ (second), map); // within a third stroke
  made.extend(9);
  assert.equal(made.end(), "0_2_9");
});

test("the host's own news counts: another address, another model", () => {
  const made = painting("3");
  made.restart("4-5", map);
  assert.equal(made.text, "4-5");
  made.restart("4-5_7", { rows: 2, columns: 3 });
  assert.equal(made.text, "4-5");
});

test("what a stroke changed back is not sent, and a cancelled one is forgotten", () => {
  const made = painting("6");
  made.begin(0);
  made.cancel();
  assert.equal(made.text, "6");
  assert.equal(made.end(), null);
  assert.equal(made.extend(3), false);
});

test("invert keeps the region only, clear takes all off", () => {
  const made = painting("0-9_11-19");
  assert.equal(made.invert(), "10");
  assert.equal(made.clear(), "");
  assert.equal(made.invert(), "0-19");
});

test("keys: arrows move and stay inside, space toggles, shift draws a rectangle", () => {
  const made = painting();
  assert.equal(made.move([-1, -1], false), null);
  assert.equal(made.cursor, 0);
  made.move([1, 0], false);
  assert.equal(made.toggle(), "5");
  made.move([0, 1], false);
  assert.equal(made.move([0, 1], true), "5-7");
  assert.equal(made.move([1, 0], true), "5-7_11-12");
  assert.equal(made.move([-1, 0], true), "5-7");
  made.move([0, 1], false);
  assert.equal(made.cursor, 8);
  made.tool = "brush";
  assert.equal(made.move([0, 1], true), "5-9");
});
