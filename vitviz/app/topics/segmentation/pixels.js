// Pixels (RGBA bytes) of pictures, masks and maps. Knows no page.
import { Shades, SignedShades, pixels as tableOf } from "../../../web/shared/shades.js";

/** Colours of background and the six things, that can be told apart by people who see fewer colours too. */
export const CLASS_COLOURS = ["#b9b9b9", "#d55e00", "#009e73", "#0072b2", "#cc79a7", "#e69f00", "#56b4e9"];
const FADED = 0.35; // how much of a picture's contrast is left below something else
const WRONG = [214, 39, 40];
/** Pixels that answer and truth both have, that only the answer has, that only the truth has. */
export const OVERLAP_COLOURS = ["#2a9d5c", "#e8590c", "#5b6ee1"];

/** @typedef {Uint8ClampedArray<ArrayBuffer>} Pixels */

/**
 * @param {string} hex
 * @returns {[number, number, number]}
 */
export function rgb(hex) {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/**
 * @param {number} count
 * @param {(at: number) => ArrayLike<number>} colour red, green, blue, and opacity unless that is whole
 * @returns {Pixels}
 */
export function filledBy(count, colour) {
  const made = new Uint8ClampedArray(4 * count);
  for (let at = 0; at < count; at++) {
    const own = colour(at);
    made.set([own[0], own[1], own[2], own[3] ?? 255], 4 * at);
  }
  return made;
}

/**
 * @param {Uint8Array} picture RGB bytes
 * @param {(at: number) => boolean} [bright] which pixels keep their colours
 */
export function ofPicture(picture, bright = () => true) {
  return filledBy(picture.length / 3, (at) => {
    const own = picture.subarray(3 * at, 3 * at + 3);
    return bright(at) ? own : faded(own);
  });
}

/**
 * @param {ArrayLike<number>} own
 * @returns {[number, number, number]}
 */
function faded(own) {
  const grey = 0.3 * own[0] + 0.59 * own[1] + 0.11 * own[2];
  const value = 128 + FADED * (grey - 128);
  return [value, value, value];
}

/**
 * The classes' colours; those of other classes than `only` step back.
 * @param {ArrayLike<number>} mask
 * @param {number | null} [only]
 */
export function ofMask(mask, only = null) {
  const colours = CLASS_COLOURS.map(rgb);
  return filledBy(mask.length, (at) => [...colours[mask[at]], only === null || mask[at] === only ? 255 : 40]);
}

/**
 * The classes' colours mixed by their shares, (places, K); shares below 0 count as none.
 * @param {ArrayLike<number>} shares
 */
export function ofShares(shares) {
  const colours = CLASS_COLOURS.map(rgb);
  const count = colours.length;
  return filledBy(shares.length / count, (at) => {
    const own = colours.map((_, number) => Math.max(0, shares[at * count + number]));
    const sum = own.reduce((total, share) => total + share, 0) || 1;
    return [0, 1, 2].map((c) => own.reduce((total, share, number) => total + share * colours[number][c], 0) / sum);
  });
}

/**
 * Where an answer is wrong, over the picture.
 * @param {Uint8Array} picture
 * @param {ArrayLike<number>} answer
 * @param {ArrayLike<number>} truth
 */
export function ofErrors(picture, answer, truth) {
  const below = ofPicture(picture, () => false);
  return filledBy(answer.length, (at) => (answer[at] === truth[at] ? below.subarray(4 * at, 4 * at + 4) : WRONG));
}

/**
 * Which pixels of one class answer and truth have, over the picture.
 * @param {Uint8Array} picture
 * @param {ArrayLike<number>} answer
 * @param {ArrayLike<number>} truth
 * @param {number} number the class
 */
export function ofOverlap(picture, answer, truth, number) {
  const below = ofPicture(picture, () => false);
  const [both, onlyAnswer, onlyTruth] = OVERLAP_COLOURS.map(rgb);
  return filledBy(answer.length, (at) => {
    if (answer[at] === number) return truth[at] === number ? both : onlyAnswer;
    return truth[at] === number ? onlyTruth : below.subarray(4 * at, 4 * at + 4);
  });
}

/**
 * Three values for each place as red, green and blue, each from its own smallest to its own largest.
 * @param {ArrayLike<number>} places
 */
export function ofComponents(places) {
  const count = places.length / 3;
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < places.length; i++) {
    low[i % 3] = Math.min(low[i % 3], places[i]);
    high[i % 3] = Math.max(high[i % 3], places[i]);
  }
  return filledBy(count, (at) => [0, 1, 2].map((c) => (255 * (places[3 * at + c] - low[c])) / (high[c] - low[c] || 1)));
}

/**
 * Values from 0 to the largest, or equally far to both sides of 0 where the colours are `signed`.
 * @param {ArrayLike<number>} values
 * @param {Uint8Array} table
 * @param {boolean} signed
 * @param {number} [high]
 * @returns {Pixels}
 */
export function ofValues(values, table, signed, high = largest(values)) {
  const shades = signed ? new SignedShades(tableOf(table), high) : new Shades(tableOf(table), high);
  const target = new Uint32Array(values.length);
  shades.fill(target, values);
  return new Uint8ClampedArray(target.buffer);
}

/**
 * The largest absolute value.
 * @param {ArrayLike<number>} values
 */
export function largest(values) {
  let top = 0;
  for (let i = 0; i < values.length; i++) top = Math.max(top, Math.abs(values[i]));
  return top;
}
