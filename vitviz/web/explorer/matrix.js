// One head's whole matrix, queries down and keys across, zoomable to single cells.
import { contextOf, make } from "../shared/dom.js";
import { Cells, Shades } from "../shared/shades.js";

/** @import { Words } from "../shared/types.d.ts" */
/** @import { Ink } from "./types.d.ts" */
/** @typedef {ArrayLike<number> & { indexOf(token: number): number }} Order */
/** @typedef {{ x: number, y: number, span: number }} Area */
/** @typedef {[query: number | null, key: number | null]} Pair */
/** @typedef {(queries: Int32Array, keys: Int32Array, from: number, to: number, out: Float32Array) => void} Fill */
/**
 * @typedef {object} MatrixEvents
 * @property {(i: number, j: number) => void} hover
 * @property {() => void} leave
 * @property {(i: number, j: number) => void} choose
 * @property {() => void} work is called when there may be something to compute
 */

const MARGIN = 14; // CSS pixels for the order of the patches beside and above the matrix
const SLICE = 7; // milliseconds of computing a frame
const SMALLEST = 6; // cells a side at the closest
/** @type {Record<string, number | undefined>} */
const ZOOMS = { "+": 0.5, "=": 0.5, "-": 2, 0: Infinity }; // keys, and how many times as many tokens they show
const READABLE = 34; // CSS pixels a cell needs to have room for its number

export class MatrixView {
  /**
   * `finest` is how many rows are computed at most.
   * @param {HTMLElement} parent
   * @param {MatrixEvents} events
   * @param {Words} words
   * @param {number} [finest]
   * @param {number} [reduced]
   */
  constructor(parent, events, words, finest = 2100, reduced = 1024) {
    this.events = events;
    this.words = words;
    this.finest = finest;
    this.reduced = reduced;
    /** @type {Ink} */
    this.ink = { text: "", faint: "", middle: "", ground: "", accent: "", second: "", font: "" };
    this.content = ""; // what the matrix shows
    /** @type {Order} */
    this.order = new Int32Array(0);
    /** @type {Fill} */
    this.fill = () => {};
    this.map = { prefix: 0, columns: 1 };
    this.shades = new Shades(new Uint32Array(256), 1);
    /** @type {Area} */
    this.view = { x: 0, y: 0, span: 0 };
    this.part = { x: 0, y: 0, span: 0, stride: 1 };
    this.queries = new Int32Array(0);
    this.keys = new Int32Array(0);
    this.values = new Float32Array(0);
    this.done = 0;
    /** @type {Pair} */
    this.pair = [null, null];
    this.byRow = true;
    this.pointed = "";
    /** @type {{ x: number, y: number, view: Area } | null} */
    this.grabbed = null;
    this.dragged = false;
    this.span = ""; // what the colours span, where the common bar does not say it
    this.root = parent.appendChild(make("section", "vx-matrix"));
    this.title = this.root.appendChild(make("div", "vx-title"));
    this.stage = this.root.appendChild(make("div", "vx-matrix-stage"));
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "application");
    this.canvas = this.stage.appendChild(make("canvas"));
    this.cursor = this.stage.appendChild(make("canvas", "vx-matrix-cursor"));
    const tools = this.root.appendChild(make("div", "vx-tools"));
    this.note = make("span", "vx-note");
    for (const { sign, factor, label } of [
      { sign: "+", factor: 0.5, label: words.zoomIn },
      { sign: "\u2212", factor: 2, label: words.zoomOut },
      { sign: "1:1", factor: Infinity, label: words.zoomAll },
    ]) {
      const button = tools.appendChild(make("button", "vx-tool", sign));
      button.type = "button";
      button.setAttribute("aria-label", `${sign} ${label}`);
      button.title = label;
      button.addEventListener("click", () => this.zoom(factor));
    }
    tools.append(this.note);
    this.full = new Cells(document.createElement("canvas"));
    this.stage.addEventListener("pointermove", (event) => this.move(event));
    this.stage.addEventListener("pointerleave", () => events.leave());
    this.stage.addEventListener("pointerdown", (event) => this.grab(event));
    this.stage.addEventListener("click", (event) => this.chosen(event));
    this.stage.addEventListener("keydown", (event) => this.key(event));
    this.stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  /**
   * Show another matrix. `order`: the tokens that it has as rows and columns (-1: padding). `fill(queries, keys,
   * from, to, out)` adds rows to zeros. `map` says how many prefix tokens and columns of patches there are.
   * @param {string} content
   * @param {Order} order
   * @param {Fill} fill
   * @param {{ prefix: number, columns: number }} map
   * @param {Shades} shades
   */
  show(content, order, fill, map, shades) {
    const changed = content !== this.content;
    const resized = order.length !== this.order.length;
    this.content = content;
    this.order = order;
    this.fill = fill;
    this.map = map;
    this.shades = shades;
    if (resized) this.view = { x: 0, y: 0, span: order.length };
    if (changed) this.compute();
    this.draw();
  }

