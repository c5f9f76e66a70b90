// Cosines of position embeddings: one row at a time, from the very embeddings. Knows no page.

/** @typedef {import("./tiles.js").TokenMap} TokenMap */
/**
 * One cosine and all that it is made of: both vectors, what each channel gives, the dot product, and both lengths.
 * @typedef {{ first: Float32Array, second: Float32Array, shares: Float64Array, dot: number, lengths: [number, number],
 *   cosine: number }} PairOfVectors
 */

/** Vectors (count x dim) and the cosine of any with any other; a vector of zeros has none (NaN). */
export class Cosines {
  /**
   * @param {Float32Array} values
   * @param {number} dim
   */
  constructor(values, dim) {
    this.values = values;
    this.dim = dim;
    this.count = values.length / dim;
    this.lengths = Float64Array.from({ length: this.count }, (_, i) => Math.sqrt(this.dot(i, i)));
  }

  /**
   * @param {number} i
   * @param {number} j
   */
  dot(i, j) {
    const { values, dim } = this;
    let sum = 0;
    for (let c = 0, a = i * dim, b = j * dim; c < dim; c++) sum += values[a + c] * values[b + c];
    return sum;
  }

  /**
   * @param {number} i
   * @param {number} j
   */
  cosine(i, j) {
    const both = this.lengths[i] * this.lengths[j];
    return both > 0 ? this.dot(i, j) / both : NaN;
  }

  /**
   * Vector `i` with every vector, into `out`.
   * @param {number} i
   * @param {Float64Array} out
   */
  row(i, out) {
    for (let j = 0; j < this.count; j++) out[j] = this.cosine(i, j);
    return out;
  }

  /**
   * Everything that the cosine of two vectors is made of; the shares of the channels sum to it.
   * @param {number} i
   * @param {number} j
   * @returns {PairOfVectors}
   */
  pair(i, j) {
    const { values, dim, lengths } = this;
    const both = lengths[i] * lengths[j];
    const first = values.subarray(i * dim, (i + 1) * dim);
    const second = values.subarray(j * dim, (j + 1) * dim);
    const shares = Float64Array.from(first, (value, c) => (both > 0 ? (value * second[c]) / both : NaN));
    return { first, second, shares, dot: this.dot(i, j), lengths: [lengths[i], lengths[j]], cosine: this.cosine(i, j) };
  }
}

/**
 * The tokens from `from` on, other than `own`, whose values are the `count` largest (or smallest), in order; NaN is
 * left out.
 * @param {ArrayLike<number>} values
 * @param {number} own
 * @param {number} from
 * @param {number} count
 * @param {boolean} largest
 */
export function extremes(values, own, from, count, largest) {
  const tokens = [];
  for (let j = from; j < values.length; j++) if (j !== own && !Number.isNaN(values[j])) tokens.push(j);
  return tokens.sort((a, b) => (largest ? values[b] - values[a] : values[a] - values[b])).slice(0, count);
}

/**
 * Mean value of a patch's neighbours, of the others of its row and column, and of all others; NaN where none are.
 * @param {ArrayLike<number>} values
 * @param {number} own
 * @param {TokenMap} map
 * @returns {Record<string, number>}
 */
export function means(values, own, map) {
  const first = map.prefix.length;
  const place = (/** @type {number} */ token) => [
    Math.floor((token - first) / map.columns),
    (token - first) % map.columns,
  ];
  /** @type {Record<string, [number, number]>} sum and count */
  const sums = { neighbours: [0, 0], row: [0, 0], column: [0, 0], elsewhere: [0, 0] };
  const [row, column] = place(own);
  for (let token = first; token < first + map.rows * map.columns; token++) {
    if (token === own) continue;
    const [r, c] = place(token);
    const group = r === row ? "row" : c === column ? "column" : "elsewhere";
    const near = Math.abs(r - row) + Math.abs(c - column) === 1;
    for (const name of near ? [group, "neighbours"] : [group]) {
      sums[name][0] += values[token];
      sums[name][1] += 1;
    }
  }
  return Object.fromEntries(Object.entries(sums).map(([name, [sum, count]]) => [name, sum / count]));
}
