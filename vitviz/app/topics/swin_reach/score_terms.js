// One query's scores taken apart: q k^T / sqrt(d) + relative position bias + mask, their sum, the softmax. Pure.
// q, k and log-sum-exp are torch's; the rest is computed here in double precision.
import { dot } from "../../../web/explorer/weights.js";

/** @import { Maths } from "./types.js" */

/** @typedef {"qk" | "bias" | "mask" | "sum" | "softmax"} Term */

/** @type {Term[]} */
export const TERMS = ["qk", "bias", "mask", "sum", "softmax"];

/**
 * Every term for the keys of one query's window, one number a place, and how far log-sum-exp here is from torch's.
 * @param {Maths} maths
 * @param {number} head
 * @param {number} window
 * @param {number} place the query's, in its window
 */
export function termsOf(maths, head, window, place) {
  const base = maths.base(window, head);
  const parts = Array.from({ length: maths.reachable }, (_, column) =>
    maths.score({ head, row: place, column, window, query: base + place, key: base + column }),
  );
  const lse = maths.lse[base + place];
  const softmax = Float64Array.from(parts, ({ score }) => Math.exp(score - lse));
  const own = Math.log(parts.reduce((sum, { score }) => sum + Math.exp(score), 0));
  return {
    /** @type {Record<Term, Float64Array>} */
    values: {
      qk: Float64Array.from(parts, ({ scaled }) => scaled),
      bias: Float64Array.from(parts, ({ bias }) => bias),
      mask: Float64Array.from(parts, ({ mask }) => mask ?? 0),
      sum: Float64Array.from(parts, ({ score }) => score),
      softmax,
    },
    lse,
    total: softmax.reduce((sum, weight) => sum + weight, 0),
    gap: Math.abs(own - lse),
  };
}

/**
 * The largest size of each term in any window of a block, for one head: one scale for all queries.
 * @param {Maths} maths
 * @param {number} head
 * @returns {Record<Term, number>}
 */
export function rangesOf(maths, head) {
  const K = maths.reachable;
  const limits = { qk: 0, bias: 0, mask: -maths.cut, sum: 0, softmax: 0 };
  for (let window = 0; window < maths.order.length / K; window++) {
    const base = maths.base(window, head);
    for (let i = 0; i < K; i++) {
      if (maths.order[window * K + i] < 0) continue;
      for (let j = 0; j < K; j++) {
        const qk = dot(maths.q, (base + i) * maths.dim, maths.k, (base + j) * maths.dim, maths.dim) * maths.scale;
        const bias = maths.bias[(head * K + i) * K + j];
        limits.qk = Math.max(limits.qk, Math.abs(qk));
        limits.bias = Math.max(limits.bias, Math.abs(bias));
        if (maths.regions && maths.regions[window * K + i] !== maths.regions[window * K + j]) continue;
        limits.sum = Math.max(limits.sum, Math.abs(qk + bias));
        limits.softmax = Math.max(limits.softmax, Math.exp(qk + bias - maths.lse[base + i]));
      }
    }
  }
  return limits;
}

/**
 * The largest size of each term among the keys of one query: the query's own scale.
 * @param {Record<Term, ArrayLike<number>>} values
 * @param {(place: number) => boolean} isCut whether the mask cuts a key, whose score then says nothing
 * @returns {Record<Term, number>}
 */
export function rangesOfQuery(values, isCut) {
  const largest = (/** @type {ArrayLike<number>} */ of, /** @type {(place: number) => boolean} */ counts) =>
    Array.from(of).reduce((most, value, place) => (counts(place) ? Math.max(most, Math.abs(value)) : most), 0) || 1;
  const all = () => true;
  return {
    qk: largest(values.qk, all),
    bias: largest(values.bias, all),
    mask: largest(values.mask, all),
    sum: largest(values.sum, (place) => !isCut(place)),
    softmax: largest(values.softmax, all),
  };
}
