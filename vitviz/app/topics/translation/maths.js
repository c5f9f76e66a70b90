// Numbers of the page: one head's map or the mean of a layer's, what an opened weight is made of, what changed between
// two translations. Knows no page.
import { dot } from "../../../web/explorer/weights.js";

/** @import { Answer, AttentionArrays, AttentionName, Choice, Sizes } from "./types.d.ts" */

/**
 * @param {Answer} answer
 * @param {number} layers
 * @param {number} heads
 * @returns {Sizes}
 */
export function sizesOf({ words, pieces, cross }, layers, heads) {
  const [read, written] = [words.length, pieces.length];
  return { layers, heads, read, written, dim: cross.q.length / (layers * heads * written) };
}

/**
 * How many tokens an attention can look at.
 * @param {Sizes} sizes
 * @param {AttentionName} attention
 */
export const keysOf = (sizes, attention) => (attention === "cross" ? sizes.read : sizes.written);

/**
 * The weights (T, keys) of a head, or with `head` -1 the mean of a layer's.
 * @param {AttentionArrays} arrays
 * @param {Sizes} sizes
 * @param {number} keys
 * @param {number} layer
 * @param {number} head
 */
export function mapOf({ pattern }, { heads, written }, keys, layer, head) {
  const size = written * keys;
  const at = (/** @type {number} */ h) => (layer * heads + h) * size;
  if (head >= 0) return pattern.subarray(at(head), at(head) + size);
  const mean = new Float32Array(size);
  for (let h = 0; h < heads; h++) for (let i = 0; i < size; i++) mean[i] += pattern[at(h) + i] / heads;
  return mean;
}

/**
 * The key with the largest weight of a row.
 * @param {ArrayLike<number>} map (T, keys)
 * @param {number} keys
 * @param {number} row
 */
export function strongestKey(map, keys, row) {
  let best = 0;
  for (let key = 1; key < keys; key++) if (map[row * keys + key] > map[row * keys + best]) best = key;
  return best;
}

/**
 * How many pairs of lines cross that lead from each of `rows` to its strongest key.
 * @param {ArrayLike<number>} map (T, keys)
 * @param {number} keys
 * @param {readonly number[]} rows
 */
export function crossingsOf(map, keys, rows) {
  const ends = rows.map((row) => strongestKey(map, keys, row));
  let count = 0;
  for (let i = 0; i < ends.length; i++) for (let j = i + 1; j < ends.length; j++) if (ends[i] > ends[j]) count++;
  return count;
}

/**
 * All that one weight of a head is made of, as the explorer's opened weight shows it: of row `row` and key `key`.
 * What the mask forbids is no part of a row of the decoder's self-attention.
 * @param {AttentionArrays} arrays
 * @param {Sizes} sizes
 * @param {Choice} choice with a head
 * @param {number} row
 * @param {number} key
 */
export function openedWeight({ q, k }, sizes, { attention, layer, head }, row, key) {
  const { heads, written, dim } = sizes;
  const keys = keysOf(sizes, attention);
  const seen = attention === "cross" ? keys : row + 1;
  const from = (layer * heads + head) * written + row;
  const query = q.subarray(from * dim, (from + 1) * dim); // (d)
  const start = (layer * heads + head) * keys;
  const root = Math.sqrt(dim);
  const scores = Float64Array.from({ length: seen }, (_, j) => dot(query, 0, k, (start + j) * dim, dim) / root);
  const maximum = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - maximum));
  const total = exponentials.reduce((sum, each) => sum + each, 0);
  const own = k.subarray((start + key) * dim, (start + key + 1) * dim); // (d)
  return {
    q: query,
    k: own,
    products: Float64Array.from(query, (value, c) => value * own[c]),
    product: scores[key] * root,
    scaled: scores[key],
    bias: null,
    mask: null,
    score: scores[key],
    scores,
    weights: exponentials.map((each) => each / total),
    maximum,
    total,
    weight: exponentials[key] / total,
    row,
    column: key,
  };
}

/**
 * A head's values of all tokens that a row can look at (seen, d), and its part of the output matrix (D, d).
 * @param {AttentionArrays} arrays
 * @param {Float32Array} projection (L, H, D, d)
 * @param {Sizes} sizes
 * @param {Choice} choice with a head
 * @param {number} row
 */
export function headValues({ v }, projection, sizes, { attention, layer, head }, row) {
  const { layers, heads, dim } = sizes;
  const keys = keysOf(sizes, attention);
  const seen = attention === "cross" ? keys : row + 1;
  const at = (layer * heads + head) * keys * dim;
  const size = projection.length / (layers * heads);
  const of = (layer * heads + head) * size;
  return { v: v.subarray(at, at + seen * dim), proj: projection.subarray(of, of + size) };
}

/**
 * Which of the later pieces are no part of the longest common row with the earlier ones: what changed.
 * @param {readonly string[]} before
 * @param {readonly string[]} after
 */
export function changedPieces(before, after) {
  const rows = before.length + 1;
  const columns = after.length + 1;
  const common = new Int32Array(rows * columns);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i * columns + j] =
        before[i] === after[j]
          ? common[(i + 1) * columns + j + 1] + 1
          : Math.max(common[(i + 1) * columns + j], common[i * columns + j + 1]);
    }
  }
  const changed = new Set(after.keys());
  for (let i = 0, j = 0; i < before.length && j < after.length; ) {
    if (before[i] === after[j]) {
      changed.delete(j);
      i++;
      j++;
    } else if (common[(i + 1) * columns + j] >= common[i * columns + j + 1]) i++;
    else j++;
  }
  return changed;
}
