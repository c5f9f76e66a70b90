// The computed part of a matrix: which of its rows and columns, and their weights, row after row. Knows no page.

/** @import { Fill } from "./engine.js" */
/** @import { Area } from "./matrix_area.js" */
/** @typedef {ArrayLike<number> & { indexOf(token: number): number }} Order the tokens of rows and columns, -1 is padding */

const STEP = 60_000; // weights between two looks at the clock

export class MatrixValues {
  /**
   * @param {number} finest the most rows that are computed whole
   * @param {number} reduced the most rows that are computed of what is in view of a larger matrix
   */
  constructor(finest, reduced) {
    this.finest = finest;
    this.reduced = reduced;
    /** @type {Fill} */
    this.fill = () => {};
    /** @type {Area & { stride: number }} which places are computed: every `stride`-th of an area */
    this.part = { x: 0, y: 0, span: 0, stride: 1 };
    this.queries = new Int32Array(0);
    this.keys = new Int32Array(0);
    this.values = new Float32Array(0); // (queries, keys)
    this.done = 0; // rows
  }

  get complete() {
    return this.done >= this.queries.length;
  }

  /**
   * Begin anew: all rows and columns where there are not too many, else every n-th of those in view.
   * @param {Order} order
   * @param {Fill} fill adds rows to zeros
   * @param {Area} view
   */
  begin(order, fill, view) {
    const large = order.length > this.finest;
    const stride = large ? Math.ceil(view.span / this.reduced) : 1;
    this.fill = fill;
    this.part = { ...(large ? wholeCells(view, order.length) : { x: 0, y: 0, span: order.length }), stride };
    const { x, y, span } = this.part;
    const pick = (/** @type {number} */ first) =>
      Int32Array.from({ length: Math.ceil(span / stride) }, (_, i) => order[first + i * stride]);
    this.queries = pick(y);
    this.keys = pick(x);
    this.values = new Float32Array(this.queries.length * this.keys.length);
    this.done = 0;
  }

  /**
   * Compute rows until `time` milliseconds have passed.
   * @param {number} time
   */
  compute(time) {
    const end = performance.now() + time;
    const step = Math.max(1, Math.floor(STEP / this.keys.length));
    while (!this.complete && performance.now() < end) {
      const next = Math.min(this.queries.length, this.done + step);
      this.fill(this.queries, this.keys, this.done, next, this.values);
      this.done = next;
    }
  }
}

/**
 * @param {Area} area
 * @param {number} count
 */
function wholeCells({ x, y, span }, count) {
  return { x: Math.floor(x), y: Math.floor(y), span: Math.min(Math.ceil(span) + 1, count) };
}
