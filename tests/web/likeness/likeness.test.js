// Cosines and colours of the browser against torch's and numpy's.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { arrangement } from "../../../vitviz/app/topics/likeness/map_row.js";
import { pixelsOf } from "../../../vitviz/app/topics/likeness/shades.js";
import { lowest, mostAlike, TokenVectors } from "../../../vitviz/app/topics/likeness/vectors.js";

const fixture = JSON.parse(readFileSync(new URL("likeness.json", import.meta.url), "utf8"));
const [first, second] = [fixture.first, fixture.second].map(
  ({ vectors, count }) => new TokenVectors(Float32Array.from(vectors), count, fixture.heads),
);

/**
 * @param {ArrayLike<number>} found
 * @param {number[]} expected
 */
function near(found, expected) {
  assert.equal(found.length, expected.length);
  for (const [i, value] of expected.entries())
    assert.ok(Math.abs(found[i] - value) < 5e-5, `${i}: ${found[i]} is not ${value}`);
}

test("cosines are torch's, of all heads and of one, in the same picture and in another", () => {
  for (const { head, token, own, other } of fixture.cases) {
    near(first.cosines(first, token, head, new Float32Array(first.count)), own);
    near(second.cosines(first, token, head, new Float32Array(second.count)), other);
  }
});

test("a vector has cosine 1 with itself, and a vector of zeros none at all", () => {
  const out = first.cosines(first, 3, -1, new Float32Array(first.count));
  assert.ok(Math.abs(out[3] - 1) < 1e-6);
  const some = new TokenVectors(Float32Array.of(0, 0, 3, 4, -6, -8), 3, 1);
  assert.deepEqual(Array.from(some.cosines(some, 1, -1, new Float32Array(3))), [NaN, 1, -1]);
  assert.ok(some.cosines(some, 0, -1, new Float32Array(3)).every(Number.isNaN));
});

test("what is not there has no cosines: a head, a token, vectors of another width", () => {
  const out = () => new Float32Array(first.count);
  assert.ok(first.cosines(first, 0, fixture.heads, out()).every(Number.isNaN));
  assert.ok(first.cosines(first, -1, -1, out()).every(Number.isNaN));
  const narrow = new TokenVectors(new Float32Array(8), 2, 2);
  assert.ok(first.cosines(narrow, 0, -1, out()).every(Number.isNaN));
});

test("the most alike patches come in order, without the token itself and without what has no value", () => {
  assert.deepEqual(mostAlike([9, 9, 0.5, NaN, 1, 0.7, 0.7], 2, 3, 4), [5, 6, 2]);
  assert.deepEqual(mostAlike([1, NaN], 1, 3), []);
  assert.equal(lowest([-5, 0.5, NaN, -0.25], 1, 1), -0.25);
});

test("directions are painted in the colours of Python", () => {
  const projections = Float32Array.from(fixture.projections);
  const pixels = pixelsOf({
    share: Float64Array.from(fixture.share),
    spans: Float64Array.from(fixture.spans),
    projections,
  });
  const bytes = new Uint8Array(pixels.buffer);
  for (let i = 0; i < pixels.length; i++) {
    for (let c = 0; c < 3; c++)
      assert.ok(Math.abs(bytes[4 * i + c] - 255 * fixture.colours[3 * i + c]) <= 0.51, `patch ${i}, colour ${c}`);
    assert.equal(bytes[4 * i + 3], 255);
  }
});

test("a direction without variance has the middle colour", () => {
  const spans = Float64Array.of(0, 0, 0, 0, -1, 1);
  const pixels = pixelsOf({ share: Float64Array.of(0, 0, 1), spans, projections: Float32Array.of(0, 0, 1) });
  assert.deepEqual(Array.from(new Uint8Array(pixels.buffer)), [128, 128, 255, 255]);
});

test("small maps fill their lines evenly, and are never wider than there is room", () => {
  assert.deepEqual(arrangement(12, 930), { columns: 12, lines: 1, side: 71 });
  const phone = arrangement(12, 350);
  assert.deepEqual([phone.columns, phone.lines], [6, 2]);
  for (const [count, width] of [
    [12, 300],
    [24, 900],
    [1, 500],
    [10, 120],
  ]) {
    const { columns, lines, side } = arrangement(count, width);
    assert.ok(columns * (side + 6) - 6 <= width && columns * lines >= count);
  }
});
