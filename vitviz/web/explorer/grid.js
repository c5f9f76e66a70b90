// Every head of every layer as a small map, all for the same token: layers down, heads across, or sorted by a figure.
import { contextOf, make } from "../shared/dom.js";

/** @import { Shades } from "../shared/shades.js" */
/** @import { Grid } from "../shared/types.d.ts" */
/** @import { Choice, Ink, State } from "./types.d.ts" */
/** @typedef {(layer: number, head: number) => number | null | undefined} Figure */
/** @typedef {{ heads: number, shape: Grid }} SmallLayer */
/** @typedef {{ hover: (cell: Choice | null) => void, choose: (cell: Choice, second: boolean) => void }} GridEvents */

const GAP = { wide: 6, tight: 2 }; // device pixels between maps
const WIDEST = 12; // heads in a row; a layer with more has several rows
const MARGIN = 26; // for the numbers of the layers and heads
const EDGE = 4; // for the frame of a chosen map
const LABEL = 16; // below a map, for the bar of its figure and its name

/**
 * Which maps there are and in what order: [{layer, head}], and how many stand in a row.
 * @param {number[]} heads
 * @param {State["order"]} order
 * @param {Figure} figure
 * @returns {{ cells: (Choice | null)[], columns: number }}
 */
export function arrange(heads, order, figure) {
  if (order === "layer") {
    const across = Math.min(WIDEST, Math.max(...heads));
    const columns = across + 1; // the last one is the mean over heads
    /** @type {(Choice | null)[]} */
    const cells = heads.flatMap((count, layer) =>
      Array.from({ length: Math.ceil(count / across) * columns }, (_, i) => {
        const [row, column] = [Math.floor(i / columns), i % columns];
        if (column === across) return row ? null : { layer, head: "mean" };
        const head = row * across + column;
        return head < count ? { layer, head } : null;
      }),
    );
    return { cells, columns };
  }
  const cells = heads.flatMap((count, layer) => Array.from({ length: count }, (_, head) => ({ layer, head })));
  const known = (/** @type {{ layer: number, head: number }} */ { layer, head }) => figure(layer, head) ?? Infinity;
  cells.sort((a, b) => known(a) - known(b));
  return { cells, columns: Math.max(1, Math.round(Math.sqrt(cells.length * 0.8))) };
}

