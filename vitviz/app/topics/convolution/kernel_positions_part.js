// The positions of a kernel: the padded picture, the output, and the index arrays that pick the pixels, under one cursor.
// The cursor is a position (a column of the arrays) and, where the pointer is on an entry, one tap (a row).
import { isDark } from "../../../web/shared/colours.js";
import { make, pixelRatio, pointIn } from "../../../web/shared/dom.js";
import { sentFigure } from "../../../web/shared/save_figure.js";
import { describe, entryAt, movedPosition, positionAt, tapsAt } from "./kernel_positions.js";

const NAMESPACE = "http://www.w3.org/2000/svg";
const CHANNELS = ["R", "G", "B"];
const CELL = { width: 25, height: 15 };
const MOST_NUMBERED = 9; // positions a side up to which each has its number
const MARGIN = 0.15; // around the picture, in pixels of the picture
/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** @typedef {import("./kernel_positions.js").Kernel} Kernel */
/**
 * `levels` (C, size, size) are the pixels, `leftOver` padded pixels at the end are never read, `at` is the first position.
 * @typedef {Kernel & { levels: Uint8Array, channels: number, leftOver: number, at: number,
 *   words: Record<string, string> }} Data
 */
/** @typedef {{ scroll: HTMLElement, column: HTMLElement, entry: HTMLElement, columns: number }} ArrayView */

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {Element} parent
 */
function shape(tag, attributes, parent) {
  const element = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return parent.appendChild(element);
}

