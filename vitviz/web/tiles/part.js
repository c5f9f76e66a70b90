// One or many equal arrays as small pictures on one colour scale: choose one, read any cell.
import { colourBar, colourTable, isDark, paint } from "../shared/colours.js";
import { make } from "../shared/dom.js";
import { mergeHeldKeys } from "../shared/events.js";
import { number } from "../shared/format.js";
import { sentFigure } from "../shared/save_figure.js";

/** @import { Scale, Send } from "../shared/types.d.ts" */
/**
 * @typedef {object} Data
 * @property {Float32Array} values all tiles, one after another
 * @property {number} rows
 * @property {number} columns
 * @property {string[]} labels one for each tile
 * @property {[string, string]} axes
 * @property {Scale} scale
 * @property {number} low
 * @property {number} high
 * @property {string} scaleLabel
 * @property {number | null} selected
 * @property {boolean} choosable whether a tile can be chosen
 * @property {boolean} cellChoice whether a cell can be chosen
 * @property {number[]} markRows
 * @property {number} width
 * @property {string | null} stretch
 * @property {[number, number]} pooled cells that one drawn cell is the mean of
 * @property {string} pooledLabel
 * @property {string} help
 */

class Tiles {
  /**
   * @param {HTMLElement} root
   * @param {Data} data
   * @param {Send} send
   */
  constructor(root, data, send) {
    const inside = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(name));
    this.send = send;
    this.grid = inside(".vv-tiles");
    this.readout = inside(".vv-readout");
    this.bar = inside(".vv-barplace");
    this.data = data;
  }

  /** @param {Data} data */
  update(data) {
    this.data = data;
    const dark = isDark(this.grid);
    const table = colourTable(data.scale, dark);
    this.grid.style.setProperty("--tile", `${data.width}px`);
    this.grid.replaceChildren(...data.labels.map((label, i) => this.tile(label, i, table)));
    this.bar.replaceChildren(colourBar(data.scale, dark, data.low, data.high, data.scaleLabel));
    this.readout.textContent = data.help;
  }

  /**
   * @param {string} label
   * @param {number} index
   * @param {Uint8Array} table
   */
  tile(label, index, table) {
    const { values, rows, columns, low, high, selected, choosable } = this.data;
    const tile = choosable ? this.button(index, selected) : make("figure", "vv-tile");
    const canvas = make("canvas");
    paint(canvas, values, index * rows * columns, rows, columns, table, low, high);
    canvas.style.aspectRatio = this.data.stretch ? this.data.stretch : `${columns} / ${rows}`;
    const holder = make("div", "vv-holder");
    holder.append(canvas);
    for (const row of this.data.markRows) holder.append(this.mark(row, rows));
    tile.append(holder);
    if (label) tile.append(make("span", "vv-label", label));
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${label} ${rows} x ${columns}`);
    canvas.addEventListener("pointermove", (event) => this.read(event, canvas, index));
    canvas.addEventListener("pointerleave", () => {
      this.readout.textContent = this.data.help;
    });
    if (this.data.cellChoice)
      canvas.addEventListener("click", (event) => this.send("cell", this.cellAt(event, canvas)));
    return tile;
  }

  /**
   * @param {number} index
   * @param {number | null} selected
   */
  button(index, selected) {
    const button = make("button", "vv-tile");
    button.type = "button";
    button.setAttribute("aria-pressed", String(index === selected));
    button.addEventListener("click", () => this.send("tile", index));
    return button;
  }

  /**
   * @param {number} row
   * @param {number} rows
   */
  mark(row, rows) {
    const mark = make("div", "vv-mark");
    mark.style.top = `${(100 * row) / rows}%`;
    mark.style.height = `${100 / rows}%`;
    return mark;
  }

  /**
   * @param {MouseEvent} event
   * @param {HTMLCanvasElement} canvas
   * @returns {[number, number]}
   */
  cellAt(event, canvas) {
    const { rows, columns } = this.data;
    const box = canvas.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
    return [Math.min(rows - 1, Math.max(0, row)), Math.min(columns - 1, Math.max(0, column))];
  }

  /**
   * @param {MouseEvent} event
   * @param {HTMLCanvasElement} canvas
   * @param {number} index
   */
  read(event, canvas, index) {
    const { values, rows, columns, labels, axes, pooled } = this.data;
    const [row, column] = this.cellAt(event, canvas);
    const value = values[index * rows * columns + row * columns + column];
    const where = `${axes[0]} ${row * pooled[0]}, ${axes[1]} ${column * pooled[1]}`;
    const mean = pooled[0] * pooled[1] > 1 ? ` (${this.data.pooledLabel} ${pooled[0]}x${pooled[1]})` : "";
    this.readout.textContent = `${labels[index]}  ${where}:  ${number(value)}${mean}`.trim();
  }
}

/**
 * @param {HTMLElement} element
 * @param {Send} send is called with every "tile" or "cell" that is chosen
 */
export function mount(element, send) {
  const choose = mergeHeldKeys(send);
  /** @type {Tiles | null} */
  let tiles = null;
  return {
    /** @param {Data} data */
    update(data) {
      tiles ??= new Tiles(element, data, choose);
      tiles.update(data);
    },
    figures: () => (tiles ? [sentFigure(element, { values: tiles.data.values })] : []),
    destroy() {
      element.querySelector(".vv-tiles")?.replaceChildren(); // the listeners are on what is in it
    },
  };
}
