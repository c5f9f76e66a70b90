// What one weight brings along: the value it is multiplied with, through the head's part of the projection. Knows no page.
import { dot } from "./weights.js";

/** @import { Floats } from "./weights.js" */

/**
 * Of a head's `v` (W, K, d) and `proj` (D, d): the weighted value A v, its part A v W_O of the output, and z, the sum
 * over all keys of the row. `own` is the value itself. A network without `proj` adds A v as it is.
 * @param {{ weights: Floats, weight: number, column: number }} cell the row's weights (K) and the opened one
 * @param {{ v: Float32Array, proj: Float32Array | null }} values
 * @param {number} dim d
 * @param {number} window
 */
export function contribution({ weights, weight, column }, { v, proj }, dim, window) {
  const count = weights.length;
  const start = (/** @type {number} */ place) => (window * count + place) * dim;
  const own = v.subarray(start(column), start(column) + dim); // (d)
  const weighted = Float64Array.from(own, (value) => value * weight); // (d)
  const z = new Float64Array(dim);
  for (let j = 0; j < count; j++) for (let c = 0; c < dim; c++) z[c] += weights[j] * v[start(j) + c];
  const added = projected(proj, weighted); // (D)
  return { own, weighted, z, added, norm: norm(added), normOfHead: norm(projected(proj, z)) };
}

/**
 * @param {Float32Array | null} proj (D, d)
 * @param {Float64Array} values (d)
 */
function projected(proj, values) {
  if (!proj) return values;
  const { length } = values;
  return Float64Array.from({ length: proj.length / length }, (_, c) => dot(proj, c * length, values, 0, length));
}

/** @param {Float64Array} values */
const norm = (values) => Math.sqrt(dot(values, 0, values, 0, values.length));
