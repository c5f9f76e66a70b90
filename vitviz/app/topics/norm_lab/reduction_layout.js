// Where the threads, their numbers and steps stand in the drawing of a reduction, in CSS pixels. Knows no page.
import { number } from "../../../web/shared/format.js";

/** @import { Mode, Step } from "./reduction_words.js" */
/**
 * How a row of `numbers` is spread: `each` to a thread, `lanes` threads to a warp, `threads` over all `blocks`.
 * @typedef {{ numbers: number, lanes: number, blocks: number, threads: number, each: number }} Spread
 */

export const GUTTER = 104; // left of the threads, for the names of the steps
const NARROWEST = 46; // of a thread's column; a narrower page scrolls
const TOP = 20;
const LINE = 17; // of an input number
/** @type {Record<Mode, number>} height of a cell */
const CELL = { sum: 21, moments: 50 };
const GAP = 20; // above a cell, for the arrows
const LETTER = 6.7;
const NOTHING = 0.22; // opacity of a thread that has nothing to add any more

/** One row, spread over threads, with the steps below it. */
export class ReductionLayout {
  /**
   * @param {Spread} spread
   * @param {Mode} mode
   * @param {number} steps
   * @param {number} width of the page
   */
  constructor(spread, mode, steps, width) {
    this.spread = spread;
    this.column = Math.max(NARROWEST, (width - GUTTER) / spread.threads);
    this.cell = { width: this.column - 6, height: CELL[mode] };
    this.top = TOP;
    this.firstStep = TOP + LINE * spread.each + 4;
    this.size = {
      width: GUTTER + spread.threads * this.column,
      height: this.firstStep + steps * (this.cell.height + GAP) + 4,
    };
  }

  /**
   * The middle of a thread's column.
   * @param {number} thread
   */
  x(thread) {
    return GUTTER + (thread + 0.5) * this.column;
  }

  /**
   * Where the arrows of a step begin and end, and the top of its cells.
   * @param {number} step
   */
  yOf(step) {
    const y = this.firstStep + step * (this.cell.height + GAP);
    return { from: y + 1, to: y + GAP - 1, cell: y + GAP };
  }

  /**
   * The base line of an input number and its place in the row.
   * @param {number} i
   */
  inputAt(i) {
    const { each } = this.spread;
    return { x: this.x(Math.floor(i / each)), y: this.top + 13 + LINE * (i % each) };
  }

  /** Where every warp begins, its number in its block, and whether a block begins there, too. */
  warps() {
    const { threads, lanes, blocks } = this.spread;
    const inBlock = threads / blocks;
    return Array.from({ length: Math.ceil(threads / lanes) }, (_, i) => {
      const first = i * lanes;
      const [block, place] = [Math.floor(first / inBlock), first % inBlock];
      const x = GUTTER + first * this.column;
      return { x, middle: x + (lanes * this.column) / 2, block, warp: place / lanes, edge: place === 0 };
    });
  }

  /**
   * A number with as many of its four digits as a cell has room for.
   * @param {number} value
   */
  fitting(value) {
    const room = Math.floor((this.column - 4) / LETTER);
    let text = number(value);
    for (let digits = 3; text.length > room && digits > 0; digits--)
      text = value.toPrecision(digits).replaceAll("-", "\u2212");
    return text;
  }
}

/**
 * From which threads a thread's number of a step comes: its own before, and the one that is added.
 * @param {Step} step
 * @param {number} thread
 */
export function sourcesOf({ kind, operand }, thread) {
  const other = operand[thread];
  return kind !== "read" && other >= 0 && other !== thread ? [thread, other] : [thread];
}

/**
 * How visible a thread's cell is.
 * @param {Step} step
 * @param {number} thread
 */
export const opacityOf = ({ live }, thread) => (live[thread] ? 1 : NOTHING);