  /** Which tokens are computed: all that are in view where there are not too many, else every n-th of all. */
  compute() {
    const { order, view } = this;
    const large = order.length > this.finest;
    const stride = large ? Math.ceil(view.span / this.reduced) : 1;
    this.part = { ...(large ? this.cut(view) : { x: 0, y: 0, span: order.length }), stride };
    const { x, y, span } = this.part;
    const pick = (/** @type {number} */ first) =>
      Int32Array.from({ length: Math.ceil(span / stride) }, (_, i) => order[first + i * stride]);
    this.queries = pick(y);
    this.keys = pick(x);
    this.values = new Float32Array(this.queries.length * this.keys.length);
    this.done = 0;
  }

  /** @param {Area} area */
  cut({ x, y, span }) {
    return { x: Math.floor(x), y: Math.floor(y), span: Math.min(Math.ceil(span) + 1, this.order.length) };
  }

  /** Compute for a while; whether there is more to do. */
  work() {
    if (this.done >= this.queries.length) return false;
    const end = performance.now() + SLICE;
    const step = Math.max(1, Math.floor(60_000 / this.keys.length));
    while (this.done < this.queries.length && performance.now() < end) {
      const next = Math.min(this.queries.length, this.done + step);
      this.fill(this.queries, this.keys, this.done, next, this.values);
      this.done = next;
    }
    this.draw();
    return this.done < this.queries.length;
  }

  get side() {
    return Math.max(40, this.stage.clientWidth - MARGIN);
  }

