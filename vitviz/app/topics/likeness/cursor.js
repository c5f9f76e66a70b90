// Where the cursor is: chosen by a click or a key, and for a moment wherever the pointer is. Knows no page.
import { moved } from "../../../web/explorer/keys.js";
import { tokenAcross, tokenOn } from "../../../web/explorer/tokens.js";

/** @import { LayerInfo } from "../../../web/explorer/types.d.ts" */
/** @import { LikenessData, Place } from "./types.d.ts" */
/** @typedef {{ side: number, token: number }} Token a token of the shown block of a side */
/** @typedef {Pick<LikenessData, "related"> & { sides: { layers: LayerInfo[] }[] }} Setting what a place has to fit */

export class Cursor {
  constructor() {
    /** @type {Setting} */
    this.setting = { sides: [], related: false };
    /** @type {Place} */
    this.place = { block: 0, token: 0, at: 0, side: 0, pinned: false, kind: "stream", head: -1 };
    /** @type {Token | null} what the pointer is over */
    this.pointed = null;
    this.asks = "";
  }

  /**
   * What the host shows now. Its place is taken where it asks for that, as after a link; what a person chose here since is
   * never put back.
   * @param {LikenessData} data
   */
  restart(data) {
    this.setting = data;
    if (data.asks !== this.asks) this.place = data.place;
    this.asks = data.asks;
    this.pointed = null;
    this.place = this.clean(this.place);
  }

  /**
   * A place that fits.
   * @param {Place} place
   * @returns {Place}
   */
  clean(place) {
    const { sides, related } = this.setting;
    const side = related && place.side < sides.length ? place.side : 0;
    const { layers } = sides[side];
    const within = (/** @type {number} */ value, /** @type {number} */ count) =>
      Math.max(0, Math.min(count - 1, value));
    const [block, at] = [within(place.block, layers.length), within(place.at, layers.length)];
    const { prefix, rows, columns } = layers[at];
    const heads = Math.max(...layers.map((layer) => layer.heads));
    const head = place.kind === "stream" ? place.head : Math.min(place.head, heads - 1);
    return { ...place, side, block, at, head, token: within(place.token, prefix.length + rows * columns) };
  }

  /** @param {Partial<Place>} part */
  change(part) {
    this.place = this.clean({ ...this.place, ...part });
  }

  /** The head that is compared: the stream has none. */
  get head() {
    return this.place.kind === "stream" ? -1 : this.place.head;
  }

  /**
   * The block of a side that is shown: as deep in another model.
   * @param {number} side
   */
  blockOf(side) {
    const { sides, related } = this.setting;
    const { block } = this.place;
    if (related || side === 0) return block;
    const [own, other] = [sides[0].layers.length, sides[side].layers.length];
    return own > 1 ? Math.round((block / (own - 1)) * (other - 1)) : 0;
  }

  /** The chosen token, or the one under the pointer, in the shown block of its side. */
  get query() {
    const { place, pointed, setting } = this;
    if (pointed && !place.pinned) return pointed;
    const { layers } = setting.sides[place.side];
    return { side: place.side, token: tokenOn(layers[place.block], place.token, layers[place.at]) };
  }

  /** The second token of a pair: under the pointer, while another is pinned. */
  get other() {
    return this.place.pinned ? this.pointed : null;
  }

  /**
   * Whose vector is compared with those of a block of a side: the cursor's token there, or in another model the one at the
   * same place of the picture (-1: there is none of that name).
   * @param {number} side
   * @param {number} block
   * @returns {Token}
   */
  source(side, block) {
    const { sides, related } = this.setting;
    const { place, pointed } = this;
    const free = pointed && !place.pinned;
    const from = free ? pointed.side : place.side;
    const token = free ? pointed.token : place.token;
    const map = sides[from].layers[free ? this.blockOf(from) : place.at];
    const to = related ? from : side;
    const target = sides[to].layers[block];
    return { side: to, token: to === from ? tokenOn(target, token, map) : tokenAcross(target, token, map) };
  }

  /**
   * The pointer is over a token of the shown block of a side, or over none; whether that is news.
   * @param {Token | null} token
   */
  point(token) {
    if (token?.side === this.pointed?.side && token?.token === this.pointed?.token) return false;
    this.pointed = token;
    return true;
  }

  /**
   * A click: the token is pinned, or where it is pinned already, let go.
   * @param {Token} token
   */
  choose({ side, token }) {
    const { sides, related } = this.setting;
    const now = this.query;
    if (this.place.pinned && now.side === side && now.token === token) {
      this.change({ pinned: false });
      return;
    }
    if (related || side === 0) {
      this.change({ side, token, at: this.place.block, pinned: true });
      return;
    }
    // In another model the cursor stays the first one's.
    const map = sides[0].layers[this.place.block];
    const there = tokenAcross(map, token, sides[side].layers[this.blockOf(side)]);
    if (there >= 0) this.change({ side: 0, token: there, at: this.place.block, pinned: true });
  }

  /**
   * A key's step on the map that is shown.
   * @param {[down: number, across: number]} step
   */
  move(step) {
    const { place, setting } = this;
    const { layers } = setting.sides[place.side];
    const token = tokenOn(layers[place.block], place.token, layers[place.at]);
    this.pointed = null;
    this.change({ token: moved(token, step, layers[place.block]), at: place.block });
  }

  /** @param {number} by */
  moveHead(by) {
    const { layers } = this.setting.sides[0];
    const heads = Math.max(...layers.map((layer) => layer.heads));
    if (this.place.kind !== "stream") this.change({ head: ((this.place.head + 1 + by + heads + 1) % (heads + 1)) - 1 });
  }
}
