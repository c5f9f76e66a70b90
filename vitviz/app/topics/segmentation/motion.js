// Where the numbers of one token go when a patch expands. Knows no page.

/**
 * @typedef {object} Landing one number of a token's product in its new place
 * @property {number} token of the coarse map, row by row
 * @property {number} part which of the token's factor^2 parts, the row changing slowest
 * @property {number} index among the token's numbers
 * @property {[row: number, column: number]} to in the finer map
 */

/**
 * @param {{ columns: number, factor: number }} map the coarse one
 * @param {readonly [row: number, column: number]} to a place of the finer map
 * @param {number} channel of the finer map
 * @param {number} channels how many it has
 * @returns {Landing}
 */
export function landingAt({ columns, factor }, [row, column], channel, channels) {
  const token = Math.floor(row / factor) * columns + Math.floor(column / factor);
  const part = (row % factor) * factor + (column % factor);
  return { token, part, index: part * channels + channel, to: [row, column] };
}

/**
 * The places of the finer map that the parts of one token become, in the parts' order.
 * @param {{ columns: number, factor: number }} map
 * @param {number} token
 * @returns {[row: number, column: number][]}
 */
export function placesOf({ columns, factor }, token) {
  const top = Math.floor(token / columns) * factor;
  const left = (token % columns) * factor;
  return Array.from({ length: factor * factor }, (_, part) => [
    top + Math.floor(part / factor),
    left + (part % factor),
  ]);
}

/** @typedef {{ left: number, top: number, width: number, height: number }} Box */

/**
 * A box on its straight way from one to another.
 * @param {Box} from
 * @param {Box} to
 * @param {number} share of the way, 0 to 1
 * @returns {Box}
 */
export function between(from, to, share) {
  const at = (/** @type {number} */ a, /** @type {number} */ b) => a + (b - a) * share;
  return {
    left: at(from.left, to.left),
    top: at(from.top, to.top),
    width: at(from.width, to.width),
    height: at(from.height, to.height),
  };
}

/**
 * A colour for each part of a token: its hue goes with the row, its lightness with the column.
 * @param {number} part
 * @param {number} factor
 */
export function partColour(part, factor) {
  const row = Math.floor(part / factor);
  const column = part % factor;
  return `hsl(${Math.round((360 * (row * factor + column)) / (factor * factor))} 65% ${45 + (10 * column) / factor}%)`;
}
