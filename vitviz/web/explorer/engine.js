// The numbers behind every map: which layers are there, and the weights of the token under the cursor in each.

import { PayloadSource } from "../shared/payload.js";
import { largest } from "../shared/shades.js";
import { LayerMaths } from "./maths.js";
import { tokensAcross } from "./tokens.js";
import { overHeads } from "./weights.js";

/** @import { Payload } from "../shared/payload.js" */
/** @import { Choice, Direction, ExplorerPicture, Fetcher, TokenMap, WeightMap } from "./types.d.ts" */
/** @typedef {(queries: Int32Array, keys: Int32Array, from: number, to: number, out: Float32Array) => void} Fill adds rows `from` to `to` of a matrix to `out` */

const AT_ONCE = 2; // requests for layers that nobody waits for

/** One picture in one model. */
export class Engine {
  /**
   * @param {ExplorerPicture & { limit: number, leftOut?: string }} data
   * @param {{ missing?: () => void, arrived: () => void, fetcher?: Fetcher }} host
   */
  constructor(data, { missing, arrived, fetcher }) {
    this.data = data;
    this.layers = data.layers;
    this.arrived = arrived;
    this.source = new PayloadSource(data.url, {
      limit: data.limit,
      wrap: (payload) => new LayerMaths(/** @type {any} */ (payload)),
      missing,
      fetcher,
    });
    /** @type {(Float32Array | null)[]} */
    this.buffers = data.layers.map(() => null);
    /** @type {Map<string, Float32Array>} */
    this.scratch = new Map();
  }

  /**
   * The block's attention, or undefined while it is not there.
   * @param {number} index
   * @returns {LayerMaths | undefined}
   */
  layer(index) {
    return this.source.peek(`${index}.bin`);
  }

  /**
   * The block's attention, fetched where it is not there.
   * @param {number} index
   * @returns {Promise<LayerMaths>}
   */
  need(index) {
    return this.source.get(`${index}.bin`);
  }

  /**
   * The values of a head and its part of the projection.
   * @param {number} layer
   * @param {number} head
   * @returns {Promise<Payload>}
   */
  values(layer, head) {
    return this.source.get(`${layer}/${head}.bin`, (payload) => payload);
  }

  /**
   * Attention rollout from the layer `start` on, (N, N).
   * @param {number} start
   * @returns {Promise<Float32Array>}
   */
  rollout(start) {
    return this.source.get(`rollout/${start}.bin`, ({ arrays }) => arrays.matrix);
  }

  /**
   * Whether a head's numbers are there; a mean needs all of them.
   * @param {number} layer
   * @param {Exclude<Choice["head"], "rollout">} head
   */
  has(layer, head) {
    const { kept } = this.layers[layer];
    return !kept || (typeof head === "number" && kept.includes(head));
  }

  /**
   * All that one map needs; rejects with a sentence where it was left out.
   * @param {Choice} choice
   * @param {number} start
   * @returns {Promise<unknown>}
   */
  needMap({ layer, head }, start) {
    if (head !== "rollout" && !this.has(layer, head)) return Promise.reject(new Error(this.data.leftOut ?? ""));
    return Promise.all([this.need(layer), head === "rollout" ? this.rollout(start) : null]);
  }

