import assert from "node:assert/strict";
import { test } from "node:test";
import { depthName, placeWords, readingName } from "../../../vitviz/web/lens/lens_words.js";
import { LensNumbers } from "../../../vitviz/web/lens/numbers.js";

const named = {
  depths: ["embed", "blocks.0.resid_post"],
  classes: [
    { index: 7, name: "cat" },
    { index: 3, name: "dog" },
  ],
  first: ["model", "cls"],
  names: { 3: "dog" },
  before: [10, 11],
  words: { patch: "patch", best: "highest" },
};
const grid = { rows: 1, columns: 2, first: 2 };
const numbers = new LensNumbers({
  depths: named.depths,
  classes: named.classes,
  logits: Float32Array.from({ length: 2 * 4 * 2 }, (_, i) => i / 4), // (depths, readings, classes)
  lse: new Float32Array(8).fill(4),
  best: Float32Array.of(3, 3, 3, 3, 3, 3, 3, 9),
  bestLogit: new Float32Array(8).fill(3),
});

test("readings before the patches have names, patches a row and column", () => {
  assert.equal(readingName(named, grid, 1), "cls");
  assert.equal(readingName(named, grid, 3), "patch (0, 1)");
  assert.equal(depthName(named, 0), "z10");
  assert.equal(depthName(named, 1), "z11");
});

test("a place has its name, the followed class's formula and the best class", () => {
  const [where, formula, best] = placeWords(named, grid, numbers, { reading: 2, depth: 1, target: 1 }).split("\n");
  assert.equal(where, "patch (0, 0), z11 = blocks.0.resid_post");
  const z = (1 * 4 + 2) * 2 + 1;
  assert.ok(formula.startsWith("p(dog) = e^("));
  assert.ok(formula.endsWith(Math.exp(z / 4 - 4).toFixed(4)));
  assert.equal(best, `highest: dog ${Math.exp(-1).toFixed(4)}`);
});

test("a class without a name goes by its index", () => {
  assert.ok(placeWords(named, grid, numbers, { reading: 3, depth: 1, target: 0 }).includes("highest: 9 "));
});
