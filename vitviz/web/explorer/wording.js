// What a view is called and says: names of maps and tokens, the line under the picture, the figures of a head.
import { number } from "../shared/format.js";
import { filled } from "../shared/words.js";
import { strongest } from "./maths.js";
import { placeOf } from "./picture.js";

const NAMED = 4; // strongest targets in the line below the picture

/** Needs `state`, `data`, `layers`, `engines` and `other`, the second token of a pair. */
export class Wording {
  nameOf({ layer, head }) {
    const { words } = this.data;
    if (head === "rollout") return filled(words.rolloutName, { start: this.state.start, end: this.layers.length - 1 });
    const { name, window, shift } = this.layers[layer];
    const kind = window ? (shift ? " SW-MSA" : " W-MSA") : "";
    return `${name}${kind} \u00b7 ${typeof head === "number" ? `${words.head} ${head}` : words[head]}`;
  }

  tokenName(token) {
    const layer = this.layers[this.state.layer];
    const place = placeOf(token, layer);
    return place ? `(${place[0]}, ${place[1]})` : layer.prefix[token];
  }

  strongestOf() {
    const { state, engines } = this;
    const map = engines[0].map(state, state.token, state.direction, state.start);
    return map ? strongest(map.values.subarray(map.offset, map.offset + map.tokens), NAMED) : [];
  }

  /** How many tokens the weights of a row are shared among. */
  keysInReach() {
    const { state, engines } = this;
    const maths = engines[0].layer(state.layer);
    return maths?.legal(state.token);
  }

  /** The line under the picture: the strongest of a row or column, or one pair. */
  reading() {
    const { state, data } = this;
    if (this.problem || this.hint) return this.problem || this.hint;
    const top = this.strongestOf();
    if (!top.length) return data.words.loading;
    if (this.other !== null) return this.pairText();
    const verb = state.direction === "row" ? data.words.looksAt : data.words.seenBy;
    const listed = top.map(([token, weight]) => `${this.tokenName(token)} ${number(weight)}`);
    return `${this.tokenName(state.token)} ${verb}  ${listed.join(" \u00b7 ")}`;
  }

  pairText() {
    const { state, engines, other } = this;
    const map = engines[0].map(state, state.token, state.direction, state.start);
    if (!map) return this.data.words.loading;
    const weight = map.values[map.offset + other];
    const [i, j] = state.direction === "row" ? [state.token, other] : [other, state.token];
    const name = `A[${this.tokenName(i)}, ${this.tokenName(j)}]`;
    if (Number.isNaN(weight)) return `${name}: ${this.data.words.outside}`;
    if (engines[0].layer(state.layer)?.isCut(i, j)) return `${name} = ${number(weight)}: ${this.data.words.cut}`;
    const n = this.keysInReach();
    return `${name} = ${number(weight)} = ${number(weight * n)} \u00d7 1/${n}`;
  }

  figures({ layer, head }) {
    if (typeof head !== "number") return "";
    const [entropy, distance] = ["entropy", "distance"].map((name) => this.engines[0].figure(name, layer, head));
    if (entropy === undefined) return "";
    return `   ${filled(this.data.words.figures, { entropy: entropy.toFixed(2), distance: distance?.toFixed(1) ?? "?" })}`;
  }
}
