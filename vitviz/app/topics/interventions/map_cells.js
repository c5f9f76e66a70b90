// Cells of a map whose rows may have different numbers of columns. Knows no page.

const LABEL = 22; // CSS pixels that a number needs

/**
 * The cell a step away; at an edge the same one, in a shorter row its last one.
 * @param {number} cell
 * @param {readonly [down: number, across: number]} step
 * @param {{ rows: number, columns: number, counts: readonly number[] }} map
 */
export function cellBeside(cell, [down, across], { rows, columns, counts }) {
  const row = Math.min(rows - 1, Math.max(0, Math.floor(cell / columns) + down));
  const column = Math.min(counts[row] - 1, Math.max(0, (cell % columns) + across));
  return row * columns + column;
}

/**
 * Every which number has room beside `count` cells on `length` pixels.
 * @param {number} count
 * @param {number} length
 */
export const everyLabel = (count, length) => Math.max(1, Math.ceil((LABEL * count) / length));
