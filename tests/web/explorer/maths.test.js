import assert from "node:assert/strict";
import { test } from "node:test";
import { LayerMaths } from "../../../vitviz/web/explorer/maths.js";
import { overHeads, strongest } from "../../../vitviz/web/explorer/weights.js";

const HEADS = 2;
const DIM = 5;

/** Numbers between -1 and 1, the same in every run. */
function numbers(/** @type {number} */ count, seed = 1) {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) * seed + seed));
}

/** A block of `windows` windows of `size` places; its attention (W, H, K, K) by a softmax over all scores. */
function block(
  /** @type {Int32Array} */ tokens,
  /** @type {number} */ windows,
  /** @type {object} */ about,
  masked = false,
) {
  const size = tokens.length / windows;
  const [q, k] = [1, 2].map((seed) => numbers(windows * HEADS * size * DIM, seed));
  const bias = masked ? numbers(HEADS * size * size, 3) : undefined;
  const regions = masked ? Uint8Array.from(tokens, (_, slot) => (slot >= size && slot % 2 ? 1 : 0)) : undefined;
  const lse = new Float64Array(windows * HEADS * size);
  /** @type {number[][]} */
  const attention = [];
  for (let at = 0; at < lse.length; at++) {
    const [window, head, row] = [Math.floor(at / (HEADS * size)), Math.floor(at / size) % HEADS, at % size];
    const scores = Array.from({ length: size }, (_, column) => {
      let score = 0;
      for (let c = 0; c < DIM; c++) score += q[at * DIM + c] * k[(at - row + column) * DIM + c];
      const cut = regions && regions[window * size + row] !== regions[window * size + column];
      return score / Math.sqrt(DIM) + (bias?.[(head * size + row) * size + column] ?? 0) - (cut ? 100 : 0);
    });
    const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
    lse[at] = Math.log(total);
    attention.push(scores.map((score) => Math.exp(score) / total));
  }
  const header = {
    ...{
      name: "blocks.0",
      heads: HEADS,
      head_dim: DIM,
      rows: 2,
      columns: 3,
      prefix: [],
      windows,
      window: null,
      shift: 0,
      masked: -100,
    },
    ...{ reach: 0, entropy: [0, 0], distance: [0, 0], ...about },
  };
  const maths = new LayerMaths({ header, arrays: { q, k, lse, tokens, bias, regions }, bytes: 0 });
  return {
    maths,
    weight: (/** @type {number} */ head, /** @type {number} */ i, /** @type {number} */ j) => {
      const [a, b] = [tokens.indexOf(i), tokens.indexOf(j)];
      const window = Math.floor(a / size);
      return Math.floor(b / size) === window ? attention[(window * HEADS + head) * size + (a % size)][b % size] : NaN;
    },
  };
}

const BLOCKS = {
  vit: block(
    Int32Array.from({ length: 7 }, (_, i) => i),
    1,
    { prefix: ["cls"] },
  ),
  swin: block(Int32Array.of(0, 1, 3, 4, 2, -1, 5, -1), 2, { window: 2, shift: 1 }, true),
};

