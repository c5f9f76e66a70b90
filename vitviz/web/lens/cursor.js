// Where the cursor of the lens is: fixed by a click or a key, and for a moment wherever the pointer is. Knows no page.
import { Echo } from "../shared/echo.js";
import { movedReading } from "./readings.js";

/** @import { ReadingGrid } from "./readings.js" */
/** @typedef {{ reading: number, depth: number, target: number }} Place `target` is a number among the followed classes */
/** @typedef {Place & { classes: { index: number }[] }} Placed what a host shows: a place, and the classes with their index in the model */
/** @typedef {{ grid: ReadingGrid, depths: number, classes: number }} Limits how many there are of each */

export class LensCursor {
  constructor() {
    /** @type {Place} */
    this.fixed = { reading: 0, depth: 0, target: 0 };
    /** @type {{ reading: number | null, depth: number | null }} */
    this.hovered = { reading: null, depth: null };
    /** @type {Placed["classes"]} */
    this.classes = [];
    this.echo = new Echo();
  }

  /** The place under the pointer, as far as there is one, else the fixed one. */
  get place() {
    const { reading, depth, target } = this.fixed;
    return { reading: this.hovered.reading ?? reading, depth: this.hovered.depth ?? depth, target };
  }

  /**
   * What the host shows now: its place, unless that answers a choice from here. Then the cursor stays where it was moved
   * to meanwhile, as far as its class is still followed.
   * @param {Placed} shown
   */
  restart({ reading, depth, target, classes }) {
    const answers = !this.echo.isNews(JSON.stringify({ reading, depth, target: classes[target].index }));
    const now = this.chosen;
    const kept = answers ? classes.findIndex(({ index }) => index === now.target) : -1;
    this.classes = classes;
    this.fixed = kept < 0 ? { reading, depth, target } : { ...now, target: kept };
    this.hovered = { reading: null, depth: null };
  }

  /** The fixed place with the class's index in the model. */
  get chosen() {
    const { reading, depth, target } = this.fixed;
    return { reading, depth, target: this.classes[target]?.index ?? 0 };
  }

  /** The same, on its way to the host, which will show it in turn. */
  sent() {
    this.echo.sent(JSON.stringify(this.chosen));
    return this.chosen;
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
