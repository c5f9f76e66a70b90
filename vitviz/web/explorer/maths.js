// Attention from q, k and each row's log-sum-exp, in double precision: A[i, j] = exp(score[i, j] - lse[i]).
// Tokens are numbered as in the picture: prefix tokens first, then patches row by row. Knows no page.
// A token can look, be looked at, or both: it has a place among the queries, among the keys, or among both.

import { dot } from "./weights.js";

/** @import { Direction } from "./types.d.ts" */
/** @import { Floats } from "./weights.js" */
/** @typedef {ArrayLike<number>} Tokens tokens of the picture by their numbers, -1 is padding */
/** @typedef {{ name?: string, heads: number, head_dim: number, rows: number, columns: number, prefix: string[], windows: number, window: number | null, masked?: number, shift?: number, reach?: number | null, entropy?: (number | null)[], distance?: (number | null)[], sinks?: [token: number, share: number][][] | null, sink_times?: number }} LayerHeader */
/** @typedef {{ q: Float32Array, k: Float32Array, lse: Floats, tokens: Int32Array, query_tokens?: Int32Array, bias?: Float32Array, regions?: Uint8Array, forbidden?: Uint8Array }} LayerArrays */
/** @typedef {{ head: number, row: number, column: number, window: number, query: number, key: number }} Pair a pair's places in its window and in (W, H, K, ...) */

/**
 * Where each token of the picture stands in a block's order, -1 where it does not.
 * @param {Int32Array} order
 * @param {number} tokens
 */
function slotsOf(order, tokens) {
  const slots = new Int32Array(tokens).fill(-1); // token -> window * K + place
  for (let slot = 0; slot < order.length; slot++) {
    if (order[slot] >= 0) slots[order[slot]] = slot;
  }
  return slots;
}

