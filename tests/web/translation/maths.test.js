import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { layout, ribbon } from "../../../vitviz/app/topics/translation/layout.js";
import {
  changedPieces,
  crossingsOf,
  headValues,
  keysOf,
  mapOf,
  openedWeight,
  strongestKey,
} from "../../../vitviz/app/topics/translation/maths.js";
import { lengths, statements } from "../../../vitviz/app/topics/translation/statement.js";

/** @type {Record<string, any>} */
const known = JSON.parse(readFileSync(new URL("weights.json", import.meta.url), "utf8"));
const { sizes } = known;
/** @type {("cross" | "own")[]} */
const ATTENTIONS = ["cross", "own"];
const arrays = (/** @type {"cross" | "own"} */ name) => ({
  ...Object.fromEntries(["q", "k", "v", "pattern"].map((part) => [part, Float32Array.from(known[name][part])])),
});

/**
 * @param {number} one
 * @param {number} other
 */
const near = (one, other) => assert.ok(Math.abs(one - other) < 1e-5, `${one} is not ${other}`);

test("every opened weight is torch's, the triangle's too, and its values are those of its head", () => {
  for (const attention of ATTENTIONS) {
    const all = /** @type {any} */ (arrays(attention));
    const keys = keysOf(sizes, attention);
    for (let layer = 0; layer < 2; layer++) {
      for (let head = 0; head < 2; head++) {
        const map = mapOf(all, sizes, keys, layer, head);
        for (let row = 0; row < 3; row++) {
          for (let key = 0; key < (attention === "own" ? row + 1 : keys); key++) {
            const choice = { attention, layer, head, step: row, key };
            const opened = openedWeight(all, sizes, choice, row, key);
            near(opened.weight, map[row * keys + key]);
            near(
              opened.products.reduce((sum, each) => sum + each, 0),
              opened.product,
            );
            const { v } = headValues(all, new Float32Array(2 * 2 * 5 * 4), sizes, choice, row);
            assert.equal(v.length, opened.weights.length * 4);
            near(v[4 * key + 1], known[attention].v[((layer * 2 + head) * keys + key) * 4 + 1]);
          }
        }
      }
      mapOf(all, sizes, keys, layer, -1).forEach((value, i) => {
        near(value, known[attention].mean[layer * 3 * keys + i]);
      });
    }
  }
});

test("crossings count pairs of lines to the strongest words", () => {
  const map = [0, 0, 1, 0, 1, 0, 1, 0, 0];
  assert.equal(strongestKey(map, 3, 1), 1);
  assert.equal(crossingsOf(map, 3, [0, 1, 2]), 3);
  assert.equal(crossingsOf(map, 3, [2, 1, 0]), 0);
});

test("what changed is what is not common", () => {
  assert.deepEqual([...changedPieces([..."三艘紫色的船。"], [..."三座紫色的房子。"])], [1, 5, 6]);
  assert.deepEqual([...changedPieces([..."船。"], [..."船。"])], []);
});

test("two lines where there is room, two columns where not, and each word within the width", () => {
  const english = "there are two small red mushrooms in front of three old yellow mushrooms . </s>".split(" ");
  const chinese = [..."三个旧的黄色的蘑菇前面有两个小的红色的蘑菇。"];
  for (const [width, upright] of /** @type {[number, boolean][]} */ ([
    [900, false],
    [340, true],
  ])) {
    const place = layout(english, chinese, width);
    assert.equal(place.upright, upright);
    for (const box of [...place.words, ...place.pieces]) {
      assert.ok(box.x >= 0 && box.x + box.width <= width + 1);
      assert.ok(box.y >= 12 && box.y <= place.height);
    }
    assert.match(ribbon(place, 3, 5), /^M[\d.]+ [\d.]+C/);
  }
});

const SENTENCES = {
  aligns: "aligns {aligned}/{count}",
  aligns_partly: "partly",
  aligns_not: "not",
  crossings: "{crossed} of {right}",
  rests: "rests {rest:.2f} on {where}",
  rests_not: "awake",
  empty: "empty",
  not_empty: "{ends:.1f} {others:.1f}",
  elsewhere: "elsewhere {share:.2f}",
  mean: "mean",
  no_habits: "none",
};

/**
 * @param {number} aligned of 10
 * @param {number} rest
 * @param {object} [more]
 */
function said(aligned, rest, more = {}) {
  const habits = [[{ aligned, words: 10, resting: 0, needless: 2, rest }]];
  const answer = {
    words: ["a", "boat", ".", "</s>"],
    pieces: ["船", "的", "一"],
    counterparts: [
      { words: [1], begins: true },
      { words: [], begins: false },
      { words: [0], begins: true },
    ],
    habits,
    crossings: 1,
    lengths: Float32Array.of(4, 2, 1, 1.2),
    ...more,
  };
  const choice = { layer: 0, head: 0 };
  const map = Float32Array.of(0, 1, 0, 0, 0, 0.1, 0.7, 0.2, 1, 0, 0, 0);
  const shape = { layers: 1, heads: 1, read: 4, written: 3, dim: 2 };
  const data = { elsewhere: null };
  return statements(/** @type {any} */ ({ answer, sizes: shape, choice, map, words: SENTENCES, data }));
}

test("which sentence is said of a head follows from its numbers", () => {
  assert.deepEqual(said(8, 0.7), ["aligns 8/10", "1 of 1", "rests 0.70 on .", "empty"]);
  assert.deepEqual(said(7, 0.7, { lengths: Float32Array.of(2, 2, 3, 1) }).slice(0, 1), ["partly"]);
  assert.deepEqual(said(5, 0.4), ["not", "1 of 1", "awake"]);
  assert.equal(said(8, 0.7, { lengths: Float32Array.of(2, 2, 3, 1) })[3], "2.0 2.0");
  assert.deepEqual(said(8, 0.7, { habits: null }), ["none"]);
  const found = lengths(Float32Array.of(9, 9, 9, 9, 4, 2, 1, 2), { heads: 1, read: 4 }, 1, 0);
  assert.deepEqual(found, { ends: 1.5, others: 3 });
});
