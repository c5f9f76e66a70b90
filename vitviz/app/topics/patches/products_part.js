// One patch on its way to one output number: pixels, weights and products plane by plane, and the flattened vector.
// All of them share one cursor: the same (channel, row, column) is the same index everywhere.
import { colourBar, colourTable, isDark, paint } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";
import { sentFigure } from "../../../web/shared/save_figure.js";
import { cellText, describe, movedEntry } from "./products.js";

const READABLE = 8; // planes up to this side have room for a number in every cell

/** @typedef {import("./products.js").Products} Products */
/** @import { Scale } from "../../../web/shared/types.js" */
/**
 * A row of planes: one of the three arrays of `Products`, with a plane for each channel.
 * @typedef {{ key: "x" | "w" | "products", symbol: string, label: string, low: number, high: number, scale: Scale }} Row
 */
/**
 * `index` is the entry that is marked at first; it stays marked while `patchKey` stays the same.
 * @typedef {Products & { x: Float32Array, w: Float32Array, products: Float32Array, patch: string, patchKey: string,
 *   rows: Row[], index: number, sums: string[], total: string, value: string, check: string,
 *   words: Record<string, string> }} Data
 */
/** @typedef {{ mark: HTMLElement, first: number, rows: number, columns: number }} Cursor */

class ProductsPart {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.readout = root.appendChild(make("div", "vv-readout vv-planes-read"));
    this.readout.setAttribute("role", "status");
    this.body = root.appendChild(make("div", "vv-planes-body"));
    this.body.tabIndex = 0;
    this.body.setAttribute("role", "application");
    this.grid = this.body.appendChild(make("div", "vv-planes"));
    this.body.addEventListener("keydown", (event) => this.onKey(event));
    this.body.addEventListener("pointerleave", () => this.mark(this.chosen));
    /** @type {Data | null} */
    this.data = null;
    /** @type {Cursor[]} */
    this.cursors = [];
    this.chosen = 0; // the entry that stays marked when the pointer leaves
  }

  /** @param {Data} data */
  update(data) {
    if (data.patchKey !== this.data?.patchKey) this.chosen = data.index;
    this.data = data;
    this.cursors = [];
    this.grid.style.setProperty("--channels", String(data.channels.length));
    this.grid.style.setProperty("--side", String(data.side));
    if (data.side <= READABLE) this.grid.style.setProperty("--plane", "176px");
    else this.grid.style.removeProperty("--plane");
    this.body.setAttribute("aria-label", data.words.label);
    this.grid.replaceChildren();
    this.drawHead(data);
    for (const row of data.rows) this.drawRow(data, row);
    this.drawSums(data);
    this.drawVector(data);
    this.mark(this.chosen);
  }

  /** @param {Data} data */
  drawHead({ channels }) {
    this.grid.append(make("span", "vv-planes-corner"));
    for (const [c, name] of channels.entries()) this.grid.append(make("span", "vv-planes-head", `c ${c} = ${name}`));
  }

  /**
   * @param {Data} data
   * @param {Row} row
   */
  drawRow(data, row) {
    const { side, channels } = data;
    const name = make("div", "vv-planes-name");
    if (row.key === "x") {
      const patch = make("img", "vv-planes-patch");
      Object.assign(patch, { src: data.patch, alt: data.words.patch });
      name.append(patch);
    }
    const bar = colourBar(row.scale, isDark(this.body), row.low, row.high);
    name.append(make("b", "", row.symbol), make("div", "", row.label), bar);
    this.grid.append(name);
    for (const [c, channel] of channels.entries()) {
      const first = c * side * side;
      const plane = this.plane(data, row, first, side, side, `${row.symbol} ${channel}`);
      if (side <= READABLE) plane.append(this.cellNumbers(data[row.key].subarray(first, first + side * side)));
      this.grid.append(plane);
    }
  }

  /**
   * A canvas of rows x columns values from `first` on, which moves the common cursor and shows it.
   * @param {Data} data
   * @param {Row} row
   * @param {number} first
   * @param {number} rows
   * @param {number} columns
   * @param {string} label
   */
  plane(data, row, first, rows, columns, label) {
    const holder = make("div", "vv-plane");
    const canvas = holder.appendChild(make("canvas"));
    const table = colourTable(row.scale, isDark(this.body));
    paint(canvas, data[row.key], first, rows, columns, table, row.low, row.high);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", label);
    const mark = holder.appendChild(make("div", "vv-plane-cursor"));
    mark.style.width = `${100 / columns}%`;
    mark.style.height = `${100 / rows}%`;
    this.cursors.push({ mark, first, rows, columns });
    const entry = (/** @type {MouseEvent} */ event) => {
      const box = canvas.getBoundingClientRect();
      const r = Math.floor(((event.clientY - box.top) / box.height) * rows);
      const c = Math.floor(((event.clientX - box.left) / box.width) * columns);
      return first + Math.min(rows - 1, Math.max(0, r)) * columns + Math.min(columns - 1, Math.max(0, c));
    };
    holder.addEventListener("pointermove", (event) => this.mark(entry(event)));
    holder.addEventListener("click", (event) => this.choose(entry(event)));
    return holder;
  }

  /** @param {Float32Array} values */
  cellNumbers(values) {
    const layer = make("div", "vv-plane-numbers");
    for (const value of values) layer.append(make("span", "", cellText(value)));
    layer.setAttribute("aria-hidden", "true");
    return layer;
  }

  /** @param {Data} data */
  drawSums({ words, sums, total, value, check }) {
    this.grid.append(make("span", "vv-planes-corner vv-planes-range", words.sums));
    for (const text of sums) this.grid.append(make("span", "vv-planes-sum", text));
    const line = make("div", "vv-planes-total");
    line.append(total, make("b", "", value), make("div", "", check));
    this.grid.append(line);
  }

  /** @param {Data} data */
  drawVector(data) {
    const { side, channels, rows, words } = data;
    this.grid.append(make("div", "vv-planes-section", words.vector));
    const size = side * side;
    for (const [c, channel] of channels.entries()) {
      this.grid.append(make("span", "vv-planes-range", `${channel}  ${c * size}\u2026${(c + 1) * size - 1}`));
      const strip = this.plane(data, rows[0], c * size, 1, size, `${words.vector} ${channel}`);
      strip.classList.add("vv-planes-wide");
      this.grid.append(strip);
    }
  }

  /**
   * Mark an entry in all planes and read it.
   * @param {number} index
   */
  mark(index) {
    for (const { mark, first, rows, columns } of this.cursors) {
      mark.hidden = index < first || index >= first + rows * columns;
      mark.style.left = `${(100 * ((index - first) % columns)) / columns}%`;
      mark.style.top = `${(100 * Math.floor((index - first) / columns)) / rows}%`;
    }
    if (this.data) this.readout.textContent = describe(index, this.data, this.data.words);
  }

  /** @param {number} index */
  choose(index) {
    this.chosen = index;
    this.mark(index);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (!this.data) return;
    const moved = movedEntry(this.chosen, event.key, this.data.side, this.data.channels.length);
    if (moved === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.choose(moved);
  }

  /** What it draws, with every array that it was sent. */
  figures() {
    return [sentFigure(this.root, this.data)];
  }

  destroy() {
    this.body.remove();
    this.readout.remove();
  }
}

/** @param {HTMLElement} element */
export function mount(element) {
  element.classList.add("vv-planes-host");
  return new ProductsPart(element);
}
