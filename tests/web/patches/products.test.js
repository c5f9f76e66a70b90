// Entries of the flattened patch: their places, sums and words, against Python's projection.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cellText, describe, movedEntry, placeOf, sumUntil } from "../../../vitviz/app/topics/patches/products.js";

/** @typedef {import("../../../vitviz/app/topics/patches/products.js").Products} Products */
/** @type {Products & { running: number[], places: number[][] }} */
const data = JSON.parse(readFileSync(new URL("products.json", import.meta.url), "utf8"));
const WORDS = { row: "row", column: "column", running: "sum of" };

test("every entry stands where numpy puts it, and the sums grow as Python's", () => {
  for (const [index, place] of data.places.entries()) {
    assert.deepEqual(placeOf(index, data.side), place);
    assert.ok(Math.abs(sumUntil(index, data.products) - data.running[index]) < 1e-12);
  }
});

test("arrow keys move by a column or a row and stop at both ends", () => {
  assert.equal(movedEntry(21, "ArrowRight", 4, 3), 22);
  assert.equal(movedEntry(21, "ArrowDown", 4, 3), 25);
  assert.equal(movedEntry(1, "ArrowUp", 4, 3), 0);
  assert.equal(movedEntry(47, "ArrowRight", 4, 3), 47);
  assert.equal(movedEntry(21, "Enter", 4, 3), null);
});

test("an entry in words says pixel, product and sum with the numbers in them", () => {
  const index = 16 + 4 * 2 + 3;
  const [where, product, sum] = describe(index, data, WORDS).replaceAll("\u2212", "-").split("\n");
  assert.ok(
    where.startsWith(`x[${index}] = x(c 1 = G, row 2, column 3) = (${data.levels[index]}/255 - 0.456) / 0.224`),
  );
  const normalised = (data.levels[index] / 255 - 0.456) / 0.224;
  assert.ok(Math.abs(Number(where.split(" = ").at(-1)) - normalised) < 1e-3);
  const [left, right, result] = (product.split("] = ")[1].match(/-?\d+\.?\d*(?:e-?\d+)?/g) ?? []).map(Number);
  assert.ok(Math.abs(left * right - result) < 2e-3 * Math.abs(result));
  assert.ok(sum.startsWith(`sum of x\u00b7w[0\u2026${index}] = `));
  assert.ok(Math.abs(Number(sum.split(" = ")[1]) - data.running[index]) < 1e-3);
});

test("values in cells are short", () => {
  assert.deepEqual([0.123, -0.0341, 1.2, -2, 0].map(cellText), [".12", "\u2212.034", "1.20", "\u22122.00", ".000"]);
});
