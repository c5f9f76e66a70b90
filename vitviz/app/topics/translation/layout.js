// Where the words of both languages stand, and the ribbons between them. Knows no page.

/** @typedef {{ x: number, y: number, width: number }} Box a word: its left edge, its middle, how wide it is */
/**
 * @typedef {object} Layout
 * @property {boolean} upright two columns, where two lines do not fit
 * @property {number} width
 * @property {number} height
 * @property {Box[]} words
 * @property {Box[]} pieces
 */

const LETTER = 7.4; // of English at 14 px, on average
const CHARACTER = 17;
const AROUND = 12;
const GAP = 3;
const LINE = 24; // of an upright layout
const MARGIN = 20; // above the words: their weights
const BETWEEN = 132; // of the two lines
const WIDEST = 14; // a ribbon of weight 1

/** @param {string} text */
const widthOf = (text) =>
  AROUND + [...text].reduce((sum, letter) => sum + (letter.charCodeAt(0) > 0x2e80 ? CHARACTER : LETTER), 0);

/**
 * @param {readonly string[]} words
 * @param {readonly string[]} pieces
 * @param {number} width that there is
 * @returns {Layout}
 */
export function layout(words, pieces, width) {
  const rows = [words, pieces].map((row) => row.map(widthOf));
  const sums = rows.map((row) => row.reduce((sum, each) => sum + each, GAP * (row.length - 1)));
  if (Math.max(...sums) > width) return upright(rows, width);
  const [top, bottom] = rows.map((row, i) => {
    const scale = Math.min(1.35, width / sums[i]);
    let x = (width - sums[i] * scale) / 2;
    return row.map((each) => {
      const box = { x, y: i ? MARGIN + 24 + BETWEEN : MARGIN + 12, width: each * scale - GAP };
      x += (each + GAP) * scale;
      return box;
    });
  });
  return { upright: false, width, height: MARGIN + 24 + BETWEEN + 24, words: top, pieces: bottom };
}

/**
 * @param {number[][]} rows
 * @param {number} width
 * @returns {Layout}
 */
function upright(rows, width) {
  const most = Math.max(...rows.map((row) => row.length));
  const height = most * LINE + 8;
  const [left, right] = rows.map((row, i) => {
    const widest = Math.max(...row);
    const step = (height - 8) / row.length;
    return row.map((_, place) => ({ x: i ? width - widest : 38, y: 4 + (place + 0.5) * step, width: widest }));
  });
  return { upright: true, width, height, words: left, pieces: right };
}

/**
 * The middle line of a ribbon between a word and a piece.
 * @param {Layout} layout
 * @param {number} word
 * @param {number} piece
 */
export function ribbon({ upright: columns, words, pieces }, word, piece) {
  const [a, b] = [words[word], pieces[piece]];
  if (columns) {
    const [x, right] = [a.x + a.width, b.x];
    const middle = (x + right) / 2;
    return `M${round(x)} ${round(a.y)}C${round(middle)} ${round(a.y)} ${round(middle)} ${round(b.y)} ${round(right)} ${round(b.y)}`;
  }
  const [top, bottom] = [a.y + 12, b.y - 12];
  const middle = (top + bottom) / 2;
  const [from, to] = [a.x + a.width / 2, b.x + b.width / 2];
  return `M${round(from)} ${round(top)}C${round(from)} ${round(middle)} ${round(to)} ${round(middle)} ${round(to)} ${round(bottom)}`;
}

/** @param {number} weight */
export const ribbonWidth = (weight) => round(WIDEST * weight);

/** @param {number} value */
const round = (value) => Math.round(10 * value) / 10;
