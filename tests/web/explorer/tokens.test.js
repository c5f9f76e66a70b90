import assert from "node:assert/strict";
import { test } from "node:test";
import { outlinePaths, placeOf, tokenAt } from "../../../vitviz/web/explorer/tokens.js";

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
