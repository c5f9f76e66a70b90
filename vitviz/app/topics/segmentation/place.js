// One place of the picture, as shares of its sides, on maps of any size. Knows no page.

/** @typedef {{ y: number, x: number }} Place from 0 to 1, down and across */

/**
 * The place below the pointer.
 * @param {{ clientX: number, clientY: number }} pointer
 * @param {{ left: number, top: number, width: number, height: number }} box
 * @returns {Place}
 */
export function placeAt({ clientX, clientY }, { left, top, width, height }) {
  return { y: within((clientY - top) / height), x: within((clientX - left) / width) };
}

/**
 * Row and column of the cell of a map that has the place in it.
 * @param {Place} place
 * @param {number} rows
 * @param {number} columns
 * @returns {[row: number, column: number]}
 */
export function cellOf({ y, x }, rows, columns) {
  return [Math.min(rows - 1, Math.floor(y * rows)), Math.min(columns - 1, Math.floor(x * columns))];
}

/**
 * The middle of a cell.
 * @param {number} row
 * @param {number} column
 * @param {number} rows
 * @param {number} columns
 * @returns {Place}
 */
export function middleOf(row, column, rows, columns) {
  return { y: (row + 0.5) / rows, x: (column + 0.5) / columns };
}

/**
 * The place one cell further.
 * @param {Place} place
 * @param {readonly [down: number, across: number]} step
 * @param {number} rows
 * @param {number} columns
 * @returns {Place}
 */
export function moved(place, [down, across], rows, columns) {
  const [row, column] = cellOf(place, rows, columns);
  const to = [Math.min(rows - 1, Math.max(0, row + down)), Math.min(columns - 1, Math.max(0, column + across))];
  return middleOf(to[0], to[1], rows, columns);
}

/** @param {number} share */
const within = (share) => Math.min(1, Math.max(0, share));
