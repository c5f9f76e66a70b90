// What a person chose in the lab and what follows from it: a time, a shift, a window, an opened pair. Knows no view.
import { isRegular, isRolled, LAST_FRAME, maskShown, weightsShown } from "./timeline.js";

/** @import { Windows } from "./geometry.js" */
/** @import { Attention, LabData, Pattern, Place } from "./types.js" */

export class LabState {
  /** @param {Windows} windows */
  constructor(windows) {
    this.windows = windows;
    this.t = 0;
    this.shift = 0;
    this.chosen = 0;
    this.head = 0;
    this.withMask = true;
    /** @type {number | null} a place of the chosen window */
    this.query = null;
    /** @type {number | null} */
    this.key = null;
    /** @type {Place | null} the place of the map below the pointer, as the map is drawn at this time */
    this.cursor = null;
    /** @type {Attention | null} */
    this.attention = null;
    this.sent = 0;
  }

  /**
   * Take over what Python computed; an answer to an older change does not undo a newer one.
   * @param {Windows} windows
   * @param {Pick<LabData, "setting" | "attention">} data
   */
  update(windows, { setting, attention }) {
    this.windows = windows;
    this.attention = attention;
    if (setting.sequence >= this.sent) {
      this.sent = setting.sequence;
      this.shift = setting.shift;
      this.chosen = setting.chosen;
    }
    this.shift = Math.min(this.shift, windows.shifts.length - 1);
    this.chosen = Math.min(this.chosen, windows.grid.num_windows - 1);
    if (attention) this.head = Math.min(this.head, attention.heads - 1);
    this.dropOutside();
  }

  /** A query or key that is no place of a smaller window is dropped. */
  dropOutside() {
    if (this.query !== null && this.query >= this.windows.size) this.query = null;
    if (this.key !== null && this.key >= this.windows.size) this.key = null;
  }

  get shifted() {
    return this.windows.shifts[this.shift];
  }

  get regular() {
    return this.windows.shifts[0];
  }

  /** The windows that are drawn at this time: the regular ones of the block before, or the shifted ones. */
  get current() {
    return isRegular(this.t) ? this.regular : this.shifted;
  }

  /** @param {number} t */
  seek(t) {
    this.t = Math.min(LAST_FRAME, Math.max(0, t));
    // A query to begin with: the middle of the window.
    if (maskShown(t)) this.query ??= Math.floor(this.windows.size / 2);
  }

  /**
   * The slot (window and place) of a place of the map as it is drawn at this time.
   * @param {Place} place
   */
  slotAt([row, column]) {
    const index = row * this.windows.width + column;
    return isRolled(this.t) ? this.windows.fromCell[index] : this.current.fromOrigin[index];
  }

  /** @param {Place} place */
  point(place) {
    this.cursor = place;
    const slot = this.slotAt(place);
    if (!maskShown(this.t) || !isRolled(this.t) || Math.floor(slot / this.windows.size) !== this.chosen) return;
    this.query = slot % this.windows.size;
    if (weightsShown(this.t)) this.key = null;
  }

  /**
   * The place that an arrow key moves the cursor to; without one, the first of the chosen window.
   * @param {Place} step
   * @returns {Place}
   */
  moved([down, across]) {
    if (!this.cursor) return this.corner();
    const [row, column] = this.cursor;
    return [within(row + down, this.windows.height), within(column + across, this.windows.width)];
  }

  /** @returns {Place} the first place of the chosen window */
  corner() {
    const [row, column] = this.windows.box(this.chosen);
    return [row, column];
  }

  /**
   * Choose the window that a place is in; false where that changes nothing.
   * @param {Place} place
   */
  choose(place) {
    const slot = this.slotAt(place);
    const window = Math.floor(slot / this.windows.size);
    if (isRegular(this.t) || window === this.chosen) return false;
    this.chosen = window;
    this.query = slot % this.windows.size;
    this.key = null;
    return true;
  }

  /**
   * Open a pair of places of the chosen window.
   * @param {number} query
   * @param {number} key
   */
  open(query, key) {
    this.cursor = null;
    this.query = query;
    this.key = key;
  }

  /** Whether the weights that Python sent belong to what is chosen. */
  get hasWeights() {
    return this.attention !== null && this.attention.window === this.chosen && this.attention.shift === this.shift;
  }

  /**
   * The pattern of the chosen head; null while its weights are not there.
   * @returns {Pattern | null}
   */
  pattern() {
    const { attention } = this;
    if (!attention || !this.hasWeights) return null;
    const { size } = this.windows;
    const values = this.withMask ? attention.masked : attention.unmasked;
    const first = this.head * size * size;
    let high = 0;
    // One scale for both, so that turning the mask off does not change what a colour means.
    for (const all of [attention.masked, attention.unmasked]) {
      for (let i = first; i < first + size * size; i++) high = Math.max(high, all[i]);
    }
    return { values, first, high, key: `${this.sent} ${this.head} ${this.withMask}` };
  }

  /** What the caption is about: one window, no shift, or a real one. */
  get kind() {
    if (this.windows.grid.num_windows === 1) return "one";
    return this.shift === 0 ? "zero" : "shift";
  }
}

/**
 * @param {number} value
 * @param {number} count
 */
const within = (value, count) => Math.min(count - 1, Math.max(0, value));
