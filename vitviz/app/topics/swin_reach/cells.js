// A square map of numbers as coloured cells, with the cursor on it; what the mask cuts is hatched.
import { colourBar, colourTable, paint } from "../../../web/shared/colours.js";
import { contextOf, make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";
import { asked, taken } from "./keys.js";
import { hatch, marked, sized } from "./pane.js";

/** @import { Numbers, Scale, Step } from "./types.js" */
/** @import { Rectangle } from "./pane.js" */
/** @typedef {{ hover: (row: number, column: number) => void, move: (step: Step) => void }} CellListeners */
/**
 * What is drawn on the cells: boxes, places that are hatched, places that step back, and the text below.
 * @typedef {{ boxes?: { row: number, column: number, colour: string }[], cut?: number[],
 *   faint?: (place: number) => boolean, text?: string | number }} Marks
 */

const VEIL = [128, 130, 136, 215];

export class CellMap {
  /**
   * @param {HTMLElement} parent
   * @param {string} title
   * @param {CellListeners} listeners
   */
  constructor(parent, title, listeners) {
    this.root = parent.appendChild(make("figure", "wr-map"));
    this.title = this.root.appendChild(make("figcaption", "wr-map-title", title));
    /** @type {HTMLElement} */
    this.stage = this.root.appendChild(make("div", "wr-map-stage"));
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "application");
    /** @type {HTMLCanvasElement} */
    this.canvas = this.stage.appendChild(make("canvas"));
    this.value = this.root.appendChild(make("div", "wr-map-value"));
    this.bar = this.root.appendChild(make("div"));
    this.cells = document.createElement("canvas");
    this.rows = 1;
    this.columns = 1;
    this.low = 0;
    this.high = 1;
    /** @type {Uint8Array} */
    this.table = new Uint8Array();
    this.scaled = "";
    this.stage.addEventListener("pointermove", (event) => this.pointed(event, listeners));
    this.stage.addEventListener("pointerdown", (event) => this.pointed(event, listeners));
    this.stage.addEventListener("keydown", (event) => {
      const { step } = asked(event);
      if (!step) return;
      taken(event);
      listeners.move(step);
    });
  }

  /**
   * @param {PointerEvent} event
   * @param {CellListeners} listeners
   */
  pointed(event, listeners) {
    const box = this.stage.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.columns);
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.rows);
    if (row >= 0 && column >= 0 && row < this.rows && column < this.columns) listeners.hover(row, column);
  }

  /**
   * Colours for values from `low` to `high`; the bar is made anew only when they change.
   * @param {Scale} colours
   * @param {boolean} dark
   * @param {number} low
   * @param {number} high
   */
  scale(colours, dark, low, high) {
    const key = `${dark} ${low} ${high}`;
    if (key === this.scaled) return;
    this.scaled = key;
    this.table = colourTable(colours, dark);
    this.low = low;
    this.high = high;
    this.bar.replaceChildren(colourBar(colours, dark, low, high, ""));
  }

  /**
   * @param {Numbers} values
   * @param {number} rows
   * @param {number} columns
   * @param {Marks} marks
   */
  draw(values, rows, columns, { boxes = [], cut = [], faint, text }) {
    this.rows = rows;
    this.columns = columns;
    paint(this.cells, values, 0, rows, columns, this.table, this.low, this.high);
    const [width, height] = [this.stage.clientWidth, this.stage.clientHeight];
    const context = sized(this.canvas, width, height);
    const [across, down] = [width / columns, height / rows];
    /**
     * @param {number} row
     * @param {number} column
     * @returns {Rectangle}
     */
    const cell = (row, column) => [column * across, row * down, across, down];
    context.imageSmoothingEnabled = false;
    context.drawImage(this.cells, 0, 0, width, height);
    if (faint) this.stepBack(context, rows, columns, faint, width, height);
    hatch(
      context,
      cut.map((place) => cell(Math.floor(place / columns), place % columns)),
    );
    for (const { row, column, colour } of boxes) marked(context, cell(row, column), colour, 2.2);
    if (text !== undefined) this.value.textContent = typeof text === "number" ? number(text) : text;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} rows
   * @param {number} columns
   * @param {(place: number) => boolean} faint
   * @param {number} width
   * @param {number} height
   */
  stepBack(context, rows, columns, faint, width, height) {
    const veil = document.createElement("canvas");
    Object.assign(veil, { width: columns, height: rows });
    const draw = contextOf(veil);
    const cells = draw.createImageData(columns, rows);
    for (let place = 0; place < rows * columns; place++) if (faint(place)) cells.data.set(VEIL, 4 * place);
    draw.putImageData(cells, 0, 0);
    context.drawImage(veil, 0, 0, width, height);
  }
}