for (const [name, { maths, weight }] of Object.entries(BLOCKS)) {
  const { tokens } = maths;
  const close = (/** @type {number} */ a, /** @type {number} */ b) =>
    assert.ok(Object.is(a, b) || Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

  test(`${name}: rows and columns are those of a softmax in double precision`, () => {
    const [rows, columns] = [new Float64Array(HEADS * tokens), new Float64Array(HEADS * tokens)];
    for (let i = 0; i < tokens; i++) {
      maths.allHeads(i, "row", rows);
      maths.allHeads(i, "column", columns);
      for (let at = 0; at < rows.length; at++) {
        const [head, j] = [Math.floor(at / tokens), at % tokens];
        close(rows[at], weight(head, i, j));
        close(columns[at], weight(head, j, i));
      }
    }
  });

  test(`${name}: a single weight, its cell and its place in the matrix agree`, () => {
    const order = maths.reach(0);
    const matrix = new Float64Array(order.length ** 2);
    maths.addMatrix(1, order, order, 0, order.length, matrix);
    for (const [r, i] of order.entries()) {
      for (const [c, j] of order.entries()) {
        close(maths.weight(1, i, j), weight(1, i, j));
        close(maths.cell(1, i, j).weight, weight(1, i, j));
        close(matrix[r * order.length + c], weight(1, i, j));
      }
    }
  });
}

test("queries that look at other tokens: rows, columns, cells and the matrix of a rectangle", () => {
  const [queries, keys, heads] = [[0, 1], [2, 3, 4, 5, 6], 2];
  const number = (/** @type {number} */ i) => Math.sin(i * 1.7) * 2;
  const q = Float32Array.from({ length: heads * queries.length * DIM }, (_, i) => number(i));
  const k = Float32Array.from({ length: heads * keys.length * DIM }, (_, i) => number(i + 100));
  const pattern = Array.from({ length: heads }, (_, h) =>
    queries.map((_, r) => {
      const scores = keys.map((_, j) => {
        let score = 0;
        for (let c = 0; c < DIM; c++)
          score += q[(h * queries.length + r) * DIM + c] * k[(h * keys.length + j) * DIM + c];
        return score / Math.sqrt(DIM);
      });
      const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
      return { weights: scores.map((score) => Math.exp(score) / total), lse: Math.log(total) };
    }),
  );
  const lse = Float64Array.from(pattern.flat(), (row) => row.lse);
  const header = { heads, head_dim: DIM, rows: 1, columns: 5, prefix: ["query0", "query1"], windows: 1, window: null };
  const arrays = { q, k, lse, tokens: Int32Array.from(keys), query_tokens: Int32Array.from(queries) };
  const maths = new LayerMaths({ header, arrays, bytes: 0 });
  const weight = (/** @type {number} */ h, /** @type {number} */ i, /** @type {number} */ j) =>
    queries.includes(i) && keys.includes(j) ? pattern[h][i].weights[j - 2] : NaN;
  const close = (/** @type {number} */ a, /** @type {number} */ b) =>
    assert.ok(Object.is(a, b) || Math.abs(a - b) < 1e-12, `${a} is not ${b}`);
  const { everyone, tokens } = maths;
  assert.deepEqual([...everyone], [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual([...maths.reach(1)], keys);
  const out = new Float64Array(heads * tokens);
  const matrix = new Float64Array(tokens ** 2);
  maths.addMatrix(1, everyone, everyone, 0, tokens, matrix);
  for (const i of everyone) {
    for (const direction of /** @type {const} */ (["row", "column"])) {
      maths.allHeads(i, direction, out);
      for (let at = 0; at < out.length; at++) {
        const [h, j] = [Math.floor(at / tokens), at % tokens];
        close(out[at], direction === "row" ? weight(h, i, j) : weight(h, j, i));
      }
    }
    for (const j of everyone) {
      close(matrix[i * tokens + j], weight(1, i, j));
      assert.equal(maths.together(i, j), !Number.isNaN(weight(1, i, j)));
      if (maths.together(i, j)) close(maths.cell(1, i, j).weight, weight(1, i, j));
      else assert.equal(maths.weight(1, i, j), 0);
    }
  }
});

test("mean and largest over heads, and the strongest tokens", () => {
  const out = new Float64Array(3);
  overHeads(Float64Array.of(1, 5, NaN, 3, 1, NaN), 2, 3, "mean", out);
  assert.deepEqual([...out], [2, 3, NaN]);
  overHeads(Float64Array.of(1, 5, NaN, 3, 1, NaN), 2, 3, "max", out);
  assert.deepEqual([...out], [3, 5, NaN]);
  assert.deepEqual(strongest([0.1, NaN, 0.5, 0.3], 2), [
    [2, 0.5],
    [3, 0.3],
  ]);
});
