// Which window a token is in, and what of it the token may look at. Knows no page.

/**
 * The window and place of every token of a map.
 * @param {ArrayLike<number>} tokens (W, M*M): the token at each place, -1 for padding
 * @param {number} places M*M
 * @param {number} count tokens of the map
 */
export function placesOfTokens(tokens, places, count) {
  const windows = new Int32Array(count);
  const inside = new Int32Array(count);
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] < 0) continue;
    windows[tokens[i]] = Math.floor(i / places);
    inside[tokens[i]] = i % places;
  }
  return { windows, inside };
}

/**
 * What one token gives to every token of its window, one head's weights; null for tokens of other windows.
 * @param {{ tokens: ArrayLike<number>, regions: ArrayLike<number>, pattern: ArrayLike<number>, heads: number,
 *   window: number }} block `pattern` is (W, H, M*M, M*M)
 * @param {{ windows: Int32Array, inside: Int32Array }} places
 * @param {number} token
 * @param {number} head
 * @returns {({ weight: number, cut: boolean } | null)[]}
 */
export function weightsOf({ tokens, regions, pattern, heads, window }, { windows, inside }, token, head) {
  const places = window * window;
  const own = windows[token];
  const first = ((own * heads + head) * places + inside[token]) * places;
  /** @type {({ weight: number, cut: boolean } | null)[]} */
  const found = Array.from(windows, () => null);
  for (let key = 0; key < places; key++) {
    const at = own * places + key;
    if (tokens[at] < 0) continue;
    const cut = regions[at] !== regions[own * places + inside[token]];
    found[tokens[at]] = { weight: pattern[first + key], cut };
  }
  return found;
}

/**
 * Whether a token's neighbour (one down or one across) lies in another window or region.
 * @param {{ windows: Int32Array, inside: Int32Array }} places
 * @param {ArrayLike<number>} regions (W, M*M)
 * @param {number} count M*M
 * @param {number} one
 * @param {number} other
 */
function apart({ windows, inside }, regions, count, one, other) {
  if (windows[one] !== windows[other]) return true;
  return regions[windows[one] * count + inside[one]] !== regions[windows[other] * count + inside[other]];
}

/**
 * The lines between windows, and in a window between pieces that the mask keeps apart: the `d` of an SVG path in cells.
 * @param {{ windows: Int32Array, inside: Int32Array }} places
 * @param {ArrayLike<number>} regions (W, M*M)
 * @param {number} count M*M
 * @param {number} rows
 * @param {number} columns
 */
export function borders(places, regions, count, rows, columns) {
  const lines = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const token = row * columns + column;
      if (column + 1 < columns && apart(places, regions, count, token, token + 1))
        lines.push(`M${column + 1} ${row}v1`);
      if (row + 1 < rows && apart(places, regions, count, token, token + columns))
        lines.push(`M${column} ${row + 1}h1`);
    }
  }
  return lines.join("");
}

/**
 * The map as the block works on it, after padding and roll, when every window is one square of it.
 * @param {ArrayLike<number>} tokens (W, M*M): the token at each place, -1 for padding
 * @param {ArrayLike<number>} regions (W, M*M)
 * @param {number} window M
 * @param {number} across windows side by side
 * @returns {{ rows: number, columns: number, tokens: Int32Array, lines: string }} the token of every cell, and the lines
 *   between windows and between pieces that the mask keeps apart: the `d` of an SVG path in cells
 */
export function rolled(tokens, regions, window, across) {
  const columns = across * window;
  const rows = tokens.length / columns;
  const cells = new Int32Array(tokens.length);
  const pieces = new Float64Array(tokens.length);
  for (let i = 0; i < tokens.length; i++) {
    const [own, place] = [Math.floor(i / window ** 2), i % window ** 2];
    const row = Math.floor(own / across) * window + Math.floor(place / window);
    const at = row * columns + (own % across) * window + (place % window);
    cells[at] = tokens[i];
    pieces[at] = own * tokens.length + regions[i];
  }
  const lines = [];
  for (let at = 0; at < cells.length; at++) {
    const [row, column] = [Math.floor(at / columns), at % columns];
    if (column + 1 < columns && pieces[at] !== pieces[at + 1]) lines.push(`M${column + 1} ${row}v1`);
    if (row + 1 < rows && pieces[at] !== pieces[at + columns]) lines.push(`M${column} ${row + 1}h1`);
  }
  return { rows, columns, tokens: cells, lines: lines.join("") };
}
