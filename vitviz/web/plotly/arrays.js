// Arrays of a figure: out of base64, and the very same array as before where the content is the same. plotly.js compares
// arrays by identity and computes nothing anew for a trace whose arrays stayed.

/** @import { Base64Numbers, Figure, Trace } from "./types.js" */

/** @type {Record<string, new (buffer: ArrayBuffer) => ArrayLike<number>>} */
const TYPES = {
  f8: Float64Array,
  f4: Float32Array,
  i4: Int32Array,
  u4: Uint32Array,
  i2: Int16Array,
  u2: Uint16Array,
  i1: Int8Array,
  u1: Uint8Array,
};

/**
 * Numbers as plotly's Python side writes them for JSON.
 * @param {Base64Numbers} packed
 * @returns {ArrayLike<number>}
 */
export function decoded({ dtype, bdata }) {
  const bytes = Uint8Array.from(atob(bdata), (letter) => letter.charCodeAt(0));
  return new TYPES[dtype](bytes.buffer);
}

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
 * The figure with its numbers as arrays, each trace and its arrays the former ones where nothing in them is different.
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
  for (const [key, given] of Object.entries(trace)) {
    const value = isPacked(given) ? decoded(given) : given;
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

/**
 * @param {unknown} value
 * @returns {value is Base64Numbers}
 */
const isPacked = (value) => typeof value === "object" && value !== null && "bdata" in value;
