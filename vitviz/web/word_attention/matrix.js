// The chosen head's map, large: queries down and keys across, each with its word.
import { contextOf, make, pixelRatio, pointIn } from "../shared/dom.js";
import { cellAt, geometryOf, READABLE } from "./geometry.js";
import { hundredths } from "./wording.js";

/** @import { Ink } from "../explorer/types.d.ts" */
/** @import { Matrix } from "./layers.js" */
/** @import { MaskedShades } from "./shades.js" */
/**
 * @typedef {object} MatrixEvents
 * @property {(row: number, column: number) => void} hover
 * @property {() => void} leave
 * @property {(row: number, column: number) => void} choose
 */
/** @typedef {{ matrix: Matrix, rows: string[], columns: string[], shades: MaskedShades, ink: Ink }} Content */

const LETTERS = 12; // CSS pixels
const LONGEST = 92; // CSS pixels of a name
const GAP = 5;

export class WordMatrix {
  /**
   * @param {HTMLElement} parent
   * @param {MatrixEvents} events
   */
  constructor(parent, events) {
    this.events = events;
    /** @type {Content | null} */
    this.content = null;
    this.geometry = geometryOf({ rows: 1, columns: 1 }, 0, { left: 0, top: 0 });
    this.root = parent.appendChild(make("section", "wa-matrix"));
    this.title = this.root.appendChild(make("div", "vx-title"));
    this.scroll = this.root.appendChild(make("div", "wa-scroll"));
    this.stage = this.scroll.appendChild(make("div", "wa-stage"));
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "application");
    this.canvas = this.stage.appendChild(make("canvas"));
    this.cursor = this.stage.appendChild(make("canvas", "wa-cursor"));
    this.stage.addEventListener("pointermove", (event) => this.pointed(event, events.hover));
    this.stage.addEventListener("pointerleave", () => events.leave());
    this.stage.addEventListener("click", (event) => this.pointed(event, events.choose));
  }

  /**
   * @param {MouseEvent} event
   * @param {(row: number, column: number) => void} callback
   */
  pointed(event, callback) {
    const found = cellAt(this.geometry, pointIn(this.stage, event));
    if (found) callback(...found);
  }

  /** @param {Content} content */
  show(content) {
    this.content = content;
    const { matrix, rows, columns, ink } = content;
    const context = contextOf(this.canvas);
    context.font = `${LETTERS}px ${ink.font}`;
    const longest = (/** @type {string[]} */ names) =>
      Math.min(LONGEST, Math.max(...names.map((name) => context.measureText(name).width))) + GAP + 2;
    const sizes = { left: longest(rows), top: longest(columns) };
    this.geometry = geometryOf(matrix, this.scroll.clientWidth, sizes);
    const { width, height } = this.geometry;
    const ratio = pixelRatio(this.stage);
    Object.assign(this.stage.style, { width: `${width}px`, height: `${height}px` });
    for (const canvas of [this.canvas, this.cursor]) {
      Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
      contextOf(canvas).setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    this.drawCells(content);
    const { left, top } = this.geometry;
    for (const [row, name] of rows.entries()) this.drawName(context, "row", row, name, ink.text, "");
    for (const [column, name] of columns.entries()) this.drawName(context, "column", column, name, ink.text, "");
    context.strokeStyle = ink.middle;
    context.strokeRect(left - 0.5, top - 0.5, width - left, height - top);
  }

  /** @param {Content} content */
  drawCells({ matrix: { values, rows, columns }, shades, ink }) {
    const { cell, left, top } = this.geometry;
    const context = contextOf(this.canvas);
    context.font = `${LETTERS - 2}px ${ink.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (let i = 0; i < rows * columns; i++) {
      const [x, y] = [left + (i % columns) * cell, top + Math.floor(i / columns) * cell];
      context.fillStyle = shades.styleOf(values[i]).css;
      context.fillRect(x, y, cell, cell);
      if (Number.isNaN(values[i])) {
        context.strokeStyle = ink.middle;
        context.lineWidth = 1;
        context.beginPath();
        context.moveTo(x + 2, y + cell - 2);
        context.lineTo(x + cell - 2, y + 2);
        context.stroke();
      } else if (cell >= READABLE) {
        context.fillStyle = shades.styleOf(values[i]).ink;
        context.fillText(hundredths(values[i]).replace(/^0/, ""), x + cell / 2, y + cell / 2);
      }
    }
  }

  /**
   * The word of a row or column; with a `ground` over what is there.
   * @param {CanvasRenderingContext2D} context
   * @param {"row" | "column"} side
   * @param {number} place
   * @param {string} name
   * @param {string} colour
   * @param {string} ground
   */
  drawName(context, side, place, name, colour, ground) {
    const { cell, left, top } = this.geometry;
    const middle = (place + 0.5) * cell;
    context.save();
    if (side === "row") context.translate(left - GAP, top + middle);
    else {
      context.translate(left + middle, top - GAP);
      context.rotate(-Math.PI / 2);
    }
    const length = (side === "row" ? left : top) - GAP;
    if (ground) {
      context.fillStyle = ground;
      context.fillRect(side === "row" ? -length : -1, -cell / 2, length + 1, cell);
    }
    context.fillStyle = colour;
    context.font = `${ground ? "bold " : ""}${Math.min(LETTERS, cell)}px ${this.content?.ink.font}`;
    context.textAlign = side === "row" ? "right" : "left";
    context.textBaseline = "middle";
    context.fillText(name, 0, 0, length);
    context.restore();
  }

  /**
   * Cross hairs on a row and a column, -1 for none; with `byRow` the cursor belongs to the row, else to the column.
   * @param {number} row
   * @param {number} column
   * @param {boolean} byRow
   */
  point(row, column, byRow) {
    if (!this.content) return;
    const { rows, columns, ink } = this.content;
    const { cell, left, top, width, height } = this.geometry;
    const context = contextOf(this.cursor);
    context.clearRect(0, 0, width, height);
    /** @type {(side: "row" | "column", place: number, own: boolean) => void} */
    const line = (side, place, own) => {
      if (place < 0) return;
      const colour = own ? ink.accent : ink.second;
      this.drawName(context, side, place, (side === "row" ? rows : columns)[place], colour, ink.ground);
      // A dark and a light line under the coloured one: one of them is seen on every weight.
      for (const [stroke, size] of /** @type {const} */ ([
        ["rgb(0 0 0 / .6)", 3.4],
        ["#fff", 2.6],
        [colour, 1.5],
      ])) {
        context.strokeStyle = stroke;
        context.lineWidth = size;
        if (side === "row") context.strokeRect(left, top + place * cell, width - left - 1, cell);
        else context.strokeRect(left + place * cell, top, cell, height - top - 1);
      }
    };
    if (byRow) {
      line("column", column, false);
      line("row", row, true);
    } else {
      line("row", row, false);
      line("column", column, true);
    }
  }
}
