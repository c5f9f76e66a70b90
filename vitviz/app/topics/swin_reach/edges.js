// Edges between the cells of a map, as segments [x0, y0, x1, y1] in cells. Pure.

/** @typedef {[x0: number, y0: number, x1: number, y1: number]} Segment */

/**
 * The borders between tokens of different `value`; not the map's own edge.
 * @param {number} rows
 * @param {number} columns
 * @param {(token: number) => number} value
 * @returns {Segment[]}
 */
export function borders(rows, columns, value) {
  /** @type {Segment[]} */
  const found = [];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const own = value(r * columns + c);
      if (r > 0 && value((r - 1) * columns + c) !== own) found.push([c, r, c + 1, r]);
      if (c > 0 && value(r * columns + c - 1) !== own) found.push([c, r, c, r + 1]);
    }
  }
  return found;
}

/**
 * The outline of a set of tokens; where the set ends at the map's edge it is closed there.
 * @param {number} rows
 * @param {number} columns
 * @param {(token: number) => boolean} inside
 * @returns {Segment[]}
 */
export function outline(rows, columns, inside) {
  /**
   * @param {number} r
   * @param {number} c
   */
  const has = (r, c) => r >= 0 && c >= 0 && r < rows && c < columns && inside(r * columns + c);
  /** @type {Segment[]} */
  const found = [];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      if (!has(r, c)) continue;
      if (!has(r - 1, c)) found.push([c, r, c + 1, r]);
      if (!has(r + 1, c)) found.push([c, r + 1, c + 1, r + 1]);
      if (!has(r, c - 1)) found.push([c, r, c, r + 1]);
      if (!has(r, c + 1)) found.push([c + 1, r, c + 1, r + 1]);
    }
  }
  return found;
}