class KernelPositionsPart {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root.appendChild(make("div", "vv-positions"));
    this.root.tabIndex = 0;
    this.root.setAttribute("role", "application");
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.root.addEventListener("pointerleave", () => this.point(this.at ?? 0, null));
    this.readout = make("div", "vv-readout vv-positions-read");
    this.readout.setAttribute("role", "status");
    /** @type {Data | null} */
    this.data = null;
    /** @type {number | null} */
    this.at = null;
    /** @type {number | null} */
    this.tap = null;
    /** @type {ArrayView[]} */
    this.arrays = [];
    /** @type {Element | null} */
    this.taps = null;
    /** @type {Element | null} */
    this.current = null;
  }

  /** @param {Data} data */
  update(data) {
    const { count, channels, padded, words } = data;
    this.data = data;
    this.at = Math.min(this.at ?? data.at, count * count - 1);
    this.root.setAttribute("aria-label", words.label);
    const top = make("div", "vv-positions-top");
    const bottom = make("div", "vv-positions-arrays");
    this.root.replaceChildren(top, bottom);
    this.drawInput(this.figure(top, `x  (${channels}, ${padded}, ${padded})`, words.input), data);
    this.drawOutput(this.figure(top, `(${count}, ${count})`, words.output), data);
    top.append(this.readout);
    this.drawArrays(bottom, data);
    this.point(this.at, null);
  }

  /**
   * @param {HTMLElement} parent
   * @param {string} title
   * @param {string} text
   */
  figure(parent, title, text) {
    const figure = parent.appendChild(make("figure", "vv-positions-figure"));
    const caption = figure.appendChild(make("figcaption"));
    caption.append(make("b", "vv-mono", title), ` ${text}`);
    return figure;
  }

  /**
   * The padded picture; a pixel is one unit wide.
   * @param {HTMLElement} figure
   * @param {Data} data
   */
  drawInput(figure, data) {
    const { size, padding, padded, leftOver, levels, words } = data;
    const room = padded + 2 * MARGIN;
    const viewBox = `${-MARGIN} ${-MARGIN} ${room} ${room}`;
    const picture = shape("svg", { viewBox, class: "vv-positions-input", role: "img" }, figure);
    picture.setAttribute("aria-label", words.input);
    for (let row = 0; row < padded; row++) {
      for (let column = 0; column < padded; column++) {
        const [r, c] = [row - padding, column - padding];
        const inside = r >= 0 && c >= 0 && r < size && c < size;
        const unread = row >= padded - leftOver || column >= padded - leftOver;
        const box = { x: column, y: row, width: 1, height: 1, class: inside ? "vv-pixel" : "vv-padding" };
        const cell = shape("rect", box, picture);
        const colour = [0, 1, 2].map((k) => levels[(k * size + r) * size + c]).join();
        if (inside) cell.setAttribute("fill", `rgb(${colour})`);
        if (unread) shape("path", { d: `M${column} ${row}l1 1m0 -1l-1 1`, class: "vv-unread" }, picture);
      }
    }
    this.taps = shape("g", { class: "vv-taps" }, picture);
    picture.addEventListener("pointermove", (event) => {
      if (!(event instanceof PointerEvent)) return;
      const area = picture.getBoundingClientRect();
      const pixel = (/** @type {number} */ from) => Math.floor(from / (area.width / room) - MARGIN);
      this.point(positionAt(pixel(event.clientY - area.top), pixel(event.clientX - area.left), data), null);
    });
  }

  /**
   * The output: a cell for every position.
   * @param {HTMLElement} figure
   * @param {Data} data
   */
  drawOutput(figure, { count, words }) {
    const viewBox = `-0.1 -0.1 ${count + 0.2} ${count + 0.2}`;
    const width = `width:${Math.min(190, 30 * count + 4)}px`;
    const picture = shape("svg", { viewBox, class: "vv-positions-output", role: "img", style: width }, figure);
    picture.setAttribute("aria-label", words.output);
    for (let n = 0; n < count * count; n++) {
      const [row, column] = [Math.floor(n / count), n % count];
      const cell = shape("rect", { x: column, y: row, width: 1, height: 1, class: "vv-output" }, picture);
      cell.addEventListener("pointerenter", () => this.point(n, null));
      const middle = { x: column + 0.5, y: row + 0.62, class: "vv-output-number" };
      if (count <= MOST_NUMBERED) shape("text", middle, picture).textContent = String(n);
    }
    this.current = shape("rect", { width: 1, height: 1, class: "vv-current-output" }, picture); // above all others
  }

  /**
   * @param {HTMLElement} parent
   * @param {Data} data
   */
  drawArrays(parent, data) {
    const { k, i, j, values, count, words } = data;
    const [n, rows] = [count * count, k.length];
    this.arrays = [
      this.array(parent, `k  (${rows}, 1)`, words.k, k, 1, data),
      this.array(parent, `i  (${rows}, ${n})`, words.i, i, n, data),
      this.array(parent, `j  (${rows}, ${n})`, words.j, j, n, data),
      this.array(parent, `x[k, i, j]  (${rows}, ${n})`, words.columns, values, n, data),
    ];
  }

  /**
   * @param {HTMLElement} parent
   * @param {string} title
   * @param {string} text
   * @param {ArrayLike<number>} values
   * @param {number} columns
   * @param {Data} data
   * @returns {ArrayView}
   */
  array(parent, title, text, values, columns, data) {
    const figure = this.figure(parent, title, text);
    const scroll = figure.appendChild(make("div", "vv-positions-scroll"));
    const holder = scroll.appendChild(make("div", "vv-positions-array"));
    const canvas = holder.appendChild(make("canvas"));
    const rows = data.k.length;
    const [width, height] = [columns * CELL.width, rows * CELL.height];
    const ratio = Math.max(1, Math.min(3, pixelRatio(this.root)));
    Object.assign(canvas, { width: width * ratio, height: height * ratio });
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${title} ${text}`);
    const context = canvas.getContext("2d");
    if (context) {
      context.scale(ratio, ratio);
      this.write(context, values, columns, rows, rows / data.channels);
    }
    const column = holder.appendChild(make("div", "vv-positions-column"));
    const entry = holder.appendChild(make("div", "vv-positions-entry"));
    holder.addEventListener("pointermove", (event) => {
      const { x, y } = pointIn(canvas, event);
      const at = Math.min(columns - 1, Math.max(0, Math.floor(x / CELL.width)));
      const row = Math.min(rows - 1, Math.max(0, Math.floor(y / CELL.height)));
      this.point(columns === 1 ? (this.at ?? 0) : at, row);
    });
    scroll.addEventListener("scroll", () => this.follow(scroll, columns));
    return { scroll, column, entry, columns };
  }

  /**
   * All arrays show the same rows, and those with a column for every position the same columns.
   * @param {HTMLElement} scroll
   * @param {number} columns
   */
  follow(scroll, columns) {
    for (const other of this.arrays) {
      if (other.scroll === scroll) continue;
      other.scroll.scrollTop = scroll.scrollTop;
      if (columns > 1 && other.columns > 1) other.scroll.scrollLeft = scroll.scrollLeft;
    }
  }

  /**
   * The numbers, and a line below every channel's rows.
   * @param {CanvasRenderingContext2D} context
   * @param {ArrayLike<number>} values
   * @param {number} columns
   * @param {number} rows
   * @param {number} rowsOfChannel
   */
  write(context, values, columns, rows, rowsOfChannel) {
    const dark = isDark(this.root);
    context.font = "10.5px ui-monospace, 'Source Code Pro', monospace";
    context.textAlign = "right";
    context.fillStyle = dark ? "#e7e5e4" : "#1c1917";
    for (let at = 0; at < values.length; at++) {
      const [row, column] = [Math.floor(at / columns), at % columns];
      context.fillText(String(values[at]), (column + 1) * CELL.width - 3, (row + 1) * CELL.height - 4);
    }
    context.fillStyle = dark ? "#ffffff40" : "#00000030";
    for (let row = rowsOfChannel; row < rows; row += rowsOfChannel)
      context.fillRect(0, row * CELL.height, columns * CELL.width, 1);
  }

  /**
   * Mark position `at`, and of its taps the one that row `tap` of the arrays picks, if any.
   * @param {number} at
   * @param {number | null} tap
   */
  point(at, tap) {
    const { data, taps, current } = this;
    if (!data || !taps || !current) return;
    this.at = at;
    this.tap = tap;
    taps.replaceChildren();
    for (const [y, x] of tapsAt(at, data)) shape("rect", { x, y, width: 1, height: 1, class: "vv-tap" }, taps);
    if (tap !== null) {
      const { k, y, x } = entryAt(at, tap, data);
      shape("rect", { x: x + 0.2, y: y + 0.2, width: 0.6, height: 0.6, class: `vv-picked vv-picked-${k}` }, taps);
    }
    current.setAttribute("x", String(at % data.count));
    current.setAttribute("y", String(Math.floor(at / data.count)));
    for (const { column, entry, columns } of this.arrays) {
      const left = `${(columns === 1 ? 0 : at) * CELL.width}px`;
      column.style.left = left;
      entry.style.left = left;
      entry.style.top = `${(tap ?? 0) * CELL.height}px`;
      entry.hidden = tap === null;
    }
    this.readout.textContent = describe(at, tap, data, CHANNELS, data.words);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const step = STEPS[event.key];
    const { data, at } = this;
    if (!step || !data || at === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.shiftKey) {
      const tap = (this.tap ?? 0) + step[0] + step[1];
      this.point(at, Math.min(data.k.length - 1, Math.max(0, tap)));
      return;
    }
    const moved = movedPosition(at, step, data.count);
    this.point(moved, this.tap);
    const { scroll } = this.arrays[1]; // the others follow it
    scroll.scrollLeft = moved * CELL.width - scroll.clientWidth / 2;
  }

  /** What it draws, with every array that it was sent. */
  figures() {
    return [sentFigure(this.root, this.data)];
  }

  destroy() {
    this.root.remove();
  }
}

/** @param {HTMLElement} element */
export function mount(element) {
  return new KernelPositionsPart(element);
}
