// One number of a token as a sum of products, entry by entry of the flattened patch. Knows no page.
import { number } from "../../../web/shared/format.js";

/**
 * @typedef {object} Products
 * @property {number} side of the patch, pixels
 * @property {readonly string[]} channels names
 * @property {readonly number[]} mean what was taken off each channel
 * @property {readonly number[]} std and what it was divided by
 * @property {ArrayLike<number>} levels the pixels, 0 to 255, channel by channel
 * @property {ArrayLike<number>} x the same, normalised
 * @property {ArrayLike<number>} w the weights
 * @property {ArrayLike<number>} products x times w
 */

/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/**
 * Channel, row and column of an entry of the flattened patch.
 * @param {number} index
 * @param {number} side
 */
export function placeOf(index, side) {
  return [Math.floor(index / (side * side)), Math.floor(index / side) % side, index % side];
}

/**
 * The entry that an arrow key leads to, null for any other key.
 * @param {number} index
 * @param {string} key
 * @param {number} side
 * @param {number} channels
 */
export function movedEntry(index, key, side, channels) {
  const step = STEPS[key];
  if (!step) return null;
  return Math.min(channels * side * side - 1, Math.max(0, index + step[0] * side + step[1]));
}

/**
 * The sum of the products up to an entry, that one counted.
 * @param {number} index
 * @param {ArrayLike<number>} products
 */
export function sumUntil(index, products) {
  let sum = 0;
  for (let i = 0; i <= index; i++) sum += products[i];
  return sum;
}

/**
 * An entry in three lines: its pixel, its product, and the sum so far.
 * @param {number} index
 * @param {Products} data
 * @param {Record<string, string>} words
 */
export function describe(index, { side, channels, mean, std, levels, x, w, products }, words) {
  const [c, row, column] = placeOf(index, side);
  const place = `(c ${c} = ${channels[c]}, ${words.row} ${row}, ${words.column} ${column})`;
  return [
    `x[${index}] = x${place} = (${levels[index]}/255 \u2212 ${mean[c]}) / ${std[c]} = ${number(x[index])}`,
    `x\u00b7w[${index}] = ${number(x[index])} \u00b7 ${number(w[index])} = ${number(products[index])}`,
    `${words.running} x\u00b7w[0\u2026${index}] = ${number(sumUntil(index, products))}`,
  ].join("\n");
}

/**
 * A value in a cell of a plane, as short as its room: `.12`, `−.034`, `1.20`.
 * @param {number} value
 */
export function cellText(value) {
  return value
    .toFixed(Math.abs(value) < 0.1 ? 3 : 2)
    .replace("-", "\u2212")
    .replace(/^(\u2212?)0\./, "$1.");
}
