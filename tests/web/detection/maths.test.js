import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { answerAt } from "../../../vitviz/app/topics/detection/boxes.js";
import {
  allSaid,
  cheapest,
  doubles,
  lookers,
  meanOf,
  moved,
  overlap,
  saidBy,
  shareInside,
  surest,
} from "../../../vitviz/app/topics/detection/maths.js";

/** @type {Record<string, any>} */
const known = JSON.parse(readFileSync(new URL("answers.json", import.meta.url), "utf8"));
const answers = { boxes: Float32Array.from(known.boxes), probabilities: Float32Array.from(known.probabilities) };
const sizes = /** @type {any} */ ({ queries: 12, classes: 3 });

/**
 * @param {number} one
 * @param {number} other
 */
const near = (one, other) => assert.ok(Math.abs(one - other) < 1e-5, `${one} is not ${other}`);

test("overlaps of all pairs are Python's", () => {
  const said = allSaid(answers, sizes, 0);
  for (const [i, one] of said.entries()) {
    for (const [j, other] of said.entries()) {
      const { both, union, around, iou, giou } = overlap(one.box, other.box);
      near(iou, known.iou[12 * i + j]);
      near(giou, known.giou[12 * i + j]);
      near(both / union - (around - union) / around, giou);
    }
  }
});

test("doubles are Python's", () => {
  assert.ok(known.doubles.length > 0);
  assert.deepEqual(doubles(allSaid(answers, sizes, 0), 0.4), known.doubles);
  assert.deepEqual(doubles(allSaid(answers, sizes, 0), 1.1), []);
});

test("a query says its likeliest class other than no object", () => {
  for (let query = 0; query < 12; query++) {
    const own = known.probabilities.slice(4 * query, 4 * query + 3);
    const { kind, score, none } = saidBy(answers, sizes, 0, query);
    near(score, Math.max(...own));
    near(own[kind], score);
    near(none, known.probabilities[4 * query + 3]);
  }
});

test("the share inside of a box counts the places whose middle is in it", () => {
  const map = [0.1, 0.2, 0.3, 0.4];
  near(shareInside(map, 0, [2, 2], [0.25, 0.5, 0.5, 1]), 0.4); // the left half
  near(shareInside(map, 0, [2, 2], [0.5, 0.5, 1, 1]), 1);
  near(shareInside([9, ...map], 1, [2, 2], [0.75, 0.75, 0.2, 0.2]), 0.4);
});

test("how far a box moved is its corner that moved most", () => {
  near(moved([0.5, 0.5, 0.2, 0.2], [0.5, 0.5, 0.4, 0.2], 100), 10);
  near(moved([0.5, 0.5, 0.2, 0.2], [0.6, 0.5, 0.2, 0.2], 96), 9.6);
});

test("who looks at a place, by the mean of the heads, and who is surest", () => {
  const two = /** @type {any} */ ({ heads: 2, queries: 3, grid: [1, 2], layers: 1, classes: 3 });
  const cross = Float32Array.from([0.5, 0.5, 0.1, 0.9, 1, 0, 0.5, 0.5, 0.3, 0.7, 0, 1]); // (L 1, H 2, Q 3, N 2)
  assert.deepEqual(
    lookers(cross, two, 0, 1).map(({ query }) => query),
    [1, 0, 2],
  );
  near(lookers(cross, two, 0, 1)[0].weight, 0.8);
  const scores = allSaid(answers, sizes, 0).map(({ score }) => score);
  assert.equal(surest(answers, /** @type {any} */ ({ ...sizes, layers: 1 })), scores.indexOf(Math.max(...scores)));
});

test("means and cheapest queries", () => {
  const values = Float32Array.from([9, 1, 2, 3, 4]);
  assert.deepEqual([...meanOf(values, 1, 2, 2)], [2, 3]);
  const costs = Float32Array.from([9, 5, 1, 2, 0, 7]); // 3 queries for 2 things
  assert.deepEqual([cheapest(costs, 0, 3, 2, 0), cheapest(costs, 0, 3, 2, 1)], [2, 1]);
});

test("a press takes the smallest box that is there and shown", () => {
  const box = (/** @type {number[]} */ ...numbers) => Float32Array.from(numbers);
  const said = [
    { query: 0, kind: 0, score: 0.9, none: 0, box: box(0.5, 0.5, 0.8, 0.8) },
    { query: 1, kind: 0, score: 0.9, none: 0, box: box(0.5, 0.5, 0.4, 0.4) },
    { query: 2, kind: 0, score: 0.2, none: 0, box: box(0.5, 0.5, 0.2, 0.2) },
  ];
  assert.equal(answerAt(said, 0.5, 0.5, 0.5)?.query, 1);
  assert.equal(answerAt(said, 0.1, 0.5, 0.5)?.query, 2);
  assert.equal(answerAt(said, 0.5, 0.2, 0.2)?.query, 0);
  assert.equal(answerAt(said, 0.5, 0.05, 0.5), null);
});
