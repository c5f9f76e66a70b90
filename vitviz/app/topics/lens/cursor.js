// Where the cursor of the lens is: fixed by a click or a key, and for a moment wherever the pointer is. Knows no page.
import { movedReading } from "./readings.js";

/** @import { ReadingGrid } from "./readings.js" */
/** @typedef {{ reading: number, depth: number, target: number }} Place `target` is a number among the followed classes */
/** @typedef {{ grid: ReadingGrid, depths: number, classes: number }} Limits how many there are of each */

export class LensCursor {
  constructor() {
    /** @type {Place} */
    this.fixed = { reading: 0, depth: 0, target: 0 };
    /** @type {{ reading: number | null, depth: number | null }} */
    this.hovered = { reading: null, depth: null };
  }

  /** The place under the pointer, as far as there is one, else the fixed one. */
  get place() {
    const { reading, depth, target } = this.fixed;
    return { reading: this.hovered.reading ?? reading, depth: this.hovered.depth ?? depth, target };
  }

  /** @param {Place} fixed */
  restart({ reading, depth, target }) {
    this.fixed = { reading, depth, target };
    this.hovered = { reading: null, depth: null };
  }

  /** @param {{ reading?: number | null, depth?: number | null }} place */
  hover(place) {
    Object.assign(this.hovered, place);
  }

  /** @param {Partial<Place>} place */
  fix(place) {
    Object.assign(this.fixed, place);
  }
}

/**
 * What a key press changes of a place; null where it changes nothing.
 * @param {string} key
 * @param {readonly [down: number, across: number] | null} arrow the step of an arrow key
 * @param {Place} place
 * @param {Limits} limits
 * @returns {Partial<Place> | null}
 */
export function placeAfterKey(key, arrow, { reading, depth, target }, { grid, depths, classes }) {
  if (arrow) return { reading: movedReading(reading, arrow, grid) };
  if (key === "PageUp") return { depth: Math.max(0, depth - 1) };
  if (key === "PageDown") return { depth: Math.min(depths - 1, depth + 1) };
  if (key === "Home" && grid.first) return { reading: 0 };
  if (key === "[" || key === "]") return { target: (target + (key === "]" ? 1 : classes - 1)) % classes };
  return null;
}
