// Attention from q, k and each row's log-sum-exp, in double precision: A[i, j] = exp(score[i, j] - lse[i]).
// Tokens are numbered as in the picture: prefix tokens first, then patches row by row. Knows no page.

import { dot } from "./weights.js";

/** @import { Direction } from "./types.d.ts" */
/** @import { Floats } from "./weights.js" */
/** @typedef {ArrayLike<number>} Tokens tokens of the picture by their numbers, -1 is padding */
/** @typedef {{ name?: string, heads: number, head_dim: number, rows: number, columns: number, prefix: string[], windows: number, window: number | null, masked?: number, shift?: number, reach?: number | null, entropy?: (number | null)[], distance?: (number | null)[] }} LayerHeader */
/** @typedef {{ q: Float32Array, k: Float32Array, lse: Floats, tokens: Int32Array, bias?: Float32Array, regions?: Uint8Array }} LayerArrays */
/** @typedef {{ head: number, row: number, column: number, window: number, query: number, key: number }} Pair a pair's places in its window and in (W, H, K, ...) */

/** One block's attention. A ViT is the case of a single window that holds every token. */
export class LayerMaths {
  /**
   * @param {{ header: LayerHeader, arrays: LayerArrays, bytes: number }} payload
   */
  constructor({ header, arrays, bytes }) {
    this.header = header;
    this.bytes = bytes;
    this.heads = header.heads;
    this.dim = header.head_dim;
    this.rows = header.rows;
    this.columns = header.columns;
    this.prefix = header.prefix;
    this.tokens = header.prefix.length + header.rows * header.columns;
    this.reachable = arrays.tokens.length / header.windows; // K: tokens of a window
    this.scale = this.dim ** -0.5;
    this.q = arrays.q;
    this.k = arrays.k;
    this.lse = arrays.lse;
    this.order = arrays.tokens;
    this.bias = arrays.bias ?? null;
    this.regions = arrays.regions ?? null;
    this.cut = header.masked ?? 0; // what the mask of a shifted window adds to the score of a pair that may not meet
    this.slots = new Int32Array(this.tokens).fill(-1); // token -> window * K + place
    for (let slot = 0; slot < this.order.length; slot++) {
      if (this.order[slot] >= 0) this.slots[this.order[slot]] = slot;
    }
    this.query = new Float64Array(this.dim);
  }

  get windowed() {
    return this.header.window !== null;
  }

  /**
   * The tokens that share a window with `token`, in the window's order; -1 is padding.
   * @param {number} token
   */
  reach(token) {
    const first = Math.floor(this.slots[token] / this.reachable) * this.reachable;
    return this.order.subarray(first, first + this.reachable);
  }

  /**
   * Whether the mask keeps two tokens of one window apart.
   * @param {number} i
   * @param {number} j
   */
  isCut(i, j) {
    return this.regions !== null && this.regions[this.slots[i]] !== this.regions[this.slots[j]];
  }

  /**
   * How many places of its window the mask lets `token` see; padding is such a place, as the softmax counts it.
   * @param {number} token
   */
  legal(token) {
    if (!this.regions) return this.reachable;
    const first = Math.floor(this.slots[token] / this.reachable) * this.reachable;
    const own = this.regions[this.slots[token]];
    return this.regions.subarray(first, first + this.reachable).filter((region) => region === own).length;
  }

  /**
   * Whether the two tokens are in one window.
   * @param {number} i
   * @param {number} j
   */
  together(i, j) {
    return Math.floor(this.slots[i] / this.reachable) === Math.floor(this.slots[j] / this.reachable);
  }

  /**
   * Where head `head` of window `window` begins in (W, H, K, ...) counted in tokens.
   * @param {number} window
   * @param {number} head
   */
  base(window, head) {
    return (window * this.heads + head) * this.reachable;
  }

  /**
   * Weights between `token` and every token, into `out[offset ...]`; NaN where the two never meet.
   * `direction` "row": where `token` looks; "column": who looks at `token`.
   * @param {number} head
   * @param {number} token
   * @param {Direction} direction
   * @param {Floats} out
   * @param {number} [offset]
   */
  weights(head, token, direction, out, offset = 0) {
    const { dim, reachable: K, scale, bias, regions, order, lse } = this;
    const row = direction === "row";
    const window = Math.floor(this.slots[token] / K);
    const place = this.slots[token] - window * K;
    const base = this.base(window, head);
    const own = row ? this.q : this.k;
    const other = row ? this.k : this.q;
    const fixed = this.query;
    for (let c = 0; c < dim; c++) fixed[c] = own[(base + place) * dim + c] * scale;
    if (this.windowed) out.fill(NaN, offset, offset + this.tokens);
    const first = window * K;
    for (let j = 0; j < K; j++) {
      const target = order[first + j];
      if (target < 0) continue;
      let score = dot(fixed, 0, other, (base + j) * dim, dim);
      if (bias) score += bias[head * K * K + (row ? place * K + j : j * K + place)];
      if (regions && regions[first + j] !== regions[first + place]) score += this.cut;
      out[offset + target] = Math.exp(score - lse[base + (row ? place : j)]);
    }
  }

