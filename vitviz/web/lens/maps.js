// One small map of the picture for every depth, all on one scale, with one cursor.
import { paint } from "../shared/colours.js";
import { make } from "../shared/dom.js";
import { placeOf, readingAt } from "./readings.js";

/** @import { ReadingGrid } from "./readings.js" */
/**
 * @typedef {{ hover: (depth: number | null, reading: number | null) => void,
 *   choose: (depth: number, reading: number) => void }} MapListeners
 */

export class Maps {
  /**
   * @param {HTMLElement} root
   * @param {MapListeners} listeners
   */
  constructor(root, listeners) {
    this.root = root;
    this.listeners = listeners;
    /** @type {ReadingGrid} */
    this.grid = { rows: 1, columns: 1, first: 0 };
    /** @type {{ figure: HTMLElement, canvas: HTMLCanvasElement, cursor: HTMLElement }[]} */
    this.maps = [];
  }

  /**
   * Make the canvases anew for a picture's grid and depths.
   * @param {ReadingGrid} grid
   * @param {number} aspect
   * @param {string[]} depths their names
   */
  build(grid, aspect, depths) {
    this.grid = grid;
    this.maps = depths.map((label, depth) => {
      const figure = make("figure", "vl-map");
      const holder = figure.appendChild(make("div", "vl-map-holder"));
      const canvas = holder.appendChild(make("canvas"));
      canvas.style.aspectRatio = String(aspect);
      canvas.setAttribute("role", "img");
      const cursor = holder.appendChild(make("div", "vl-box"));
      cursor.style.width = `${100 / grid.columns}%`;
      cursor.style.height = `${100 / grid.rows}%`;
      figure.append(make("figcaption", "", label));
      /** @param {MouseEvent} event */
      const at = (event) => readingAt(event, canvas.getBoundingClientRect(), grid);
      holder.addEventListener("pointermove", (event) => this.listeners.hover(depth, at(event)));
      holder.addEventListener("pointerleave", () => this.listeners.hover(null, null));
      holder.addEventListener("click", (event) => this.listeners.choose(depth, at(event)));
      return { figure, canvas, cursor };
    });
    this.root.replaceChildren(...this.maps.map(({ figure }) => figure));
  }

  /**
   * @param {Float32Array[]} values of the patches at every depth
   * @param {Uint8Array} table of colours
   * @param {[low: number, high: number]} span
   * @param {(depth: number) => string} label a map in words
   */
  draw(values, table, [low, high], label) {
    for (const [depth, { canvas }] of this.maps.entries()) {
      paint(canvas, values[depth], 0, this.grid.rows, this.grid.columns, table, low, high);
      canvas.setAttribute("aria-label", label(depth));
    }
  }

  /**
   * Move the cursor.
   * @param {number} reading
   * @param {number} depth
   */
  point(reading, depth) {
    const [row, column] = placeOf(reading, this.grid);
    for (const [at, { figure, cursor }] of this.maps.entries()) {
      figure.classList.toggle("vl-current", at === depth);
      cursor.hidden = reading < this.grid.first;
      cursor.style.left = `${(100 * column) / this.grid.columns}%`;
      cursor.style.top = `${(100 * row) / this.grid.rows}%`;
    }
  }
}
