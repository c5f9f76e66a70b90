// Which pixels a kernel reads at each of its positions, from the index arrays of im2col. Knows no page.

/**
 * What describes a kernel on a square picture. `count` positions along a side, N = count^2 in all; the index arrays
 * are those of `vitviz/analysis/convolution/im2col.py`: `k` (C*K*K), `i`, `j` and `values` (C*K*K, N), row by row.
 * @typedef {object} Kernel
 * @property {number} size pixels along a side
 * @property {number} padding
 * @property {number} padded pixels along a side with the padding
 * @property {number} kernel taps along a side
 * @property {number} stride
 * @property {number} dilation
 * @property {number} count
 * @property {ArrayLike<number>} k
 * @property {ArrayLike<number>} i
 * @property {ArrayLike<number>} j
 * @property {ArrayLike<number>} values
 */

/** @typedef {{ k: number, y: number, x: number, value: number, outside: boolean }} Entry a pixel that one entry picks */

/**
 * The last position whose first tap is not beyond a pixel of the padded picture.
 * @param {number} row
 * @param {number} column
 * @param {Kernel} kernel
 */
export function positionAt(row, column, { stride, count }) {
  const along = (/** @type {number} */ at) => Math.min(count - 1, Math.max(0, Math.floor(at / stride)));
  return along(row) * count + along(column);
}

/**
 * The position one step further, inside the grid of positions.
 * @param {number} at
 * @param {readonly number[]} step rows and columns
 * @param {number} count
 */
export function movedPosition(at, [down, across], count) {
  const inside = (/** @type {number} */ value) => Math.min(count - 1, Math.max(0, value));
  return inside(Math.floor(at / count) + down) * count + inside((at % count) + across);
}

/**
 * The pixels (row, column) under the taps at a position; those of all channels lie above one another.
 * @param {number} at
 * @param {Kernel} kernel
 * @returns {[number, number][]}
 */
export function tapsAt(at, { kernel, count, i, j }) {
  const n = count * count;
  return Array.from({ length: kernel * kernel }, (_, row) => [i[row * n + at], j[row * n + at]]);
}

/**
 * What row `tap` of the arrays picks at a position.
 * @param {number} at
 * @param {number} tap
 * @param {Kernel} kernel
 * @returns {Entry}
 */
export function entryAt(at, tap, { k, i, j, values, count, padding, size }) {
  const place = tap * count * count + at;
  const [y, x] = [i[place], j[place]];
  const outside = Math.min(x, y) < padding || Math.max(x, y) >= padding + size;
  return { k: k[tap], y, x, value: values[place], outside };
}

/**
 * A position in words, and with `tap` the entry of the arrays there with the sums that make its indices.
 * @param {number} at
 * @param {number | null} tap
 * @param {Kernel} kernel
 * @param {readonly string[]} channels names
 * @param {Record<string, string>} words
 */
export function describe(at, tap, kernel, channels, words) {
  const { count, stride, dilation, kernel: side } = kernel;
  const [row, column] = [Math.floor(at / count), at % count];
  const place = `${words.position} n = ${at}  (${words.row} ${row}, ${words.column} ${column})`;
  if (tap === null)
    return `${place}: ${words.begins} ${stride}\u00b7${row} = ${stride * row}, ${stride}\u00b7${column} = ${stride * column}`;
  const [inRow, inColumn] = [Math.floor(tap / side) % side, tap % side];
  const { k, y, x, value, outside } = entryAt(at, tap, kernel);
  return [
    `${place}, ${words.entry} ${tap}:  k = ${k} (${channels[k]})`,
    `i = ${dilation}\u00b7${inRow} + ${stride}\u00b7${row} = ${y}   j = ${dilation}\u00b7${inColumn} + ${stride}\u00b7${column} = ${x}`,
    `x[${k}, ${y}, ${x}] = ${value}${outside ? ` (${words.padding})` : ""}`,
  ].join("\n");
}
