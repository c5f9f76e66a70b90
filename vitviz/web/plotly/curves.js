// The numbers of a figure as a table: a row for each point, with the name of its curve.

/** @import { Column } from "../shared/types.d.ts" */
/** @import { Trace } from "./types.js" */

/**
 * @param {Trace[]} traces
 * @returns {Record<string, Column>}
 */
export function curvesOf(traces) {
  /** @type {(string | number | null)[][]} */
  const points = traces.flatMap(({ x, y, name = "", xaxis = "x" }, i) => {
    if (!x || !y) return [];
    const curve = name || `${xaxis} ${i}`;
    return Array.from({ length: Math.min(x.length, y.length) }, (_, at) => [curve, ...[x[at], y[at]].map(plain)]);
  });
  const column = (/** @type {number} */ at) => points.map((point) => point[at]);
  return { curve: column(0), x: column(1), y: column(2) };
}

/**
 * @param {unknown} value
 * @returns {string | number | null}
 */
const plain = (value) => (typeof value === "number" || typeof value === "string" ? value : null);
