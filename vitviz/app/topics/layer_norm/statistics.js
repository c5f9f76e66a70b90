// Mean, variance, scale and norm of every token at every layer norm of a run, out of what the page sent once.
import { carry } from "../../../web/shared/places.js";

export class Statistics {
  /** `values`: for each of `norms` the means, scales and norms of its `count` tokens; `finest`: the grid of the cursor. */
  constructor({ values, norms }, prefix, finest) {
    Object.assign(this, { prefix, finest });
    let from = 0;
    const next = (count) => values.subarray(from, (from += count));
    this.norms = norms.map((norm) => {
      const [mean, scale, length] = [next(norm.count), next(norm.count), next(norm.count)];
      // Before epsilon was added; the scale is rounded, so a variance of 0 may come out below.
      const variance = Float32Array.from(scale, (s) => Math.max(s * s - norm.eps, 0));
      const ratio = Float32Array.from(length, (one) => one / (norm.median || 1));
      return { ...norm, mean, variance, scale, norm: length, ratio, prefix: norm.grid ? prefix : [] };
    });
  }

  /** The token of layer norm number `at` that covers `token` of the finest map; after pooling there is only one. */
  there(at, token) {
    const { grid } = this.norms[at];
    return grid ? carry(token, this.prefix.length, this.finest, grid) : 0;
  }

  /** A token of the finest map for `token` of layer norm number `at`; `kept` where that is covered by it already. */
  back(at, token, kept) {
    const { grid } = this.norms[at];
    return grid ? carry(token, this.prefix.length, grid, this.finest, kept) : kept;
  }
}
