// What is the same in every section of the page: a place that pointer, click and arrow keys move, and a line about it.
import { isDark } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";
import { arrowStep } from "../../../web/shared/events.js";
import { Lifetime } from "../../../web/shared/lifetime.js";
import { sentFigure } from "../../../web/shared/save_figure.js";
import { cellOf, moved } from "./place.js";

/** @import { Scale, Words } from "../../../web/shared/types.d.ts" */
/** @import { Place } from "./place.js" */
/** @typedef {Record<string, string>} Choice what a person chose, by name */
/** @typedef {(choice: Choice) => void} Send */
/**
 * What every section is drawn from: a page, its truth and the network's answer, all 96 x 96.
 * @typedef {{ picture: Uint8Array, truth: Uint8Array, answer: Uint8Array, names: string[], words: Words,
 *   scales: Record<"attention" | "activation" | "difference", Scale>, choice: Choice }} PageData
 */

/** @template {PageData} Data */
export class SegmentationView {
  /**
   * @param {HTMLElement} root
   * @param {Send} send is called with what a person chose
   */
  constructor(root, send) {
    this.root = root;
    this.lifetime = new Lifetime();
    /** @type {Data | null} */
    this.data = null;
    /** @type {Place} */
    this.fixed = { y: 0.5, x: 0.5 };
    /** @type {Place | null} */
    this.hovered = null;
    this.dark = false;
    root.classList.add("sg");
    root.tabIndex = 0;
    root.setAttribute("role", "application");
    this.send = send;
    this.lifetime.listen(root, "keydown", (/** @type {KeyboardEvent} */ event) => this.onKey(event));
    this.listeners = {
      hover: (/** @type {Place | null} */ place) => this.hover(place),
      choose: (/** @type {Place} */ place) => this.choose(place),
    };
  }

  /** The line about the place; a part puts it where it belongs. */
  makeReadout() {
    const readout = make("div", "vv-readout sg-readout");
    readout.setAttribute("role", "status");
    return readout;
  }

  /** The place under the pointer, else the one that was chosen. */
  get place() {
    return this.hovered ?? this.fixed;
  }

  /**
   * The cell of a map that the place is in.
   * @param {number} rows
   * @param {number} columns
   */
  cell(rows, columns = rows) {
    return cellOf(this.place, rows, columns);
  }

  /** Rows and columns that the arrow keys move over. */
  get grid() {
    return [96, 96];
  }

  /** @param {Place | null} place */
  hover(place) {
    this.hovered = place;
    if (this.data) this.point(this.data);
  }

  /** @param {Place} place */
  choose(place) {
    this.fixed = place;
    this.hovered = null;
    if (this.data) this.point(this.data);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const step = arrowStep(event);
    if (!step || !this.data) return;
    const [rows, columns] = this.grid;
    this.choose(moved(this.fixed, step, rows, columns));
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {Data} data */
  update(data) {
    this.data = data;
    this.dark = isDark(this.root);
    this.root.setAttribute("aria-label", data.words.help);
    this.draw(data);
    this.point(data);
  }

  /**
   * Draw everything that does not follow the place.
   * @param {Data} _data
   */
  draw(_data) {}

  /**
   * Draw what follows the place.
   * @param {Data} _data
   */
  point(_data) {}

  figures() {
    return this.data ? [sentFigure(this.root, this.data)] : [];
  }

  destroy() {
    this.lifetime.destroy();
    this.root.replaceChildren();
  }
}
