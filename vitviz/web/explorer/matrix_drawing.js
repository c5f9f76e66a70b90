// How a matrix is drawn: its cells, their numbers, the order of the tokens at its sides, and the cross hairs.

/** @import { Shades } from "../shared/shades.js" */
/** @import { Ink } from "./types.d.ts" */
/** @import { Area } from "./matrix_area.js" */
/** @import { MatrixValues } from "./matrix_values.js" */
/** @typedef {{ view: Area, side: number, unit: number }} Frame what is in view, on `side` CSS pixels, `unit` a cell */
/** @typedef {{ prefix: number, columns: number }} Rows prefix tokens, and columns of patches */

export const MARGIN = 14; // CSS pixels for the order of the tokens beside and above the matrix
const READABLE = 34; // CSS pixels a cell needs to have room for its number
const DARK = 110; // level of a scale from which on text has the ground's colour

/**
 * Draw inside the matrix and nowhere else.
 * @param {CanvasRenderingContext2D} context
 * @param {number} side
 * @param {() => void} draw
 */
function clipped(context, side, draw) {
  context.save();
  context.beginPath();
  context.rect(MARGIN, MARGIN, side, side);
  context.clip();
  draw();
  context.restore();
}

/**
 * The cells, and their numbers where there is room for them. `image` has a pixel for every computed weight.
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {MatrixValues} computed
 * @param {HTMLCanvasElement} image
 * @param {{ shades: Shades, ink: Ink, ratio: number }} style device pixels in a CSS pixel
 */
export function drawCells(context, frame, computed, image, { shades, ink, ratio }) {
  const { view, side, unit } = frame;
  const { part, keys, queries } = computed;
  context.imageSmoothingEnabled = view.span / part.stride > side * ratio;
  context.imageSmoothingQuality = "high";
  const extent = part.stride * unit;
  const [x, y] = [MARGIN + (part.x - view.x) * unit, MARGIN + (part.y - view.y) * unit];
  clipped(context, side, () => {
    context.drawImage(image, x, y, keys.length * extent, queries.length * extent);
    if (unit >= READABLE) drawNumbers(context, frame, computed, shades, ink);
  });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {MatrixValues} computed
 * @param {Shades} shades
 * @param {Ink} ink
 */
function drawNumbers(context, { view, unit }, { part, queries, keys, values }, shades, ink) {
  context.font = `10px ${ink.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const [top, left] = [view.y - part.y, view.x - part.x];
  for (let r = Math.max(0, Math.floor(top)); r < Math.min(queries.length, top + view.span); r++) {
    for (let c = Math.max(0, Math.floor(left)); c < Math.min(keys.length, left + view.span); c++) {
      const value = values[r * keys.length + c];
      if (Number.isNaN(value)) continue;
      context.fillStyle = shades.level(value) > DARK ? ink.ground : ink.text;
      const text = value < 1e-3 ? value.toExponential(1) : value.toPrecision(3);
      context.fillText(text, MARGIN + (c - left + 0.5) * unit, MARGIN + (r - top + 0.5) * unit, unit - 4);
    }
  }
}

/**
 * The order of the tokens: prefix tokens in the accent, then every other row of patches darker.
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {number} count tokens
 * @param {Rows} rows
 * @param {Ink} ink
 */
export function drawRulers(context, { view, unit }, count, { prefix, columns }, ink) {
  /** @type {(at: "x" | "y", from: number, length: number, colour: string) => void} */
  const bar = (at, from, length, colour) => {
    const low = Math.max(0, from - view[at]);
    const high = Math.min(view.span, from + length - view[at]);
    if (high <= low) return;
    context.fillStyle = colour;
    const [start, size] = [MARGIN + low * unit, Math.max(1, (high - low) * unit - (unit * length > 4 ? 1 : 0))];
    if (at === "x") context.fillRect(start, 3, size, MARGIN - 6);
    else context.fillRect(3, start, MARGIN - 6, size);
  };
  for (const at of /** @type {const} */ (["x", "y"])) {
    if (prefix) bar(at, 0, prefix, ink.accent);
    for (let first = prefix, row = 0; first < count; first += columns, row++)
      bar(at, first, Math.min(columns, count - first), row % 2 ? ink.faint : ink.middle);
  }
}

/**
 * Cross hairs on a row and a column, -1 for none; with `byRow` the cursor belongs to the row, else to the column.
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {{ row: number, column: number, byRow: boolean }} cross
 * @param {Ink} ink
 */
export function drawCross(context, { view, side, unit }, { row, column, byRow }, ink) {
  context.clearRect(0, 0, side + MARGIN, side + MARGIN);
  /** @type {(at: "x" | "y", place: number, own: boolean) => void} */
  const line = (at, place, own) => {
    if (place < 0) return;
    const start = MARGIN + (place - view[at]) * unit;
    // A dark and a light line under the coloured one: one of them is seen on every weight.
    for (const [colour, width] of /** @type {const} */ ([
      ["rgb(0 0 0 / .6)", 3.4],
      ["#fff", 2.6],
      [own ? ink.accent : ink.second, 1.5],
    ])) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.setLineDash(own || width > 2 ? [] : [4, 3]);
      if (at === "y") context.strokeRect(MARGIN - 2, start, side + 4, Math.max(1, unit));
      else context.strokeRect(start, MARGIN - 2, Math.max(1, unit), side + 4);
    }
  };
  clipped(context, side, () => {
    line("y", row, byRow);
    line("x", column, !byRow);
  });
}
