import assert from "node:assert/strict";
import { test } from "node:test";
import { outlinePaths, placeOf, tokenAcross, tokenAt } from "../../../vitviz/web/explorer/tokens.js";

const map = { prefix: ["cls"], rows: 2, columns: 3 };

test("prefix tokens have no place, patches go row by row", () => {
  assert.equal(placeOf(0, map), null);
  assert.deepEqual(placeOf(1, map), [0, 0]);
  assert.deepEqual(placeOf(6, map), [1, 2]);
});

test("the token at a point of the picture", () => {
  assert.equal(tokenAt(0.5, 0.25, map), 2);
  assert.equal(tokenAt(0.99, 0.99, map), 6);
  assert.equal(tokenAt(1, 0.5, map), null);
  assert.equal(tokenAt(0.5, -0.01, map), null);
});

test("a window's edge runs around it, and around each of its torn parts", () => {
  const square = { prefix: [], rows: 2, columns: 2 };
  const whole = outlinePaths([0, 1, 2, 3], () => false, square);
  assert.equal(whole.edge.match(/M/g)?.length, 8);
  assert.equal(whole.crosses, "");
  const torn = outlinePaths([0, 3, -1], (token) => token === 3, square);
  assert.equal(torn.edge.match(/M/g)?.length, 8); // four sides each
  assert.match(torn.crosses, /^M1\.25 1\.25/);
});

test("a token of another model is at the same place, or has the same name", () => {
  const vit = { prefix: ["cls"], rows: 14, columns: 14 };
  const swin = { prefix: [], rows: 56, columns: 56 };
  const other = { prefix: ["cls", "reg"], rows: 16, columns: 16 };
  const at = (/** @type {number} */ row, /** @type {number} */ column, /** @type {typeof other} */ of) =>
    of.prefix.length + row * of.columns + column;
  assert.equal(tokenAcross(swin, at(7, 3, vit), vit), at(30, 14, swin)); // the middle of 4 x 4
  assert.equal(tokenAcross(vit, at(30, 14, swin), swin), at(7, 3, vit));
  assert.equal(tokenAcross(other, at(0, 13, vit), vit), at(0, 15, other)); // no merging: by the patch's middle
  assert.equal(tokenAcross(vit, at(15, 8, other), other), at(13, 7, vit));
  assert.equal(tokenAcross(other, 0, vit), 0);
  assert.equal(tokenAcross(swin, 0, vit), -1);
  assert.equal(tokenAcross(vit, 1, other), -1);
  assert.equal(tokenAcross(vit, 5, vit), 5);
});