  /**
   * The same for every head, one after another: (H, tokens).
   * @param {number} token
   * @param {Direction} direction
   * @param {Floats} out
   */
  allHeads(token, direction, out) {
    for (let head = 0; head < this.heads; head++) this.weights(head, token, direction, out, head * this.tokens);
  }

  /**
   * The weight of one pair; 0 where they never meet.
   * @param {number} head
   * @param {number} i
   * @param {number} j
   */
  weight(head, i, j) {
    if (!this.together(i, j)) return 0;
    const at = this.pair(head, i, j);
    return Math.exp(this.score(at).score - this.lse[at.query]);
  }

  /**
   * Where the pair stands in its window and in the arrays.
   * @param {number} head
   * @param {number} i
   * @param {number} j
   * @returns {Pair}
   */
  pair(head, i, j) {
    const K = this.reachable;
    const window = Math.floor(this.slots[i] / K);
    const base = this.base(window, head);
    const [row, column] = [this.slots[i] - window * K, this.slots[j] - window * K];
    return { head, row, column, window, query: base + row, key: base + column };
  }

  /**
   * The addends of a score: q k^T / sqrt(d), the bias and the mask (null where the model has none), their sum.
   * @param {Pair} pair
   */
  score({ head, row, column, window, query, key }) {
    const K = this.reachable;
    const product = dot(this.q, query * this.dim, this.k, key * this.dim, this.dim);
    const scaled = product * this.scale;
    const bias = this.bias ? this.bias[(head * K + row) * K + column] : null;
    const cut = this.regions && this.regions[window * K + row] !== this.regions[window * K + column];
    const mask = this.regions ? (cut ? this.cut : 0) : null;
    return { product, scaled, bias, mask, score: scaled + (bias ?? 0) + (mask ?? 0) };
  }

  /**
   * Everything that one weight is made of. The arrays are views, or copies of `head_dim` numbers.
   * @param {number} head
   * @param {number} i
   * @param {number} j
   */
  cell(head, i, j) {
    const at = this.pair(head, i, j);
    const q = this.q.subarray(at.query * this.dim, (at.query + 1) * this.dim);
    const k = this.k.subarray(at.key * this.dim, (at.key + 1) * this.dim);
    const scores = Array.from({ length: this.reachable }, (_, column) =>
      this.score({ ...at, column, key: at.query - at.row + column }),
    ).map(({ score }) => score);
    const maximum = Math.max(...scores);
    const exponentials = scores.map((score) => Math.exp(score - maximum));
    const total = exponentials.reduce((sum, e) => sum + e, 0);
    return {
      ...this.score(at),
      q,
      k,
      products: Float64Array.from(q, (value, c) => value * k[c]),
      scores: Float64Array.from(scores),
      weights: Float64Array.from(exponentials, (e) => e / total),
      maximum,
      total,
      weight: exponentials[at.column] / total,
      row: at.row,
      column: at.column,
    };
  }

  /**
   * Rows `from` to `to` of a part of a head's matrix, added to `out` (queries.length, keys.length) times `share`.
   * `queries` and `keys` are tokens of one window; -1, which is padding, gives NaN.
   * @param {number} head
   * @param {Tokens} queries
   * @param {Tokens} keys
   * @param {number} from
   * @param {number} to
   * @param {Floats} out
   * @param {number} [share]
   */
  addMatrix(head, queries, keys, from, to, out, share = 1) {
    const { dim, bias, regions, lse, reachable: K, query: fixed } = this;
    const places = Int32Array.from(keys, (token) => (token < 0 ? -1 : this.slots[token] % K));
    for (let r = from; r < to; r++) {
      if (queries[r] < 0) {
        out.fill(NaN, r * keys.length, (r + 1) * keys.length);
        continue;
      }
      const { query, row, window } = this.pair(head, queries[r], queries[r]);
      const base = query - row;
      for (let c = 0; c < dim; c++) fixed[c] = this.q[query * dim + c] * this.scale;
      for (let j = 0; j < places.length; j++) {
        const column = places[j];
        let score = column < 0 ? NaN : dot(fixed, 0, this.k, (base + column) * dim, dim);
        if (bias) score += bias[(head * K + row) * K + column];
        if (regions && regions[window * K + row] !== regions[window * K + column]) score += this.cut;
        out[r * keys.length + j] += share * Math.exp(score - lse[query]);
      }
    }
  }

  /**
   * The same, but `out` becomes the larger of what it is and the weight.
   * @param {number} head
   * @param {Int32Array} queries
   * @param {Tokens} keys
   * @param {number} from
   * @param {number} to
   * @param {Floats} out
   */
  maxMatrix(head, queries, keys, from, to, out) {
    const row = new Float32Array(keys.length);
    for (let r = from; r < to; r++) {
      row.fill(0);
      this.addMatrix(head, queries.slice(r, r + 1), keys, 0, 1, row);
      for (let j = 0; j < keys.length; j++) out[r * keys.length + j] = Math.max(out[r * keys.length + j], row[j]);
    }
  }
}