export class GridView {
  /**
   * @param {HTMLElement} parent
   * @param {GridEvents} events
   */
  constructor(parent, events) {
    this.events = events;
    /** @type {SmallLayer[]} */
    this.layers = [];
    /** @type {State["order"]} */
    this.order = "layer";
    /** @type {Figure} */
    this.figure = () => undefined;
    /** @type {(Choice | null)[]} */
    this.cells = [];
    this.columns = 1;
    this.left = 0;
    this.top = 0;
    this.shrink = 1; // CSS pixels a drawn pixel
    this.map = { width: 0, height: 0 };
    this.step = { x: 0, y: 0 };
    /** @type {Map<string, number>} */
    this.places = new Map();
    this.root = parent.appendChild(make("section", "vx-grid"));
    this.title = this.root.appendChild(make("div", "vx-title"));
    this.stage = this.root.appendChild(make("div", "vx-grid-stage"));
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "application");
    this.atlas = this.stage.appendChild(make("canvas", "vx-atlas"));
    this.marks = this.stage.appendChild(make("canvas", "vx-atlas-marks"));
    this.image = contextOf(this.atlas).createImageData(1, 1);
    this.target = new Uint32Array(this.image.data.buffer);
    this.stage.addEventListener("pointermove", (event) => events.hover(this.at(event)));
    this.stage.addEventListener("pointerleave", () => events.hover(null));
    this.stage.addEventListener("click", (event) => {
      const cell = this.at(event);
      if (cell) events.choose(cell, event.shiftKey);
    });
  }

  /**
   * Lay the maps out in `width` x `height` CSS pixels. A layer's `shape` is (rows, columns).
   * @param {SmallLayer[]} layers
   * @param {State["order"]} order
   * @param {Figure} figure
   * @param {number} width
   * @param {number} height
   */
  layout(layers, order, figure, width, height) {
    const heads = layers.map((layer) => layer.heads);
    this.layers = layers;
    this.order = order;
    this.figure = figure;
    const { cells, columns } = arrange(heads, order, figure);
    this.cells = cells;
    this.columns = columns;
    const down = Math.ceil(this.cells.length / this.columns);
    const ratio = globalThis.devicePixelRatio || 1;
    const sides = [0, 1].map((axis) => Math.max(...layers.map(({ shape }) => shape[axis])));
    const gap = ((width * ratio - MARGIN) / this.columns - sides[1]) / 2 < GAP.wide ? GAP.tight : GAP.wide;
    const below = order === "layer" ? gap : gap + LABEL;
    this.left = order === "layer" ? MARGIN : EDGE;
    this.top = order === "layer" ? MARGIN - 8 : EDGE;
    const room = Math.min(
      ((width * ratio - this.left) / this.columns - gap) / sides[1],
      ((height * ratio - this.top) / down - below) / sides[0],
    );
    // Whole pixels a patch keep the maps even. Where there is no room for one, everything is drawn larger than shown.
    const zoom = Math.max(1, Math.floor(room));
    this.shrink = Math.min(1, Math.max(room, 0.2)) / ratio;
    this.map = { width: sides[1] * zoom, height: sides[0] * zoom };
    this.step = { x: this.map.width + gap, y: this.map.height + below };
    const size = { width: this.left + this.columns * this.step.x, height: this.top + down * this.step.y };
    for (const canvas of [this.atlas, this.marks]) {
      Object.assign(canvas, size);
      canvas.style.width = `${size.width * this.shrink}px`;
      canvas.style.height = `${size.height * this.shrink}px`;
    }
    this.image = contextOf(this.atlas).createImageData(size.width, size.height);
    this.target = new Uint32Array(this.image.data.buffer);
    this.places.clear();
    for (const [i, cell] of this.cells.entries()) if (cell) this.places.set(`${cell.layer} ${cell.head}`, i);
  }

  /**
   * Left and top of a map in drawn pixels.
   * @param {number} index
   * @returns {[left: number, top: number]}
   */
  corner(index) {
    return [
      this.left + (index % this.columns) * this.step.x,
      this.top + Math.floor(index / this.columns) * this.step.y,
    ];
  }

  /**
   * The map under the pointer.
   * @param {MouseEvent} event
   * @returns {Choice | null}
   */
  at(event) {
    const box = this.atlas.getBoundingClientRect();
    if (!this.cells.length || !box.width) return null;
    const x = ((event.clientX - box.left) / box.width) * this.atlas.width - this.left;
    const y = ((event.clientY - box.top) / box.height) * this.atlas.height - this.top;
    const column = Math.floor(x / this.step.x);
    if (x < 0 || y < 0 || column >= this.columns) return null;
    return this.cells[Math.floor(y / this.step.y) * this.columns + column] ?? null;
  }

  /**
   * Put one map into the atlas; `flush` shows what was put.
   * @param {Choice} cell
   * @param {ArrayLike<number>} values
   * @param {number} offset
   * @param {Shades} shades
   */
  paint(cell, values, offset, shades) {
    const index = this.places.get(`${cell.layer} ${cell.head}`);
    if (index === undefined) return;
    const [rows, columns] = this.layers[cell.layer].shape;
    const [left, top] = this.corner(index);
    const across = this.map.width / columns;
    const down = this.map.height / rows;
    const stride = this.atlas.width;
    for (let r = 0; r < rows; r++) {
      const y0 = top + Math.round(r * down);
      const y1 = top + Math.round((r + 1) * down);
      const first = y0 * stride;
      for (let c = 0; c < columns; c++) {
        const x0 = first + left + Math.round(c * across);
        const x1 = first + left + Math.round((c + 1) * across);
        const pixel = shades.pixel(values[offset + r * columns + c]);
        if (x1 - x0 === 1) this.target[x0] = pixel;
        else this.target.fill(pixel, x0, x1);
      }
      for (let y = y0 + 1; y < y1; y++)
        this.target.copyWithin(y * stride + left, first + left, first + left + this.map.width);
    }
  }

  /**
   * Show nothing where a map is not known.
   * @param {Choice} cell
   */
  blank(cell) {
    const index = this.places.get(`${cell.layer} ${cell.head}`);
    if (index === undefined) return;
    const [left, top] = this.corner(index);
    for (let y = top; y < top + this.map.height; y++) {
      this.target.fill(0, y * this.atlas.width + left, y * this.atlas.width + left + this.map.width);
    }
  }

  flush() {
    contextOf(this.atlas).putImageData(this.image, 0, 0);
  }

  /**
   * Numbers, figures and which maps are chosen.
   * @param {Choice} chosen
   * @param {Choice | null} second
   * @param {Ink} ink
   */
  mark(chosen, second, ink) {
    const context = contextOf(this.marks);
    context.clearRect(0, 0, this.marks.width, this.marks.height);
    const size = Math.round(11 / this.shrink);
    context.font = `${size}px ${ink.font}`;
    context.fillStyle = ink.text;
    if (this.order === "layer") this.axes(context);
    for (const [i, cell] of this.cells.entries()) {
      if (!cell) continue;
      const [x, y] = this.corner(i);
      context.strokeStyle = ink.faint;
      context.lineWidth = 1;
      context.strokeRect(x - 0.5, y - 0.5, this.map.width + 1, this.map.height + 1);
      const figure = typeof cell.head === "number" ? this.figure(cell.layer, cell.head) : undefined;
      if (figure !== undefined && figure !== null) {
        context.fillStyle = ink.faint;
        context.fillRect(x, y + this.map.height + 1, this.map.width, 2);
        context.fillStyle = ink.text;
        context.fillRect(x, y + this.map.height + 1, this.map.width * Math.min(1, figure / this.widest()), 2);
      }
      if (this.order !== "layer" && this.map.width > 18) {
        context.fillText(`${cell.layer}.${cell.head}`, x, y + this.map.height + 4 + size * 0.9, this.map.width);
      }
      for (const { choice, colour } of [
        { choice: second, colour: ink.second },
        { choice: chosen, colour: ink.accent },
      ]) {
        if (!choice || cell.layer !== choice.layer || cell.head !== choice.head) continue;
        context.strokeStyle = colour;
        context.lineWidth = Math.max(2, 2 / this.shrink);
        context.strokeRect(x - 1.5, y - 1.5, this.map.width + 3, this.map.height + 3);
      }
    }
  }

  widest() {
    if (this.order !== "distance") return 1;
    return Math.max(...this.layers.map(({ shape }) => Math.hypot(...shape))) / 2;
  }

  /** @param {CanvasRenderingContext2D} context */
  axes(context) {
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (const [layer] of this.layers.entries()) {
      const [, y] = this.corner(this.places.get(`${layer} 0`) ?? 0);
      context.fillText(String(layer), this.left - 6, y + this.map.height / 2);
    }
    context.textAlign = "center";
    const every = Math.ceil(context.measureText("00 ").width / this.step.x);
    for (let c = 0; c < this.columns; c++) {
      const last = c === this.columns - 1;
      if (!last && (c % every || (every > 1 && c > this.columns - 1 - every))) continue;
      const name = last ? "\u2300" : String(c);
      context.fillText(name, this.left + c * this.step.x + this.map.width / 2, this.top / 2);
    }
    context.textAlign = "left";
    context.textBaseline = "alphabetic";
  }
}
