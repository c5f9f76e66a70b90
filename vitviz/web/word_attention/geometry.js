// Where the cells of the large map are: names of the queries to the left, of the keys above. Knows no page.

const [LEAST, MOST] = [13, 40]; // CSS pixels of a cell
const TALLEST = 620; // CSS pixels of all rows, where there is room for cells of the least size
export const READABLE = 30; // CSS pixels a cell needs to have room for its number

/** @typedef {{ cell: number, left: number, top: number, width: number, height: number, rows: number, columns: number }} Geometry */

/**
 * @param {{ rows: number, columns: number }} matrix
 * @param {number} room CSS pixels across
 * @param {{ left: number, top: number }} names CSS pixels that the longest names take
 * @returns {Geometry}
 */
export function geometryOf({ rows, columns }, room, { left, top }) {
  const across = Math.floor((room - left) / columns);
  const down = Math.floor(TALLEST / rows);
  const cell = Math.min(MOST, Math.max(LEAST, Math.min(across, down)));
  return { cell, left, top, width: left + cell * columns, height: top + cell * rows, rows, columns };
}

/**
 * Row and column at a point of the map, null beside its cells.
 * @param {Geometry} geometry
 * @param {{ x: number, y: number }} point
 * @returns {[row: number, column: number] | null}
 */
export function cellAt({ cell, left, top, rows, columns }, { x, y }) {
  const [row, column] = [Math.floor((y - top) / cell), Math.floor((x - left) / cell)];
  return row >= 0 && column >= 0 && row < rows && column < columns ? [row, column] : null;
}
