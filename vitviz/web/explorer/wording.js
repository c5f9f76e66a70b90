// What a view is called and says: names of maps and tokens, the line under the picture, the figures of a head.
/** @import { Engine } from "./engine.js" */
/** @import { Choice, ExplorerData, LayerInfo, State } from "./types.d.ts" */
import { number } from "../shared/format.js";
import { filled } from "../shared/words.js";
import { strongest } from "./maths.js";
import { placeOf } from "./picture.js";

const NAMED = 4; // strongest targets in the line below the picture

/**
 * What is set later, before anything reads it.
 * @template T
 * @returns {T}
 */
export function later() {
  return /** @type {T} */ (/** @type {unknown} */ (undefined));
}

/** The names and sentences of what is drawn: of a state, its layers and their weights. */
export class Wording {
  constructor() {
    /** @type {ExplorerData} */
    this.data = later();
    /** @type {State} */
    this.state = later();
    /** @type {LayerInfo[]} */
    this.layers = [];
    /** @type {Engine[]} */
    this.engines = [];
    /** @type {number | null} the second token of a pair */
    this.other = null;
    this.problem = "";
    this.hint = "";
  }

  /** @param {Choice} choice */
  nameOf({ layer, head }) {
    const { words } = this.data;
    if (head === "rollout") return filled(words.rolloutName, { start: this.state.start, end: this.layers.length - 1 });
    const { name, window, shift } = this.layers[layer];
    const kind = window ? (shift ? " SW-MSA" : " W-MSA") : "";
    return `${name}${kind} \u00b7 ${typeof head === "number" ? `${words.head} ${head}` : words[head]}`;
  }

  /** @param {number} token */
  tokenName(token) {
    const layer = this.layers[this.state.layer];
    const place = placeOf(token, layer);
    return place ? `(${place[0]}, ${place[1]})` : layer.prefix[token];
  }

  /** @returns {[token: number, weight: number][]} */
  strongestOf() {
    const { state, engines } = this;
    const map = engines[0].map(state, state.token, state.direction, state.start);
    return map ? strongest(map.values.subarray(map.offset, map.offset + map.tokens), NAMED) : [];
  }

  /** The line under the picture: the strongest of a row or column, or one pair. */
  reading() {
    const { state, data } = this;
    if (this.problem || this.hint) return this.problem || this.hint;
    const top = this.strongestOf();
    if (!top.length) return data.words.loading;
    if (this.other !== null) return this.pairText(this.other);
    const verb = state.direction === "row" ? data.words.looksAt : data.words.seenBy;
    const listed = top.map(([token, weight]) => `${this.tokenName(token)} ${number(weight)}`);
    return `${this.tokenName(state.token)} ${verb}  ${listed.join(" \u00b7 ")}`;
  }

  /** @param {number} other */
  pairText(other) {
    const { state, engines } = this;
    const map = engines[0].map(state, state.token, state.direction, state.start);
    const maths = engines[0].layer(state.layer);
    if (!map || !maths) return this.data.words.loading;
    const weight = map.values[map.offset + other];
    const [i, j] = state.direction === "row" ? [state.token, other] : [other, state.token];
    const name = `A[${this.tokenName(i)}, ${this.tokenName(j)}]`;
    if (Number.isNaN(weight)) return `${name}: ${this.data.words.outside}`;
    if (maths.isCut(i, j)) return `${name} = ${number(weight)}: ${this.data.words.cut}`;
    const n = maths.legal(state.token); // how many tokens the weights of the row are shared among
    return `${name} = ${number(weight)} = ${number(weight * n)} \u00d7 1/${n}`;
  }

  /** @param {Choice} choice */
  figures({ layer, head }) {
    if (typeof head !== "number") return "";
    const [entropy, distance] = [
      this.engines[0].figure("entropy", layer, head),
      this.engines[0].figure("distance", layer, head),
    ];
    if (entropy === undefined) return "";
    return `   ${filled(this.data.words.figures, { entropy: entropy.toFixed(2), distance: distance?.toFixed(1) ?? "?" })}`;
  }
}
