// The eight frames on one line from 0 to 7, and how far every part of the drawing is at any time between them.

export const FRAMES = ["regular", "border", "displaced", "roll", "regions", "mask", "attention", "back"];
export const LAST_FRAME = FRAMES.length - 1;

/**
 * @param {number} t
 * @param {number} from
 * @param {number} to
 */
const between = (t, from, to) => Math.min(1, Math.max(0, (t - from) / (to - from)));
/** @param {number} x */
const smooth = (x) => x * x * (3 - 2 * x);

/**
 * How far the map is rolled: 0 as in the picture, 1 after the cyclic shift.
 * @param {number} t
 */
export function rolled(t) {
  return smooth(between(t, 2, 3)) - smooth(between(t, 6, 7));
}

/**
 * How far the window borders stand from where regular windows have them, in parts of the shift.
 * @param {number} t
 */
export function displaced(t) {
  return smooth(between(t, 1, 2)) - rolled(t);
}

/**
 * How strongly the regions are tinted.
 * @param {number} t
 */
export function tinted(t) {
  return 0.42 * (between(t, 1.4, 2) - between(t, 5.3, 5.8) + 0.8 * between(t, 6.3, 7));
}

/**
 * How strongly everything outside the chosen window is covered.
 * @param {number} t
 */
export function veiled(t) {
  return 0.62 * (between(t, 4.5, 5) - between(t, 6.2, 6.6));
}

/**
 * Whether the window that the mask belongs to is framed: from the regions on, until they roll back.
 * @param {number} t
 */
export const windowFramed = (t) => t > 3.5 && t < 6.4;

/**
 * How strongly the attention weights are drawn.
 * @param {number} t
 */
export function weighed(t) {
  return between(t, 5.5, 6) - between(t, 6.2, 6.6);
}

/**
 * Whether the two neighbours are marked.
 * @param {number} t
 */
export function pairShown(t) {
  return (t > 0.4 && t < 3.6) || t > 6.5;
}

/**
 * What is written on the pieces.
 * @param {number} t
 * @returns {"window" | "none" | "size" | "region"}
 */
export function labelled(t) {
  if (t < 0.4) return "window";
  if (t < 1.5) return "none";
  return t < 2.5 ? "size" : "region";
}

/**
 * Whether windows are still the regular ones of the block before.
 * @param {number} t
 */
export const isRegular = (t) => t < 1.5;

/**
 * Whether places are read off the shifted map.
 * @param {number} t
 */
export const isRolled = (t) => rolled(t) > 0.5;

/**
 * Whether the mask is to be seen.
 * @param {number} t
 */
export const maskShown = (t) => t > 3.5;

/**
 * Whether the mask's place shows attention weights.
 * @param {number} t
 */
export const weightsShown = (t) => t > 5.5 && t < 6.6;
