// What a person chose and what the pointer is at: the state, and the second token of a pair. Knows no page.
import { clean, queriesOf } from "./state.js";
import { tokenOn } from "./tokens.js";

/** @import { Head, State } from "./types.d.ts" */
/** @import { Setting } from "./state.js" */

export class Selection {
  /**
   * @param {Setting} setting
   * @param {State} state
   */
  constructor(setting, state) {
    this.setting = setting;
    this.state = state;
    /** @type {number | null} the second token of a pair that the pointer or a key is at */
    this.other = null;
    /** @type {number | null} the second token of the opened weight, null while none is open */
    this.opened = null;
    this.hint = ""; // why a weight could not be opened
    /** @type {{ token: number, layer: number } | null} where the current token was chosen */
    this.origin = null;
    /** @type {{ region: number[], layer: number } | null} where the region was chosen */
    this.regionOrigin = null;
    this.painting = false; // whether the pointer paints the region without a key
    this.adding = true; // whether what is painted is added to the region, or taken out
  }

  /** Whether what is shown is the mean of several tokens. */
  get averaged() {
    return queriesOf(this.state) === this.state.region;
  }

  /**
   * Another picture or model: nothing is pointed at and nothing is open.
   * @param {Setting} setting
   * @param {State} state
   */
  restart(setting, state) {
    Object.assign(this, { setting, state, other: null, opened: null, hint: "", origin: null, regionOrigin: null });
  }

  /**
   * Change what was chosen; what does not fit the model is put right.
   * @param {Partial<State>} part
   */
  change(part) {
    const { state: before, setting } = this;
    const { layers } = setting;
    const next = clean({ ...before, ...part }, setting);
    if ("region" in part) this.regionOrigin = null;
    if (next.layer !== before.layer) {
      next.token = this.tokenIn(next.layer);
      next.region = this.regionIn(next.layer);
      if (this.opened !== null) this.opened = tokenOn(layers[next.layer], this.opened, layers[before.layer]);
      this.other = this.opened;
    }
    // Another picture beside the first shows the same head until a person chooses another one for it.
    const alike = before.second && before.second.layer === before.layer && before.second.head === before.head;
    if (setting.paired && alike && next.second && !("second" in part))
      next.second = { layer: next.layer, head: next.head };
    this.state = next;
    this.hint = "";
  }

  /**
   * The token of a layer for the current one, carried from where it was chosen: the way back finds it again.
   * @param {number} layer
   * @returns {number}
   */
  tokenIn(layer) {
    const { state, origin } = this;
    const { layers } = this.setting;
    const current = origin && tokenOn(layers[state.layer], origin.token, layers[origin.layer]) === state.token;
    this.origin = current ? origin : { token: state.token, layer: state.layer };
    return tokenOn(layers[layer], this.origin.token, layers[this.origin.layer]);
  }

  /**
   * The region in a layer, carried from where it was chosen.
   * @param {number} layer
   * @returns {number[]}
   */
  regionIn(layer) {
    const { layers } = this.setting;
    this.regionOrigin ??= { region: this.state.region, layer: this.state.layer };
    const { region, layer: from } = this.regionOrigin;
    return [...new Set(region.map((token) => tokenOn(layers[layer], token, layers[from])))].sort((a, b) => a - b);
  }

  /**
   * The region with a token painted: the first one of a stroke says whether tokens are added or taken out.
   * @param {number} token
   * @param {boolean} first
   */
  painted(token, first) {
    const { region } = this.state;
    if (first) this.adding = !region.includes(token);
    if (!this.adding) return region.filter((other) => other !== token);
    return region.includes(token) ? region : [...region, token];
  }

  /**
   * The token of the region so many further than the current one, around; the current one where there is no region.
   * @param {number} by
   */
  inRegion(by) {
    const { region, token } = this.state;
    const at = region.indexOf(token);
    if (!region.length) return token;
    if (at < 0) return by > 0 ? region[0] : region[region.length - 1];
    return region[(at + by + region.length) % region.length];
  }

  /**
   * The pointer is over a token: it becomes the current one, or the second one where the current one is pinned. Returns
   * whether that changes anything.
   * @param {number} token
   */
  pass(token) {
    if (this.state.pinned || this.averaged) return this.pointTo(token);
    if (token === this.state.token) return false;
    this.state = { ...this.state, token };
    this.other = null;
    this.hint = "";
    return true;
  }

  /**
   * The second token of the pair; returns whether it is another one now.
   * @param {number | null} token
   */
  pointTo(token) {
    if (token === this.other) return false;
    this.other = token;
    this.hint = "";
    return true;
  }

  /** The pointer is nowhere: the second token is again that of the opened weight. */
  leave() {
    return this.pointTo(this.opened);
  }

  /**
   * The pointer is over a pair, query `i` and key `j`.
   * @param {number} i
   * @param {number} j
   */
  passPair(i, j) {
    const [subject, other] = this.subjectFirst(i, j);
    if (!this.state.pinned && !this.averaged) this.state = { ...this.state, token: subject };
    this.other = other;
    this.hint = "";
  }

  /**
   * Open the weight between `token` and `other`.
   * @param {number} token
   * @param {number} other
   */
  open(token, other) {
    this.other = other;
    this.opened = other;
    this.change({ token, pinned: true });
  }

  close() {
    this.opened = null;
  }

  /**
   * Query and key as the current token and the other one.
   * @param {number} i
   * @param {number} j
   * @returns {[token: number, other: number]}
   */
  subjectFirst(i, j) {
    return this.state.direction === "row" ? [i, j] : [j, i];
  }

  /**
   * The head so many steps further, around the list of heads and means.
   * @param {number} by
   * @returns {Head}
   */
  headAfter(by) {
    const { layers, aggregates } = this.setting;
    /** @type {Head[]} */
    const all = [...Array(layers[this.state.layer].heads).keys(), ...aggregates];
    return all[(all.indexOf(this.state.head) + by + all.length) % all.length];
  }
}
