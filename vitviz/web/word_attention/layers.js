// The numbers behind every map: each head's weights as a matrix, made once. Knows no page.
import { LayerMaths } from "../explorer/maths.js";

/** @import { Attention, Head, Range } from "./types.d.ts" */
/** @typedef {{ values: Float32Array, rows: number, columns: number }} Matrix */

/** One attention of the model. */
class Layer {
  /** @param {Attention["layers"][number]} data */
  constructor({ header, arrays }) {
    this.maths = new LayerMaths({ header, arrays, bytes: 0 });
    this.name = header.name ?? "";
    this.heads = header.heads;
    this.queries = rangeOf(this.maths.queryOrder);
    this.keys = rangeOf(this.maths.order);
    this.arrays = arrays;
    /** @type {Map<Head, Matrix>} */
    this.matrices = new Map();
  }

  /** Pairs that may look, of all. */
  get allowed() {
    const { forbidden } = this.maths;
    const all = this.queries.count * this.keys.count;
    return { all, count: forbidden ? forbidden.reduce((sum, cut) => sum + (cut ? 0 : 1), 0) : all };
  }

  /**
   * A head's weights, (queries, keys); NaN where the mask forbids the pair.
   * @param {Head} head
   * @returns {Matrix}
   */
  matrix(head) {
    const kept = this.matrices.get(head);
    if (kept) return kept;
    const { queries, keys, maths } = this;
    const values = new Float32Array(queries.count * keys.count);
    const heads = head === "mean" ? Array.from({ length: this.heads }, (_, h) => h) : [head];
    for (const h of heads)
      maths.addMatrix(h, maths.queryOrder, maths.order, 0, queries.count, values, 1 / heads.length);
    const made = { values, rows: queries.count, columns: keys.count };
    this.matrices.set(head, made);
    return made;
  }

  /**
   * The weight of query i and key j; NaN where the mask forbids the pair, or it never meets.
   * @param {Head} head
   * @param {number} i
   * @param {number} j
   */
  weight(head, i, j) {
    if (!this.maths.together(i, j)) return Number.NaN;
    const { values, columns } = this.matrix(head);
    return values[(i - this.queries.first) * columns + (j - this.keys.first)];
  }

  /**
   * What a head's weights are multiplied with: v (K, d), and its columns of the output matrix (D, d) where there is one.
   * @param {number} head
   */
  valuesOf(head) {
    const { v, proj } = this.arrays;
    const dim = this.maths.dim;
    const size = this.keys.count * dim;
    const own = v.subarray(head * size, (head + 1) * size);
    if (!proj) return { v: own, proj: null };
    const width = dim * this.heads;
    const part = Float32Array.from(
      { length: (proj.length / width) * dim },
      (_, at) => proj[Math.floor(at / dim) * width + head * dim + (at % dim)],
    );
    return { v: own, proj: part };
  }
}

/**
 * Tokens that stand one behind another.
 * @param {Int32Array} order
 * @returns {Range}
 */
const rangeOf = (order) => ({ first: order[0], count: order.length });

/** All attentions of a run. */
export class Layers {
  /** @param {Attention} attention */
  constructor({ layers, names, read }) {
    this.layers = layers.map((layer) => new Layer(layer));
    this.names = names;
    this.read = read;
  }

  /** The largest weight of any head. */
  get top() {
    let top = 0;
    for (const layer of this.layers) {
      for (let head = 0; head < layer.heads; head++)
        for (const value of layer.matrix(head).values) if (value > top) top = value;
    }
    return top;
  }
}