  /**
   * Fetch every layer, the nearest first, as long as they fit; `arrived` is called for each.
   * @param {number} around
   */
  async prefetch(around) {
    const there = this.layers.map((_, index) => index).filter((index) => this.layers[index].kept?.length !== 0);
    const order = there.sort((a, b) => Math.abs(a - around) - Math.abs(b - around));
    const waiting = order.filter((index) => !this.layer(index));
    const work = async () => {
      while (waiting.length && !this.source.closed) {
        const largestYet = Math.max(0, ...this.layers.map((_, index) => this.layer(index)?.bytes ?? 0));
        // What is on its way counts, too: one too many would push out the layer that is looked at.
        if (this.source.bytes + (this.source.waiting.size + 1) * largestYet > this.source.limit) return;
        await this.need(/** @type {number} */ (waiting.shift()));
        this.arrived();
      }
    };
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    } catch {
      // What is missing was asked for anew, or says so when somebody wants to see it.
    }
  }

  /**
   * Weights of all heads of a layer for tokens of the map `from`, averaged over these, (H, tokens); null while the layer
   * is not there, and where it has none of these tokens.
   * @param {number} index
   * @param {readonly number[]} queries
   * @param {TokenMap} from
   * @param {Direction} direction
   */
  compute(index, queries, from, direction) {
    const maths = this.layer(index);
    const own = maths ? tokensAcross(this.layers[index], queries, from) : [];
    if (!maths || !own.length) {
      this.buffers[index] = null;
      return null;
    }
    this.buffers[index] ??= new Float32Array(maths.heads * maths.tokens);
    maths.meanOf(own, direction, this.buffers[index]);
    return this.buffers[index];
  }

  /**
   * The computed map of {layer, head}: `values` from `offset` on, in tokens of that layer; null while there is none.
   * @param {Choice} choice
   * @param {readonly number[]} queries tokens of that layer
   * @param {Direction} direction
   * @param {number} start
   * @returns {WeightMap | null}
   */
  map({ layer, head }, queries, direction, start) {
    const { prefix, rows, columns } = this.layers[layer];
    const tokens = prefix.length + rows * columns;
    if (head === "rollout") return this.rolloutMap(queries, tokens, direction, start);
    const all = this.buffers[layer];
    if (!all) return null;
    if (typeof head === "number") return { values: all, offset: head * tokens, tokens };
    const out = this.room(`${layer} ${head}`, tokens);
    overHeads(all, this.layers[layer].heads, tokens, head, out);
    return { values: out, offset: 0, tokens };
  }

  /**
   * A row or a column of the rollout, or the mean of several; null while it is not there.
   * @param {readonly number[]} queries
   * @param {number} tokens
   * @param {Direction} direction
   * @param {number} start
   * @returns {WeightMap | null}
   */
  rolloutMap(queries, tokens, direction, start) {
    const matrix = this.source.peek(`rollout/${start}.bin`);
    if (!matrix || !queries.length) return null;
    if (direction === "row" && queries.length === 1) return { values: matrix, offset: queries[0] * tokens, tokens };
    const out = this.room("rollout", tokens);
    for (let i = 0; i < tokens; i++) {
      let sum = 0;
      for (const query of queries) sum += matrix[direction === "row" ? query * tokens + i : i * tokens + query];
      out[i] = sum / queries.length;
    }
    return { values: out, offset: 0, tokens };
  }

  /**
   * A buffer that is used again for the next map of that name.
   * @param {string} name
   * @param {number} tokens
   */
  room(name, tokens) {
    const kept = this.scratch.get(name);
    if (kept?.length === tokens) return kept;
    const made = new Float32Array(tokens);
    this.scratch.set(name, made);
    return made;
  }

  /**
   * The upper end of a scale that serves every map: in the middle one of the layers 99.5 % of the weights on patches
   * stay below it. A few layers with sharp heads would make all others look empty.
   */
  reach() {
    const known = this.layers.map((_, index) => this.layer(index)?.header.reach).filter((value) => value !== undefined);
    return known.sort((a, b) => (a ?? 0) - (b ?? 0))[Math.floor(known.length / 2)] ?? 0;
  }

  /** The largest weight on a patch in any head of any layer, for the token that was computed last. */
  top() {
    let top = 0;
    for (const [index, all] of this.buffers.entries()) {
      if (!all) continue;
      const { prefix, rows, columns, heads } = this.layers[index];
      const tokens = prefix.length + rows * columns;
      for (let h = 0; h < heads; h++) top = Math.max(top, largest(all, h * tokens + prefix.length, rows * columns));
    }
    return top;
  }

  /**
   * A figure of a head, or undefined while its layer is not there.
   * @param {"entropy" | "distance"} name
   * @param {number} layer
   * @param {number} head
   */
  figure(name, layer, head) {
    return this.layer(layer)?.header[name]?.[head] ?? undefined;
  }

  /**
   * The tokens of the matrix that `token` is in, and what fills it: all of a ViT, the window of a Swin.
   * @param {Choice} choice
   * @param {number} token
   * @param {number} start
   * @returns {{ order: Int32Array, fill: Fill } | null}
   */
  matrix({ layer, head }, token, start) {
    const maths = this.layer(layer);
    if (!maths) return null;
    const order = maths.windowed ? maths.reach(token) : maths.everyone;
    if (head === "rollout") {
      const dense = this.source.peek(`rollout/${start}.bin`);
      if (!dense) return null;
      /** @type {Fill} */
      const fill = (queries, keys, from, to, out) => {
        for (let r = from; r < to; r++) {
          for (let j = 0; j < keys.length; j++) out[r * keys.length + j] = dense[queries[r] * maths.tokens + keys[j]];
        }
      };
      return { order, fill };
    }
    const heads = typeof head === "number" ? [head] : Array.from({ length: maths.heads }, (_, h) => h);
    /** @type {Fill} */
    const fill = (queries, keys, from, to, out) => {
      for (const h of heads) {
        if (head === "max") maths.maxMatrix(h, queries, keys, from, to, out);
        else maths.addMatrix(h, queries, keys, from, to, out, 1 / heads.length);
      }
    };
    return { order, fill };
  }

  close() {
    this.source.close();
  }
}
