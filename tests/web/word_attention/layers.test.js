import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { contribution } from "../../../vitviz/web/explorer/contribution.js";
import { fixed } from "../../../vitviz/web/shared/format.js";
import { Layers } from "../../../vitviz/web/word_attention/layers.js";
import { hundredths, reading } from "../../../vitviz/web/word_attention/wording.js";

const read = JSON.parse(readFileSync(new URL("./attention.json", import.meta.url), "utf8"));
/** @type {Record<string, any>} */
const TYPES = { lse: Float64Array, tokens: Int32Array, query_tokens: Int32Array, forbidden: Uint8Array };
for (const { arrays } of read.layers)
  for (const name of Object.keys(arrays)) arrays[name] = (TYPES[name] ?? Float32Array).from(arrays[name]);
const layers = new Layers(read);

for (const [at, kind] of ["a causal triangle", "a rectangle with a masked key"].entries()) {
  test(`${kind}: every head's weights are torch's, and no weights where the mask forbids`, () => {
    const layer = layers.layers[at];
    const { weights, arrays } = read.layers[at];
    const pairs = arrays.forbidden.length;
    for (const head of [0, 1]) {
      const { values } = layer.matrix(head);
      for (let i = 0; i < pairs; i++) {
        if (arrays.forbidden[i]) assert.ok(Number.isNaN(values[i]) && weights[head * pairs + i] === 0);
        else assert.ok(Math.abs(values[i] - weights[head * pairs + i]) < 1e-6);
      }
    }
    const mean = layer.matrix("mean").values;
    const free = arrays.forbidden.indexOf(0);
    assert.ok(Math.abs(mean[free] - (weights[free] + weights[pairs + free]) / 2) < 1e-6);
    assert.equal(layer.allowed.count, arrays.forbidden.filter((/** @type {number} */ cut) => !cut).length);
  });

  test(`${kind}: an opened weight has the mask among its addends, and adds what torch adds`, () => {
    const layer = layers.layers[at];
    const [i, j] = [layer.queries.first + layer.queries.count - 1, layer.keys.first + layer.keys.count - 1];
    const cell = layer.maths.cell(1, i, j);
    assert.equal(cell.mask, 0);
    const { added } = contribution(cell, layer.valuesOf(1), layer.maths.dim, 0);
    for (const [c, value] of read.layers[at].added.entries()) assert.ok(Math.abs(added[c] - value) < 1e-5);
    const [cutQuery, cutKey] = at ? [i, 1] : [0, 3];
    const cut = layer.maths.cell(1, cutQuery, cutKey);
    assert.equal(cut.mask, layer.maths.header.masked);
    assert.equal(cut.weight, 0);
    assert.ok(Math.abs(cut.weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-12);
  });
}

test("a line of a word names the strongest, and says of a masked pair that it is one", () => {
  const words = { looksAt: "looks at", seenBy: "is seen by", maskedPair: "masked", maskedWord: "nothing" };
  /** @type {import("../../../vitviz/web/word_attention/types.d.ts").Place} */
  const place = { layer: 0, head: 0, token: 0, other: -1, direction: "row", pinned: false, own: false };
  assert.equal(reading(layers, place, { token: 0, other: -1 }, words), "a (0) looks at  a (0) 1.000");
  assert.equal(reading(layers, place, { token: 0, other: 2 }, words), "A[a (0), c (2)]: masked");
  assert.match(reading(layers, place, { token: 1, other: 0 }, words), /^A\[b \(1\), a \(0\)\] = 0\.\d+ = .* × 1\/2$/);
  const column = { ...place, layer: 1, direction: /** @type {const} */ ("column") };
  assert.equal(reading(layers, column, { token: 1, other: -1 }, words), "b (1): nothing");
});

test("two digits are written as everywhere, ties too", () => {
  const values = [0, 1, 0.125, 0.375, 0.005, 0.015, 0.994999, 0.995, 0.0049999, 1 / 3];
  for (const value of values) assert.equal(hundredths(value), fixed(value, 2));
});
