// Changed rows, shares, ranks and places of the recommendation page against what Python computes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  largestFirst,
  MAP_HEIGHT,
  mapPlaces,
  metrics,
  ofAirports,
  product,
  softmax,
  worthOf,
} from "../../../vitviz/app/topics/recommendation/maths.js";
import { changed, readEdits, rowNow, writeEdits } from "../../../vitviz/app/topics/recommendation/row.js";

const known = JSON.parse(readFileSync(new URL("rows.json", import.meta.url), "utf8"));
const { codes, given } = known;

test("a changed row is the one that Python makes of the same text", () => {
  for (const { text, written, left } of known.rows) {
    assert.equal(writeEdits(readEdits(text, codes), codes), written);
    const kept = rowNow(given, text, codes).flatMap((item, place) => (item === null ? [] : [[place, item]]));
    assert.deepEqual(kept, left);
  }
  assert.equal(changed("3-", 1, 4, given, codes), "1DCA,3-");
  assert.equal(changed("1DCA,3-", 3, null, given, codes), "1DCA,3-");
  assert.equal(changed("1DCA,3-", 1, given[1], given, codes), "3-");
});

test("shares, ranks and sums", () => {
  const { shares, top, sum } = softmax(known.scores);
  for (const [i, share] of known.shares.entries()) assert.ok(Math.abs(shares[i] - share) < 1e-12);
  assert.ok(Math.abs(Math.exp(known.scores[2] - top) / sum - known.shares[2]) < 1e-12);
  for (const { k, recall, mrr } of known.metrics) {
    const found = metrics(known.ranks, k);
    assert.ok(Math.abs(found.recall - recall) < 1e-12 && Math.abs(found.mrr - mrr) < 1e-12);
  }
  assert.deepEqual(largestFirst(known.scores), [0, 3, 2, 1]);
  assert.deepEqual([...ofAirports([1, 2, 1], [9, 0.5, 2, 4], 3, 1)], [4.5, 2, 0]);
  assert.deepEqual(product([9, 1, -2, 3], 1, [4, 5, 6], 0, 3), {
    sum: 12,
    largest: [
      { channel: 2, term: 18 },
      { channel: 1, term: -10 },
      { channel: 0, term: 4 },
    ],
  });
  assert.deepEqual([...worthOf(Float32Array.of(0.25, 0.5, 0.75, 0.125), 0.5, 1, 2)], [0, 0.375]);
});

test("an airport stands north of another that lies south of it, and on the shelf where it has no place", () => {
  const [boston, miami, seattle, honolulu, nowhere] = mapPlaces(
    [-71, -80.3, -122.3, -157.9, Number.NaN],
    [42.4, 25.8, 47.4, 21.3, Number.NaN],
  );
  assert.ok(boston.y < miami.y && seattle.x < miami.x && miami.x < boston.x && boston.x < 100);
  assert.ok(honolulu.shelf && nowhere.shelf && nowhere.x > honolulu.x && nowhere.y < MAP_HEIGHT);
});
