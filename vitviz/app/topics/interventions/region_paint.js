// The painted region: patches that a person chooses here and the host shows in turn. Knows no page.
import { Echo } from "../../../web/shared/echo.js";

/** @typedef {{ rows: number, columns: number }} Cells */
/** @typedef {"rectangle" | "brush"} Tool */

/**
 * Numbers in order as an address has them, "5-9_12": what Python's `ranges_of` writes.
 * @param {Iterable<number>} numbers
 */
export function rangesOf(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  /** @type {[first: number, last: number][]} */
  const runs = [];
  for (const number of sorted) {
    const run = runs.at(-1);
    if (run && number === run[1] + 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join("_");
}

/**
 * The numbers of such a text, those below `count`.
 * @param {string} text
 * @param {number} count
 */
export function numbersOf(text, count) {
  /** @type {number[]} */
  const found = [];
  for (const part of text ? text.split("_") : []) {
    const [first, last = first] = part.split("-").map(Number);
    for (let number = first; number <= Math.min(last, count - 1); number++) found.push(number);
  }
  return found;
}

/**
 * All cells of the rectangle between two corners.
 * @param {number} from
 * @param {number} to
 * @param {Cells} map
 */
export function rectangle(from, to, { columns }) {
  const [top, bottom] = [from, to].map((cell) => Math.floor(cell / columns)).sort((a, b) => a - b);
  const [left, right] = [from, to].map((cell) => cell % columns).sort((a, b) => a - b);
  const cells = [];
  for (let row = top; row <= bottom; row++)
    for (let column = left; column <= right; column++) cells.push(row * columns + column);
  return cells;
}

/**
 * The cells on the way from one to another, both among them: a fast brush leaves no gaps.
 * @param {number} from
 * @param {number} to
 * @param {Cells} map
 */
export function wayBetween(from, to, { columns }) {
  const [row, column] = [Math.floor(from / columns), from % columns];
  const [down, across] = [Math.floor(to / columns) - row, (to % columns) - column];
  const steps = Math.max(Math.abs(down), Math.abs(across));
  const cells = [from];
  for (let step = 1; step <= steps; step++)
    cells.push((row + Math.round((down * step) / steps)) * columns + column + Math.round((across * step) / steps));
  return cells;
}

export class Painting {
  constructor() {
    /** @type {Set<number>} */
    this.region = new Set();
    /** @type {Cells} */
    this.map = { rows: 1, columns: 1 };
    /** @type {Tool} */
    this.tool = "rectangle";
    this.cursor = 0; // of the keys
    this.echo = new Echo();
    /** @type {string | null} what the host showed last */
    this.shown = null;
    /** @type {{ from: number, at: number, adding: boolean, before: Set<number> } | null} */
    this.stroke = null;
  }

  get count() {
    return this.map.rows * this.map.columns;
  }

  get text() {
    return rangesOf(this.region);
  }

  /**
   * What the host shows now. An answer to an earlier stroke, or what it showed before, takes no later one back.
   * @param {string} text
   * @param {Cells} map
   */
  restart(text, map) {
    const another = map.rows !== this.map.rows || map.columns !== this.map.columns;
    this.map = { rows: map.rows, columns: map.columns };
    const news = this.echo.isNews(text) && text !== this.shown;
    this.shown = text;
    if (!news && !another) return;
    this.stroke = null;
    this.region = new Set(numbersOf(text, this.count));
    this.cursor = Math.min(this.cursor, this.count - 1);
  }

  /**
   * A stroke begins: its first cell says whether it adds or takes away.
   * @param {number} cell
   */
  begin(cell) {
    this.cursor = cell;
    this.stroke = { from: cell, at: cell, adding: !this.region.has(cell), before: new Set(this.region) };
    this.apply(this.stroke.before, [cell]);
  }

  /**
   * The stroke goes on to a cell; a rectangle is made anew from what was before it. Whether anything may have changed.
   * @param {number} cell
   */
  extend(cell) {
    const { stroke } = this;
    if (!stroke || cell === stroke.at) return false;
    if (this.tool === "brush") this.apply(this.region, wayBetween(stroke.at, cell, this.map));
    else this.apply(stroke.before, rectangle(stroke.from, cell, this.map));
    stroke.at = cell;
    this.cursor = cell;
    return true;
  }

  /** The stroke ends; the text to send, null where it changed nothing. */
  end() {
    const { stroke } = this;
    this.stroke = null;
    return stroke && rangesOf(stroke.before) !== this.text ? this.sent() : null;
  }

  /** The stroke is taken back, as where a browser takes the finger for scrolling. */
  cancel() {
    if (this.stroke) this.region = this.stroke.before;
    this.stroke = null;
  }

  /** Everything but the region. */
  invert() {
    this.stroke = null;
    const all = Array.from({ length: this.count }, (_, cell) => cell);
    this.region = new Set(all.filter((cell) => !this.region.has(cell)));
    return this.sent();
  }

  clear() {
    this.stroke = null;
    this.region = new Set();
    return this.sent();
  }

  /**
   * The key's cursor moves; with `extend` it draws a rectangle from where that began.
   * @param {readonly [down: number, across: number]} step
   * @param {boolean} extend
   */
  move([down, across], extend) {
    const { rows, columns } = this.map;
    const row = Math.min(rows - 1, Math.max(0, Math.floor(this.cursor / columns) + down));
    const column = Math.min(columns - 1, Math.max(0, (this.cursor % columns) + across));
    const cell = row * columns + column;
    if (!extend) {
      this.stroke = null;
      this.cursor = cell;
      return null;
    }
    if (!this.stroke) this.begin(this.cursor);
    const tool = this.tool;
    this.tool = "rectangle";
    this.extend(cell);
    this.tool = tool;
    return this.sent();
  }

  /** The patch at the key's cursor is added or taken away. */
  toggle() {
    this.begin(this.cursor);
    return this.end();
  }

  /**
   * @param {Set<number>} before
   * @param {number[]} cells
   */
  apply(before, cells) {
    this.region = new Set(before);
    for (const cell of cells) this.stroke?.adding ? this.region.add(cell) : this.region.delete(cell);
  }

  /** The text of what is chosen now, which the host will show in turn. */
  sent() {
    const { text } = this;
    this.echo.sent(text);
    return text;
  }
}
