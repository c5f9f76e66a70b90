// Cosines, the most and least alike, and the means of a tile, against numpy's.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Cosines, extremes, means } from "../../../vitviz/app/topics/position/cosines.js";

/**
 * @type {{ values: number[], dim: number, map: { rows: number, columns: number, prefix: string[] },
 *   rows: (number | null)[][], query: number, most: number[], least: number[], means: Record<string, number>,
 *   pair: { tokens: [number, number], dot: number, lengths: [number, number] } }}
 */
const fixture = JSON.parse(readFileSync(new URL("cosines.json", import.meta.url), "utf8"));
const cosines = new Cosines(Float32Array.from(fixture.values), fixture.dim);
const row = (/** @type {number} */ i) => cosines.row(i, new Float64Array(cosines.count));
const close = (/** @type {number} */ a, /** @type {number} */ b) =>
  assert.ok(Math.abs(a - b) < 2e-12, `${a} is not ${b}`);

test("every cosine is numpy's, and a token without a position has none", () => {
  for (const [i, expected] of fixture.rows.entries())
    for (const [j, value] of row(i).entries()) {
      const there = expected[j];
      if (there === null) assert.ok(Number.isNaN(value));
      else close(value, there);
    }
});

test("one cosine is the sum of what its channels give", () => {
  const { tokens, dot, lengths } = fixture.pair;
  const pair = cosines.pair(...tokens);
  close(pair.dot, dot);
  pair.lengths.forEach((length, i) => {
    close(length, lengths[i]);
  });
  close(pair.cosine, Number(fixture.rows[tokens[0]][tokens[1]]));
  close(
    pair.shares.reduce((a, b) => a + b),
    pair.cosine,
  );
  assert.ok(cosines.pair(1, 3).shares.every(Number.isNaN));
});

test("the most and the least alike patches in order, prefix tokens left out", () => {
  const { query, map, most, least } = fixture;
  assert.deepEqual(extremes(row(query), query, map.prefix.length, 3, true), most);
  assert.deepEqual(extremes(row(query), query, map.prefix.length, 3, false), least);
});

test("means over neighbours, row, column and the rest", () => {
  const got = means(row(fixture.query), fixture.query, fixture.map);
  assert.deepEqual(Object.keys(got), Object.keys(fixture.means));
  for (const [name, value] of Object.entries(fixture.means)) close(got[name], value);
  const alone = means(new Float64Array([1]), 0, { rows: 1, columns: 1, prefix: [] });
  assert.ok(Object.values(alone).every(Number.isNaN));
});
