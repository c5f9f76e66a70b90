// The very same array as before where the content is the same: plotly.js compares arrays by identity, and computes nothing
// anew for a trace whose arrays stayed.

/** @import { Figure, Trace } from "./types.js" */

/**
 * Whether two values of a figure are the same, arrays element by element.
 * @param {unknown} a
 * @param {unknown} b
 * @returns {boolean}
 */
export function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (isList(a) || isList(b)) {
    if (!isList(a) || !isList(b) || a.length !== b.length || a.constructor !== b.constructor) return false;
    for (let i = 0; i < a.length; i++) if (!same(a[i], b[i])) return false;
    return true;
  }
  const [own, other] = [/** @type {Record<string, unknown>} */ (a), /** @type {Record<string, unknown>} */ (b)];
  const keys = Object.keys(own);
  return keys.length === Object.keys(other).length && keys.every((key) => key in other && same(own[key], other[key]));
}

/**
 * The figure, each trace and its arrays the former ones where nothing in them is different.
 * @param {Figure} figure
 * @param {Figure | null} before what this function returned for the figure before
 * @returns {Figure}
 */
export function kept({ data, layout }, before) {
  const traces = data.map((trace, i) => keptTrace(trace, before?.data[i]));
  const unchanged = before && traces.length === before.data.length && traces.every((one, i) => one === before.data[i]);
  return { data: unchanged ? before.data : traces, layout };
}

/**
 * @param {Trace} trace
 * @param {Trace} [before]
 * @returns {Trace}
 */
function keptTrace(trace, before) {
  let unchanged = Boolean(before) && Object.keys(trace).length === Object.keys(before ?? {}).length;
  /** @type {Trace} */
  const found = {};
  for (const [key, value] of Object.entries(trace)) {
    const former = before?.[key];
    const stays = same(value, former);
    found[key] = stays ? former : value;
    unchanged &&= stays;
  }
  return unchanged && before ? before : found;
}

/**
 * @param {unknown} value
 * @returns {value is ArrayLike<unknown>}
 */
export const isList = (value) => Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
