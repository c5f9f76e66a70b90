// One cursor on all layer norms of a run: a layer norm, and a token of the finest map.
import { sameArrays } from "../shared/payload.js";
import { Statistics } from "./statistics.js";

/** @import { Grid } from "../shared/places.js" */
/** @import { Described, Norm } from "./statistics.js" */
/**
 * Number of the layer norm, token of the finest map, and how often a place was chosen.
 * @typedef {{ at: number, token: number, turn: number }} Place
 */
/** @typedef {Place & { statistics: { values: Float32Array, norms: Described[] }, prefix: string[], finest: Grid }} CursorData */

export class NormCursor {
  /** @param {(place: Place) => void} onChoose is called with every place that is chosen */
  constructor(onChoose) {
    this.onChoose = onChoose;
    this.at = 0;
    this.token = 0;
    this.turn = 0;
    /** @type {Statistics | null} */
    this.statistics = null;
    /** @type {Float32Array | null} */
    this.values = null;
  }

  /** @returns {Norm[]} */
  get norms() {
    return this.statistics?.norms ?? [];
  }

  /**
   * Take over a run's numbers, which are read once, and the page's place in them.
   * @param {CursorData} data
   */
  update({ statistics, prefix, finest, at, token, turn }) {
    if (!this.statistics || !sameArrays(this.values ?? undefined, statistics.values))
      this.statistics = new Statistics(statistics, prefix, finest);
    this.values = statistics.values;
    // An answer to an earlier choice than the last one does not move the cursor back.
    if (turn >= this.turn) Object.assign(this, { at, token, turn });
  }

  /**
   * The chosen token as a layer norm counts it.
   * @param {number} at
   */
  tokenAt(at = this.at) {
    return this.statistics?.tokenAt(at, this.token) ?? 0;
  }

  /**
   * The token of the finest map for one that layer norm number `at` counts.
   * @param {number} at
   * @param {number} token
   */
  finestToken(at, token) {
    return this.statistics?.finestToken(at, token, this.token) ?? token;
  }

  /**
   * Go to a place; null where the cursor is there already, else whether it is at another layer norm.
   * @param {number} at
   * @param {number} token
   */
  move(at, token) {
    const otherNorm = at !== this.at;
    if (!otherNorm && token === this.token) return null;
    Object.assign(this, { at, token, turn: this.turn + 1 });
    return otherNorm;
  }

  /** Send the place to the page. */
  send() {
    this.onChoose({ at: this.at, token: this.token, turn: this.turn });
  }
}
