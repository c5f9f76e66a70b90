// Numbers of one map: dot products, all heads as one map, the strongest tokens. Knows no page.

/** @typedef {Float32Array | Float64Array} Floats */

/**
 * Sum of a[i + c] * b[j + c] over `length` places.
 * @param {Floats} a
 * @param {number} i
 * @param {Floats} b
 * @param {number} j
 * @param {number} length
 */
export function dot(a, i, b, j, length) {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let c = 0;
  for (; c + 3 < length; c += 4) {
    s0 += a[i + c] * b[j + c];
    s1 += a[i + c + 1] * b[j + c + 1];
    s2 += a[i + c + 2] * b[j + c + 2];
    s3 += a[i + c + 3] * b[j + c + 3];
  }
  for (; c < length; c++) s0 += a[i + c] * b[j + c];
  return s0 + s1 + (s2 + s3);
}

/**
 * Mean or largest over heads: `all` (H, tokens) into `out` (tokens). NaN stays NaN.
 * @param {Floats} all
 * @param {number} heads
 * @param {number} tokens
 * @param {string} how "mean" or "max"
 * @param {Floats} out
 */
export function overHeads(all, heads, tokens, how, out) {
  for (let t = 0; t < tokens; t++) {
    let value = all[t];
    for (let h = 1; h < heads; h++) {
      const next = all[h * tokens + t];
      value = how === "max" ? Math.max(value, next) : value + next;
    }
    out[t] = how === "max" ? value : value / heads;
  }
}

/**
 * The `count` tokens with the largest weights, as [token, weight], largest first.
 * @param {ArrayLike<number>} weights
 * @param {number} count
 * @returns {[token: number, weight: number][]}
 */
export function strongest(weights, count) {
  /** @type {[token: number, weight: number][]} */
  const found = [];
  for (let t = 0; t < weights.length; t++) {
    const w = weights[t];
    if (Number.isNaN(w) || (found.length === count && w <= found[count - 1][1])) continue;
    let at = found.length;
    while (at > 0 && found[at - 1][1] < w) at--;
    found.splice(at, 0, [t, w]);
    if (found.length > count) found.pop();
  }
  return found;
}
