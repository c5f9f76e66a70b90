// The part of a matrix that is in view, in places of its rows and columns: zoomed, dragged, kept inside. Knows no page.

/** @typedef {{ x: number, y: number, span: number }} Area the first column and row, and how many of each */
/** @typedef {{ x: number, y: number }} Point */

const SMALLEST = 6; // cells a side at the closest
/** @type {Record<string, number | undefined>} keys, and how many times as many cells they show */
const ZOOMS = { "+": 0.5, "=": 0.5, "-": 2, 0: Infinity };

/**
 * How many times as many cells a key asks for; undefined where it asks for nothing, as with Ctrl, Alt or Meta.
 * @param {{ key: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean }} event
 */
export function zoomOf(event) {
  return event.ctrlKey || event.metaKey || event.altKey ? undefined : ZOOMS[event.key];
}

/**
 * `area` moved as little as it takes to lie inside a matrix of `count` rows and columns.
 * @param {Area} area
 * @param {number} count
 * @returns {Area}
 */
export function inside({ x, y, span }, count) {
  const kept = (/** @type {number} */ start) => Math.min(count - span, Math.max(0, start));
  return { x: kept(x), y: kept(y), span };
}

/**
 * @param {Area} area
 * @param {number} factor
 * @param {number} count
 */
const spanOf = (area, factor, count) => Math.min(count, Math.max(Math.min(SMALLEST, count), area.span * factor));

/**
 * `factor` times as many cells, `centre` in the middle as far as the matrix goes.
 * @param {Area} area
 * @param {number} factor
 * @param {number} count
 * @param {Point} centre
 */
export function zoomedOn(area, factor, count, centre) {
  const span = spanOf(area, factor, count);
  return inside({ x: centre.x - span / 2, y: centre.y - span / 2, span }, count);
}

/**
 * `factor` times as many cells, and what lies at `anchor` (shares of the side) stays there.
 * @param {Area} area
 * @param {number} factor
 * @param {number} count
 * @param {Point} anchor
 */
export function zoomedAt(area, factor, count, anchor) {
  const span = spanOf(area, factor, count);
  return inside({ x: area.x + anchor.x * (area.span - span), y: area.y + anchor.y * (area.span - span), span }, count);
}
