// Edges, bias indices, score terms, crops, and numbers as words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BiasIndex, entriesOf } from "../../../vitviz/app/topics/swin_reach/bias_index.js";
import { middleOf, tokenAt } from "../../../vitviz/app/topics/swin_reach/crop.js";
import { borders, outline } from "../../../vitviz/app/topics/swin_reach/edges.js";
import { percent, whole } from "../../../vitviz/app/topics/swin_reach/format.js";
import { rangesOf, rangesOfQuery, termsOf } from "../../../vitviz/app/topics/swin_reach/score_terms.js";
import { LayerMaths } from "../../../vitviz/web/explorer/maths.js";
import { read } from "./journeys.js";

/** @import { Maths } from "../../../vitviz/app/topics/swin_reach/types.js" */

test("borders run between unlike tokens only, outlines around a set, closed at the map's edge", () => {
  assert.deepEqual(
    borders(2, 2, (token) => token % 2),
    [
      [1, 0, 1, 1],
      [1, 1, 1, 2],
    ],
  );
  assert.deepEqual(
    outline(2, 2, (token) => token === 3),
    [
      [1, 1, 2, 1],
      [1, 2, 2, 2],
      [1, 1, 1, 2],
      [2, 1, 2, 2],
    ],
  );
  assert.equal(outline(3, 4, () => true).length, 2 * (3 + 4));
  assert.deepEqual(
    borders(3, 4, () => 1),
    [],
  );
});

for (const { window, made, index: expected } of read("bias_index.json")) {
  test(`the bias index of windows of ${window} in a table for ${made}`, () => {
    const index = new BiasIndex(Int32Array.from(expected), window, made);
    const { side, places } = index;
    for (let query = 0; query < places; query++) {
      for (let key = 0; key < places; key++) {
        const [[qr, qc], [kr, kc]] = [index.placeOf(query), index.placeOf(key)];
        assert.equal(index.entry(query, key), (qr - kr + made - 1) * side + (qc - kc + made - 1));
      }
    }
    const all = Array.from({ length: side * side }, (_, entry) => index.sharing(entry).length);
    assert.equal(
      all.reduce((sum, count) => sum + count, 0),
      places * places,
    );
    const centre = (side * side - 1) / 2;
    assert.equal(all[centre], places, "every place with itself");
    assert.deepEqual(index.middle(centre), [Math.floor(places / 2), Math.floor(places / 2)]);
    assert.equal(index.middle(0) === undefined, made > window);
    assert.equal(index.moved(0, [0, 1]), 1);
    assert.equal(index.moved(0, [-1, 0]), undefined);
    assert.equal(index.moved(side - 1, [0, 1]), undefined);
  });
}

test("one head's entries are a column of the table", () => {
  const table = { window: 1, heads: 3, values: Float32Array.from([1, 2, 3, 4, 5, 6]), index: new Int32Array() };
  assert.deepEqual([...entriesOf(table, 1)], [2, 5]);
});

/** Two windows of two places, one head of one number; in the second window the mask cuts, and one place is padding. */
function maths() {
  const [q, k, bias] = [Float32Array.of(1, 2, 3, 4), Float32Array.of(1, -1, 2, 0.5), Float32Array.of(0, 1, -1, 0)];
  const scores = [
    [1 + 0, -1 + 1],
    [2 - 1, -2 + 0],
    [6 + 0, 1.5 + 1 - 100],
    [8 - 1 - 100, 2],
  ];
  const lse = Float32Array.from(scores, ([a, b]) => Math.log(Math.exp(a) + Math.exp(b)));
  const header = { heads: 1, head_dim: 1, rows: 1, columns: 3, prefix: [], windows: 2, window: 2, masked: -100 };
  const tokens = Int32Array.of(0, 1, 2, -1);
  const regions = Uint8Array.of(0, 0, 0, 1);
  const made = new LayerMaths({ header, arrays: { q, k, lse, bias, regions, tokens }, bytes: 0 });
  return { scores, lse, maths: /** @type {Maths} */ (/** @type {unknown} */ (made)) };
}

test("a score is the sum of its three terms, and the softmax follows from torch's log-sum-exp", () => {
  const { scores, lse, maths: block } = maths();
  for (const [query, row] of scores.entries()) {
    const [window, place] = [Math.floor(query / 2), query % 2];
    const { values, total, gap, lse: own } = termsOf(block, 0, window, place);
    for (const [key, score] of row.entries()) {
      assert.ok(Math.abs(values.sum[key] - score) < 1e-6);
      assert.ok(Math.abs(values.qk[key] + values.bias[key] + values.mask[key] - values.sum[key]) < 1e-12);
      assert.ok(Math.abs(values.softmax[key] - Math.exp(score - lse[query])) < 1e-6);
    }
    assert.equal(own, lse[query]);
    assert.ok(Math.abs(total - 1) < 1e-6);
    assert.ok(gap < 1e-6);
  }
});

test("scales hold every query of every window, without padding and without what the mask cuts", () => {
  const { scores, lse, maths: block } = maths();
  const weights = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
    [2, 0],
  ].map(([i, j]) => Math.exp(scores[i][j] - lse[i]));
  const { softmax, ...ranges } = rangesOf(block, 0);
  assert.deepEqual(ranges, { qk: 6, bias: 1, mask: 100, sum: 6 });
  assert.ok(Math.abs(softmax - Math.max(...weights)) < 1e-6);
});

test("a query's own scale holds its keys, and of the scores those that the mask leaves", () => {
  const { maths: block } = maths();
  const { values } = termsOf(block, 0, 1, 0);
  const { softmax, ...ranges } = rangesOfQuery(values, (place) => place === 1);
  assert.deepEqual(ranges, { qk: 6, bias: 1, mask: 100, sum: 6 });
  assert.equal(softmax, Math.max(...values.softmax));
  const none = rangesOfQuery({ ...values, mask: [0, 0] }, () => false);
  assert.equal(none.mask, 1, "a map of zeros has a scale too");
});

test("a token's middle lies over the same token, and outside of the crop there is none", () => {
  const map = { rows: 3, columns: 4, cell: 16 };
  const side = {
    box: /** @type {[number, number, number, number]} */ ([10, 20, 138, 116]),
    picture: { image: "", alt: "", width: 64, height: 48 },
  };
  for (let token = 0; token < 12; token++) assert.equal(tokenAt(side, map, middleOf(side, map, token)), token);
  assert.deepEqual(middleOf(side, map, 5), [10 + 128 * (24 / 64), 20 + 96 * (24 / 48)]);
  assert.equal(tokenAt(side, map, [9, 30]), -1);
  assert.equal(tokenAt(side, map, [30, 117]), -1);
});

test("whole numbers and shares", () => {
  assert.equal(whole(1234567), "1,234,567");
  assert.equal(percent(0.0625), "6.25 %");
});