/**
 * One block's attention. A ViT is the case of a single window that holds every token, self-attention the case of
 * queries and keys in one order.
 */
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
    this.reachable = arrays.tokens.length / header.windows; // K: keys of a window
    this.scale = this.dim ** -0.5;
    this.q = arrays.q;
    this.k = arrays.k;
    this.lse = arrays.lse;
    this.order = arrays.tokens;
    this.bias = arrays.bias ?? null;
    this.regions = arrays.regions ?? null;
    /** @type {Uint8Array | null} (Kq, K): 1 where the mask of a row of tokens keeps a query from a key */
    this.forbidden = arrays.forbidden ?? null;
    this.cut = header.masked ?? 0; // what the mask adds to the score of a pair that may not meet
    this.queryOrder = arrays.query_tokens ?? arrays.tokens;
    this.looking = this.queryOrder.length / header.windows; // Kq: queries of a window
    this.slots = slotsOf(this.order, this.tokens);
    this.querySlots = arrays.query_tokens ? slotsOf(this.queryOrder, this.tokens) : this.slots;
    this.query = new Float64Array(this.dim);
  }

  get windowed() {
    return this.header.window !== null;
  }

  /** Whether some tokens of the picture have no place among the queries or among the keys. */
  get partial() {
    const everyone = this.looking === this.tokens && this.reachable === this.tokens;
    return this.windowed || !everyone || this.forbidden !== null;
  }

  /** Every token that looks or is looked at, once: the sides of the whole matrix. */
  get everyone() {
    if (this.queryOrder === this.order) return this.order;
    return Int32Array.from(new Set([...this.queryOrder, ...this.order]));
  }

  /**
   * The window of a token, -1 where it neither looks nor is looked at.
   * @param {number} token
   */
  windowOf(token) {
    const slot = this.querySlots[token];
    return slot < 0 ? Math.floor(this.slots[token] / this.reachable) : Math.floor(slot / this.looking);
  }

  /**
   * The tokens that share a window with `token`, in the window's order; -1 is padding.
   * @param {number} token
   */
  reach(token) {
    const first = this.windowOf(token) * this.reachable;
    return first < 0 ? new Int32Array() : this.order.subarray(first, first + this.reachable);
  }

  /**
   * Whether the mask keeps two tokens of one window apart.
   * @param {number} i
   * @param {number} j
   */
  isCut(i, j) {
    if (this.forbidden && this.together(i, j))
      return this.isForbidden(this.querySlots[i] % this.looking, this.slots[j] % this.reachable);
    return this.regions !== null && this.regions[this.slots[i]] !== this.regions[this.slots[j]];
  }

  /**
   * Whether the mask of a row of tokens keeps the query in a row of its window from the key in a column.
   * @param {number} row
   * @param {number} column
   */
  isForbidden(row, column) {
    return this.forbidden !== null && this.forbidden[row * this.reachable + column] === 1;
  }

  /**
   * How many places of its window the mask lets `token` see; padding is such a place, as the softmax counts it.
   * @param {number} token
   */
  legal(token) {
    if (this.forbidden) {
      const first = (this.querySlots[token] % this.looking) * this.reachable;
      return this.forbidden.subarray(first, first + this.reachable).filter((cut) => !cut).length;
    }
    if (!this.regions) return this.reachable;
    const first = Math.floor(this.slots[token] / this.reachable) * this.reachable;
    const own = this.regions[this.slots[token]];
    return this.regions.subarray(first, first + this.reachable).filter((region) => region === own).length;
  }

  /**
   * Whether token i looks at token j at all: both in one window, i among its queries and j among its keys.
   * @param {number} i
   * @param {number} j
   */
  together(i, j) {
    if (this.querySlots[i] < 0 || this.slots[j] < 0) return false;
    return Math.floor(this.querySlots[i] / this.looking) === Math.floor(this.slots[j] / this.reachable);
  }

  /**
   * Where head `head` of window `window` begins in (W, H, K, ...) counted in keys.
   * @param {number} window
   * @param {number} head
   */
  base(window, head) {
    return (window * this.heads + head) * this.reachable;
  }

  /**
   * The same in (W, H, Kq, ...), counted in queries.
   * @param {number} window
   * @param {number} head
   */
  queryBase(window, head) {
    return (window * this.heads + head) * this.looking;
  }

  /**
   * Weights between `token` and every token, into `out[offset ...]`; NaN where the two never meet.
   * `direction` "row": where `token` looks; "column": who looks at `token`. Also NaN where a row's mask forbids it.
   * @param {number} head
   * @param {number} token
   * @param {Direction} direction
   * @param {Floats} out
   * @param {number} [offset]
   */
  weights(head, token, direction, out, offset = 0) {
    const { dim, reachable, looking, scale, bias, regions, lse } = this;
    const row = direction === "row";
    if (this.partial) out.fill(NaN, offset, offset + this.tokens);
    const slot = row ? this.querySlots[token] : this.slots[token];
    if (slot < 0) return; // such a token never looks, or is never looked at
    const [own, others] = row ? [looking, reachable] : [reachable, looking];
    const window = Math.floor(slot / own);
    const place = slot - window * own;
    const [queries, keys] = [this.queryBase(window, head), this.base(window, head)];
    const [mine, ownBase] = row ? [this.q, queries] : [this.k, keys];
    const [other, otherBase] = row ? [this.k, keys] : [this.q, queries];
    const order = row ? this.order : this.queryOrder;
    const fixed = this.query;
    for (let c = 0; c < dim; c++) fixed[c] = mine[(ownBase + place) * dim + c] * scale;
    const first = window * others;
    for (let j = 0; j < others; j++) {
      const target = order[first + j];
      if (target < 0) continue;
      if (row ? this.isForbidden(place, j) : this.isForbidden(j, place)) continue;
      let score = dot(fixed, 0, other, (otherBase + j) * dim, dim);
      if (bias) score += bias[head * looking * reachable + (row ? place * reachable + j : j * reachable + place)];
      if (regions && regions[first + j] !== regions[first + place]) score += this.cut;
      out[offset + target] = Math.exp(score - lse[queries + (row ? place : j)]);
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
   * The same, averaged over several tokens. Where some of them never meet a token, their weight on it counts as 0, so that
   * a mean of rows sums to 1 as each of them does; NaN where none of them does.
   * @param {readonly number[]} tokens
   * @param {Direction} direction
   * @param {Floats} out
   */
  meanOf(tokens, direction, out) {
    if (tokens.length === 1) {
      this.allHeads(tokens[0], direction, out);
      return;
    }
    const [one, sum] = [new Float64Array(out.length), new Float64Array(out.length).fill(NaN)];
    for (const token of tokens) {
      this.allHeads(token, direction, one);
      for (let at = 0; at < one.length; at++) {
        if (!Number.isNaN(one[at])) sum[at] = (Number.isNaN(sum[at]) ? 0 : sum[at]) + one[at];
      }
      one.fill(NaN);
    }
    for (let at = 0; at < sum.length; at++) out[at] = sum[at] / tokens.length;
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
    const window = Math.floor(this.querySlots[i] / this.looking);
    const row = this.querySlots[i] - window * this.looking;
    const column = this.slots[j] - window * this.reachable;
    const [query, key] = [this.queryBase(window, head) + row, this.base(window, head) + column];
    return { head, row, column, window, query, key };
  }

  /**
   * The addends of a score: q k^T / sqrt(d), the bias and the mask (null where the model has none), their sum.
   * @param {Pair} pair
   */
  score({ head, row, column, window, query, key }) {
    const K = this.reachable;
    const product = dot(this.q, query * this.dim, this.k, key * this.dim, this.dim);
    const scaled = product * this.scale;
    const bias = this.bias ? this.bias[(head * this.looking + row) * K + column] : null;
    const apart = this.regions && this.regions[window * K + row] !== this.regions[window * K + column];
    const cut = apart || this.isForbidden(row, column);
    const mask = this.regions || this.forbidden ? (cut ? this.cut : 0) : null;
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
      this.score({ ...at, column, key: at.key - at.column + column }),
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
   * `queries` and `keys` are tokens of one window; one that does not look or is not looked at, and -1, which is
   * padding, give NaN, and so does a pair that the mask of a row of tokens forbids.
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
    const places = Int32Array.from(keys, (token) => (this.slots[token] >= 0 ? this.slots[token] % K : -1));
    for (let r = from; r < to; r++) {
      if (!(this.querySlots[queries[r]] >= 0)) {
        out.fill(NaN, r * keys.length, (r + 1) * keys.length);
        continue;
      }
      const { query, row, window } = this.pair(head, queries[r], queries[r]);
      const base = this.base(window, head);
      for (let c = 0; c < dim; c++) fixed[c] = this.q[query * dim + c] * this.scale;
      for (let j = 0; j < places.length; j++) {
        const column = places[j];
        let score =
          column < 0 || this.isForbidden(row, column) ? NaN : dot(fixed, 0, this.k, (base + column) * dim, dim);
        if (bias) score += bias[(head * this.looking + row) * K + column];
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
