// A figure that is drawn larger: letters, margins, lines and dots by the same factor.

/** @import { Figure } from "./types.js" */

/** Lengths in pixels that plotly knows in a layout and in traces, by their names. */
const LENGTHS = new Set([
  "width",
  "height",
  "size",
  "standoff",
  "ticklen",
  "l",
  "r",
  "t",
  "b",
  "xshift",
  "yshift",
  "arrowsize",
]);

/**
 * @param {Figure} figure
 * @param {number} factor
 * @returns {Figure} the very same for 1; arrays stay the very same
 */
export function magnified({ data, layout }, factor) {
  if (factor === 1) return { data, layout };
  const traces = data.map((trace) => {
    const { marker, line } = trace;
    const larger = { marker: scaled(marker, factor), line: scaled(line, factor) };
    return { ...trace, ...(marker ? { marker: larger.marker } : {}), ...(line ? { line: larger.line } : {}) };
  });
  return { data: traces, layout: /** @type {Figure["layout"]} */ (scaled(layout, factor)) };
}

/**
 * Nested settings with every length multiplied.
 * @param {unknown} value
 * @param {number} factor
 * @param {string} [name]
 * @returns {unknown}
 */
function scaled(value, factor, name = "") {
  if (typeof value === "number") return LENGTHS.has(name) ? value * factor : value;
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map((one) => (one && typeof one === "object" ? scaled(one, factor) : one));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, scaled(one, factor, key)]));
}
