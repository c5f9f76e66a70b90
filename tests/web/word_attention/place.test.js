import assert from "node:assert/strict";
import { test } from "node:test";
import { cellAt, geometryOf } from "../../../vitviz/web/word_attention/geometry.js";
import { fitted, headAfter, placeText, pressed, readPlace } from "../../../vitviz/web/word_attention/place.js";

const read = { first: 0, count: 5 };
const written = { first: 5, count: 3 };
const LAYERS = [
  { heads: 4, queries: read, keys: read },
  { heads: 4, queries: written, keys: read },
];

test("a place survives the way into an address and back, and what is no place is the last word of the first head", () => {
  for (const text of ["0.0.4r", "0.mean.2.3cp", "1.3.6.1rpo"]) assert.equal(placeText(readPlace(text, LAYERS)), text);
  for (const text of ["", "1.x.2r", "<b>"]) assert.equal(placeText(readPlace(text, LAYERS)), "0.0.4r");
});

test("a place is fitted to the layer: a word of the side that looks, and one that is looked at", () => {
  assert.equal(placeText(readPlace("9.9.0.9r", LAYERS)), "1.3.5.4r");
  assert.deepEqual(fitted({ ...readPlace("1.0.6r", LAYERS), direction: "column" }, LAYERS).token, 4);
});

test("a press pins a word, the same again lets go, another one opens the weight of the two", () => {
  const free = readPlace("0.0.2r", LAYERS);
  assert.deepEqual(pressed(free, 3, LAYERS), { token: 3, pinned: true, other: -1 });
  const pinned = readPlace("0.0.3rp", LAYERS);
  assert.deepEqual(pressed(pinned, 3, LAYERS), { pinned: false, other: -1 });
  assert.deepEqual(pressed(pinned, 1, LAYERS), { other: 1 });
  const cross = readPlace("1.0.6rp", LAYERS);
  assert.deepEqual(pressed(cross, 7, LAYERS), { token: 7, pinned: true, other: -1 });
  assert.deepEqual(pressed(readPlace("1.0.6r", LAYERS), 1, LAYERS), { other: 1, pinned: true });
});

test("the heads go round over their mean", () => {
  assert.equal(headAfter(3, 1, 4), "mean");
  assert.equal(headAfter("mean", 1, 4), 0);
  assert.equal(headAfter(0, -1, 4), "mean");
});

test("the large map's cells fill the room, and are never too small for a finger's guess", () => {
  const wide = geometryOf({ rows: 10, columns: 12 }, 600, { left: 60, top: 50 });
  assert.deepEqual([wide.cell, wide.width, wide.height], [40, 540, 450]);
  assert.equal(geometryOf({ rows: 50, columns: 50 }, 320, { left: 60, top: 50 }).cell, 13);
  assert.deepEqual(cellAt(wide, { x: 60 + 41, y: 50 + 39 }), [0, 1]);
  assert.equal(cellAt(wide, { x: 30, y: 80 }), null);
});
