// Mean, variance, scale and norm of every token at every layer norm of a run, out of what the page sent once.
import { carry } from "../shared/places.js";

/** @import { Grid } from "../shared/places.js" */
/**
 * One layer norm as Python describes it; `grid` is null where the tokens were averaged before.
 * @typedef {{ name: string, count: number, eps: number, grid: Grid | null, large: number[], median: number,
 *   threshold: number, limits: Record<string, [number, number]> }} Described
 */
/**
 * The same with the numbers of its tokens; `ratio` is the norm divided by the median of all.
 * @typedef {Described & { mean: Float32Array, variance: Float32Array, scale: Float32Array, norm: Float32Array,
 *   ratio: Float32Array, prefix: string[] }} Norm
 */

export class Statistics {
  /**
   * @param {{ values: Float32Array, norms: Described[] }} packed `values` are the means, then the scales, then the norms
   *   of the `count` tokens of the first layer norm, then those of the next
   * @param {string[]} prefix names of the tokens before the patches
   * @param {Grid} finest the map that the cursor's tokens belong to
   */
  constructor({ values, norms }, prefix, finest) {
    this.prefix = prefix;
    this.finest = finest;
    let from = 0;
    /** @param {number} count */
    const next = (count) => {
      from += count;
      return values.subarray(from - count, from);
    };
    /** @type {Norm[]} */
    this.norms = norms.map((norm) => {
      const [mean, scale, length] = [next(norm.count), next(norm.count), next(norm.count)];
      // Before epsilon was added; the scale is rounded, so a variance of 0 may come out below.
      const variance = Float32Array.from(scale, (s) => Math.max(s * s - norm.eps, 0));
      const ratio = Float32Array.from(length, (one) => one / (norm.median || 1));
      return { ...norm, mean, variance, scale, norm: length, ratio, prefix: norm.grid ? prefix : [] };
    });
  }

  /**
   * The token of layer norm number `at` that covers `token` of the finest map; after pooling there is only one.
   * @param {number} at
   * @param {number} token
   */
  tokenAt(at, token) {
    const { grid } = this.norms[at];
    return grid ? carry(token, this.prefix.length, this.finest, grid) : 0;
  }

  /**
   * A token of the finest map for `token` of layer norm number `at`; `kept` where that is covered by it already.
   * @param {number} at
   * @param {number} token
   * @param {number} kept
   */
  finestToken(at, token, kept) {
    const { grid } = this.norms[at];
    return grid ? carry(token, this.prefix.length, grid, this.finest, kept) : kept;
  }
}
