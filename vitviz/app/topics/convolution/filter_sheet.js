// Small square pictures of filters in rows: where they stand, which weight a place is, what colour it has.

export const GAP = 5; // CSS pixels between pictures
export const LABEL = 15; // and for the words below each
const LARGEST = 1.4; // a picture's side is at most that many times what was asked for
const BORDER = 1;

/** @typedef {{ index: number, row: number, column: number }} Weight a filter, and in it a row and a column */
/** @typedef {{ columns: number, pitch: number, size: number, height: number }} Sheet all but counts are CSS pixels */

/**
 * @param {number} room width of the sheet
 * @param {number} count pictures
 * @param {number} width of a picture, as it was asked for
 * @returns {Sheet}
 */
export function layOut(room, count, width) {
  const columns = Math.max(1, Math.floor((room + GAP) / (width + GAP)));
  const pitch = (room + GAP) / columns;
  const size = Math.floor(Math.min(LARGEST * width, pitch - GAP - BORDER));
  return { columns, pitch, size, height: Math.ceil(count / columns) * (size + LABEL + GAP) };
}

/**
 * The upper left corner of a picture: x, y.
 * @param {number} index
 * @param {Sheet} sheet
 * @returns {[number, number]}
 */
export function corner(index, { columns, pitch, size }) {
  return [Math.round((index % columns) * pitch) + BORDER, Math.floor(index / columns) * (size + LABEL + GAP) + BORDER];
}

/**
 * The weight at a place of the sheet, null between the pictures.
 * @param {number} x
 * @param {number} y
 * @param {Sheet} sheet
 * @param {number} count pictures
 * @param {number} side weights along a picture's side
 * @returns {Weight | null}
 */
export function weightAt(x, y, sheet, count, side) {
  const { columns, pitch, size } = sheet;
  const line = Math.floor(y / (size + LABEL + GAP));
  const index = line * columns + Math.min(columns - 1, Math.floor(x / pitch));
  if (index < 0 || index >= count) return null;
  const [left, top] = corner(index, sheet);
  const [row, column] = [y - top, x - left].map((at) => Math.floor((at / size) * side));
  return row < 0 || column < 0 || row >= side || column >= side ? null : { index, row, column };
}

/**
 * Where a step leads: to the next filter, or `within` to the next weight of the same one. Without a place to start
 * from, the middle of the first filter.
 * @param {Weight | null} at
 * @param {readonly number[]} step rows and columns
 * @param {boolean} within
 * @param {Sheet} sheet
 * @param {number} count pictures
 * @param {number} side
 * @returns {Weight}
 */
export function movedWeight(at, [down, across], within, { columns }, count, side) {
  const middle = Math.floor(side / 2);
  if (!at) return { index: 0, row: middle, column: middle };
  const inside = (/** @type {number} */ value) => Math.min(side - 1, Math.max(0, value));
  if (within) return { ...at, row: inside(at.row + down), column: inside(at.column + across) };
  const index = at.index + down * columns + across;
  return index >= 0 && index < count ? { ...at, index } : at;
}

/**
 * Weights as the levels of a pixel, 0 to 255: grey is 0, and `high` away from it a channel is full or empty.
 * @param {number} weight
 * @param {number} high
 */
export function level(weight, high) {
  return Math.round(127.5 * (1 + Math.max(-1, Math.min(1, weight / high))));
}

/**
 * All filters beside one another, a pixel for each weight: RGBA bytes, `count * side` pixels across and `side` down.
 * @param {ArrayLike<number>} values (count, 3, side, side)
 * @param {number} count
 * @param {number} side
 * @param {number} high
 */
export function pixels(values, count, side, high) {
  const across = count * side;
  const bytes = new Uint8ClampedArray(4 * across * side);
  for (let index = 0; index < count; index++) {
    for (let at = 0; at < side * side; at++) {
      const pixel = 4 * (Math.floor(at / side) * across + index * side + (at % side));
      for (let c = 0; c < 3; c++) bytes[pixel + c] = level(values[(index * 3 + c) * side * side + at], high);
      bytes[pixel + 3] = 255;
    }
  }
  return bytes;
}