  draw() {
    if (!this.queries.length || !this.stage.clientWidth) return;
    const { shades, part, view, side } = this;
    this.full.draw(this.values, 0, this.queries.length, this.keys.length, shades);
    const ratio = globalThis.devicePixelRatio || 1;
    const whole = Math.round((side + MARGIN) * ratio);
    for (const canvas of [this.canvas, this.cursor]) {
      if (canvas.width === whole) continue;
      canvas.width = canvas.height = whole;
    }
    const context = contextOf(this.canvas);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, side + MARGIN, side + MARGIN);
    context.imageSmoothingEnabled = view.span / part.stride > side * ratio;
    context.imageSmoothingQuality = "high";
    const unit = side / view.span;
    context.save();
    context.beginPath();
    context.rect(MARGIN, MARGIN, side, side);
    context.clip();
    const extent = part.stride * unit;
    context.drawImage(
      this.full.canvas,
      MARGIN + (part.x - view.x) * unit,
      MARGIN + (part.y - view.y) * unit,
      this.keys.length * extent,
      this.queries.length * extent,
    );
    if (unit >= READABLE) this.numbers(context, unit);
    context.restore();
    this.rulers(context, unit);
    const reduced = part.stride > 1 ? this.words.reduced.replace("{n}", String(part.stride)) : "";
    const busy = this.done < this.queries.length ? this.words.computing : "";
    this.note.textContent = [reduced, busy, this.span].filter(Boolean).join("  ");
    this.pointed = "";
    this.point(...this.pair, this.byRow);
  }

  /**
   * The numbers of cells that have room for them; a cell is `unit` CSS pixels wide.
   * @param {CanvasRenderingContext2D} context
   * @param {number} unit
   */
  numbers(context, unit) {
    const { view, part } = this;
    context.font = `10px ${this.ink.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (
      let r = Math.max(0, Math.floor(view.y - part.y));
      r < Math.min(this.queries.length, view.y - part.y + view.span);
      r++
    ) {
      for (
        let c = Math.max(0, Math.floor(view.x - part.x));
        c < Math.min(this.keys.length, view.x - part.x + view.span);
        c++
      ) {
        const value = this.values[r * this.keys.length + c];
        if (Number.isNaN(value)) continue;
        context.fillStyle = this.shades.level(value) > 110 ? this.ink.ground : this.ink.text;
        const [x, y] = [c + part.x - view.x + 0.5, r + part.y - view.y + 0.5];
        context.fillText(
          value < 1e-3 ? value.toExponential(1) : value.toPrecision(3),
          MARGIN + x * unit,
          MARGIN + y * unit,
          unit - 4,
        );
      }
    }
  }

  /**
   * The order of the tokens: prefix tokens in the accent, then every other row of patches darker.
   * @param {CanvasRenderingContext2D} context
   * @param {number} unit
   */
  rulers(context, unit) {
    const { map, order, view, ink } = this;
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
      if (map.prefix) bar(at, 0, map.prefix, ink.accent);
      for (let first = map.prefix, row = 0; first < order.length; first += map.columns, row++) {
        bar(at, first, Math.min(map.columns, order.length - first), row % 2 ? ink.faint : ink.middle);
      }
    }
  }

  /**
   * Cross hairs on a pair of tokens, either may be null; with `byRow` the cursor belongs to the first.
   * @param {number | null} i
   * @param {number | null} j
   * @param {boolean} byRow
   */
  point(i, j, byRow) {
    const key = [i, j, byRow].join();
    if (key === this.pointed) return;
    this.pair = [i, j];
    this.byRow = byRow;
    this.pointed = key;
    const { view, side, cursor, ink } = this;
    if (!view.span || !this.stage.clientWidth) return;
    const context = contextOf(cursor);
    const ratio = globalThis.devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, side + MARGIN, side + MARGIN);
    const unit = side / view.span;
    context.save();
    context.beginPath();
    context.rect(MARGIN, MARGIN, side, side);
    context.clip();
    /** @type {(at: "x" | "y", token: number | null, colour: string, dashes: number[]) => void} */
    const line = (at, token, colour, dashes) => {
      const place = token === null ? -1 : this.placeOf(token);
      if (place < 0) return;
      const start = MARGIN + (place - view[at]) * unit;
      context.strokeStyle = colour;
      context.setLineDash(dashes);
      context.lineWidth = 1.5;
      if (at === "y") context.strokeRect(MARGIN - 2, start, side + 4, Math.max(1, unit));
      else context.strokeRect(start, MARGIN - 2, Math.max(1, unit), side + 4);
    };
    /** @type {[colour: string, dashes: number[]][]} */
    const [own, other] = [
      [ink.accent, []],
      [ink.second, [4, 3]],
    ];
    line("y", i, ...(byRow ? own : other));
    line("x", j, ...(byRow ? other : own));
    context.restore();
  }

  /** @param {number} token */
  placeOf(token) {
    return this.order[token] === token ? token : this.order.indexOf(token);
  }

  /**
   * Query and key under the pointer.
   * @param {MouseEvent} event
   * @returns {[query: number, key: number] | null}
   */
  tokensAt(event) {
    const box = this.stage.getBoundingClientRect();
    const at = (/** @type {number} */ from, /** @type {number} */ start) =>
      Math.floor(start + ((from - MARGIN) / this.side) * this.view.span);
    const [x, y] = [at(event.clientX - box.left, this.view.x), at(event.clientY - box.top, this.view.y)];
    const inside = (/** @type {number} */ place) => place >= 0 && place < this.order.length && this.order[place] >= 0;
    return inside(x) && inside(y) ? [this.order[y], this.order[x]] : null;
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (!this.view.span) return;
    if (this.grabbed && event.buttons) {
      const unit = this.side / this.view.span;
      const [dx, dy] = [(event.clientX - this.grabbed.x) / unit, (event.clientY - this.grabbed.y) / unit];
      if (this.dragged || Math.hypot(dx, dy) * unit > 5) {
        this.dragged = true;
        this.look({ ...this.view, x: this.grabbed.view.x - dx, y: this.grabbed.view.y - dy });
      }
      return;
    }
    const pair = this.tokensAt(event);
    if (pair) this.events.hover(...pair);
  }

  /** @param {PointerEvent} event */
  grab(event) {
    this.dragged = false;
    this.grabbed = this.view.span < this.order.length ? { x: event.clientX, y: event.clientY, view: this.view } : null;
    if (!this.grabbed) this.move(event);
  }

  /** @param {MouseEvent} event */
  chosen(event) {
    const pair = !this.dragged && this.view.span ? this.tokensAt(event) : null;
    if (pair) this.events.choose(...pair);
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    if (!this.view.span || (this.view.span === this.order.length && event.deltaY > 0)) return;
    event.preventDefault();
    const box = this.stage.getBoundingClientRect();
    const at = (/** @type {number} */ from) => Math.min(1, Math.max(0, (from - MARGIN) / this.side));
    this.zoom(event.deltaY > 0 ? 1.25 : 0.8, [at(event.clientX - box.left), at(event.clientY - box.top)]);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const factor = ZOOMS[event.key];
    if (factor === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.zoom(factor);
  }

  /**
   * See `factor` times as many tokens, keeping what lies at `anchor` (shares of the side), or the cursor's cell.
   * @param {number} factor
   * @param {[across: number, down: number]} [anchor]
   */
  zoom(factor, anchor) {
    const count = this.order.length;
    const span = Math.min(count, Math.max(Math.min(SMALLEST, count), this.view.span * factor));
    const pair = this.pair.map((token) => (token === null ? -1 : this.placeOf(token)));
    const [down, across] = pair.map((place, i) =>
      place < 0 ? this.view[i ? "x" : "y"] + this.view.span / 2 : place + 0.5,
    );
    const x = anchor ? this.view.x + anchor[0] * (this.view.span - span) : across - span / 2;
    const y = anchor ? this.view.y + anchor[1] * (this.view.span - span) : down - span / 2;
    this.look({ x, y, span });
  }

  /** @param {Area} area */
  look({ x, y, span }) {
    const inside = (/** @type {number} */ start) => Math.min(this.order.length - span, Math.max(0, start));
    this.view = { x: inside(x), y: inside(y), span };
    if (this.order.length > this.finest) this.compute();
    this.draw();
    this.events.work();
  }
}
