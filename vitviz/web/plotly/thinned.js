// Hundreds of markers cost an element each. Of those that lie in the same place, a few pixels wide, one is drawn.

import { isList } from "./arrays.js";

/** @import { Figure, Layout, Trace } from "./types.js" */

const MANY = 200; // markers; so few are all drawn
const CELL = 3; // pixels; less than a dot is wide

/**
 * @param {Figure} figure as it fits the page, with its width
 * @returns {Figure}
 */
export function thinned({ data, layout }) {
  return { data: data.map((trace) => (crowded(trace) ? thinnedTrace(trace, layout) : trace)), layout };
}

/** @param {Trace} trace */
const crowded = ({ mode, x }) => mode === "markers" && (x?.length ?? 0) > MANY;

/** @type {WeakMap<object, { width: number, height: number, thin: Trace }>} */
const known = new WeakMap();

/**
 * @param {Trace} trace
 * @param {Layout} layout
 * @returns {Trace} the very same for the same trace in the same room
 */
function thinnedTrace(trace, { width = 0, height = 0 }) {
  const before = known.get(trace);
  if (before && before.width === width && before.height === height) return before.thin;
  const [xs, ys] = [/** @type {ArrayLike<number>} */ (trace.x), /** @type {ArrayLike<number>} */ (trace.y)];
  const [across, up] = [steps(xs, width), steps(ys, height)];
  const places = new Map();
  for (let i = 0; i < xs.length; i++) places.set(`${across(xs[i])} ${up(ys[i])}`, i);
  const at = [...places.values()];
  /** @type {Trace} */
  const thin = { ...trace };
  for (const [key, values] of Object.entries(trace)) {
    if (!isList(values) || values.length !== xs.length) continue;
    const chosen = at.map((i) => values[i]);
    thin[key] = ArrayBuffer.isView(values) ? Float64Array.from(/** @type {number[]} */ (chosen)) : chosen;
  }
  known.set(trace, { width, height, thin });
  return thin;
}

/**
 * @param {ArrayLike<number>} values
 * @param {number} pixels over which they are spread
 * @returns {(value: number) => number} the number of the place of a value
 */
function steps(values, pixels) {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  const size = (CELL * (high - low)) / Math.max(1, pixels) || 1;
  return (value) => Math.round(value / size);
}
