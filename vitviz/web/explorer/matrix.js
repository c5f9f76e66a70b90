// One head's whole matrix, queries down and keys across, zoomable to single cells.
import { button } from "../shared/controls.js";
import { contextOf, make, pixelRatio, pointIn } from "../shared/dom.js";
import { Cells, Shades } from "../shared/shades.js";
import { filled } from "../shared/words.js";
import { inside, zoomedAt, zoomedOn, zoomOf } from "./matrix_area.js";
import { drawCells, drawCross, drawRulers, MARGIN } from "./matrix_drawing.js";
import { MatrixValues } from "./matrix_values.js";

/** @import { Words } from "../shared/types.d.ts" */
/** @import { Fill } from "./engine.js" */
/** @import { Area, Point } from "./matrix_area.js" */
/** @import { Rows } from "./matrix_drawing.js" */
/** @import { Order } from "./matrix_values.js" */
/** @import { Ink } from "./types.d.ts" */
/**
 * `work` is called when there may be something to compute.
 * @typedef {object} MatrixEvents
 * @property {(i: number, j: number) => void} hover
 * @property {() => void} leave
 * @property {(i: number, j: number) => void} choose
 * @property {() => void} work
 */
/**
 * A matrix to show: `name` tells it apart from others, `order` has the tokens of its rows and columns (-1: padding),
 * `fill` adds rows to zeros, `span` says what the colours span where the common bar does not.
 * @typedef {{ name: string, order: Order, fill: Fill, rows: Rows, shades: Shades, span: string }} MatrixContent
 */

const SLICE = 7; // milliseconds of computing a frame
const DRAGGED = 5; // CSS pixels from which on a press is a drag
const [FINEST, REDUCED] = [2100, 1024]; // rows

export class MatrixView {
  /**
   * @param {HTMLElement} parent
   * @param {MatrixEvents} events
   * @param {Words} words
   */
  constructor(parent, events, words) {
    this.events = events;
    this.words = words;
    /** @type {Ink} */
    this.ink = { text: "", faint: "", middle: "", ground: "", accent: "", second: "", font: "" };
    /** @type {MatrixContent} */
    this.content = {
      ...{ name: "", order: new Int32Array(0), fill: () => {}, rows: { prefix: 0, columns: 1 }, span: "" },
      shades: new Shades(new Uint32Array(256), 1),
    };
    /** @type {Area} */
    this.view = { x: 0, y: 0, span: 0 };
    this.computed = new MatrixValues(FINEST, REDUCED);
    /** @type {{ i: number | null, j: number | null, byRow: boolean }} */
    this.cross = { i: null, j: null, byRow: true };
    this.crossDrawn = "";
    /** @type {{ x: number, y: number, view: Area } | null} */
    this.grabbed = null;
    this.dragged = false;
    this.root = parent.appendChild(make("section", "vx-matrix"));
    this.title = this.root.appendChild(make("div", "vx-title"));
    this.stage = this.root.appendChild(make("div", "vx-matrix-stage"));
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "application");
    this.canvas = this.stage.appendChild(make("canvas"));
    this.cursor = this.stage.appendChild(make("canvas", "vx-matrix-cursor"));
    this.image = new Cells(make("canvas"));
    this.note = this.tools().appendChild(make("span", "vx-note"));
    this.stage.addEventListener("pointermove", (event) => this.move(event));
    this.stage.addEventListener("pointerleave", () => events.leave());
    this.stage.addEventListener("pointerdown", (event) => this.grab(event));
    this.stage.addEventListener("click", (event) => this.choose(event));
    this.stage.addEventListener("keydown", (event) => this.key(event));
    this.stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  /** The buttons below the matrix. */
  tools() {
    const { words } = this;
    const tools = this.root.appendChild(make("div", "vx-tools"));
    for (const { sign, factor, label } of [
      { sign: "+", factor: 0.5, label: words.zoomIn },
      { sign: "\u2212", factor: 2, label: words.zoomOut },
      { sign: "1:1", factor: Infinity, label: words.zoomAll },
    ]) {
      const made = button(tools, sign, () => this.zoom(factor), "vx-tool");
      made.setAttribute("aria-label", `${sign} ${label}`);
      made.title = label;
    }
    return tools;
  }

  /**
   * Show a matrix: another one is computed anew, a smaller or larger one is in view whole.
   * @param {MatrixContent} content
   */
  show(content) {
    const { content: before } = this;
    this.content = content;
    const { length } = content.order;
    if (length !== before.order.length) this.view = { x: 0, y: 0, span: length };
    if (content.name !== before.name) this.computed.begin(content.order, content.fill, this.view);
    this.draw();
  }

  /** Compute for a while; whether there is more to do. */
  work() {
    if (this.computed.complete) return false;
    this.computed.compute(SLICE);
    this.draw();
    return !this.computed.complete;
  }

  /** What is in view, and how large. */
  get frame() {
    const side = Math.max(40, this.stage.clientWidth - MARGIN);
    return { view: this.view, side, unit: side / this.view.span };
  }

  draw() {
    const { computed, content, words, ink, frame } = this;
    if (!computed.queries.length || !this.stage.clientWidth) return;
    this.image.draw(computed.values, 0, computed.queries.length, computed.keys.length, content.shades);
    const ratio = pixelRatio(this.stage);
    const whole = Math.round((frame.side + MARGIN) * ratio);
    for (const canvas of [this.canvas, this.cursor]) if (canvas.width !== whole) canvas.width = canvas.height = whole;
    const context = contextOf(this.canvas);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, frame.side + MARGIN, frame.side + MARGIN);
    drawCells(context, frame, computed, this.image.canvas, { shades: content.shades, ink, ratio });
    drawRulers(context, frame, content.order.length, content.rows, ink);
    const { stride } = computed.part;
    const reduced = stride > 1 ? filled(words.reduced, { n: stride }) : "";
    const busy = computed.complete ? "" : words.computing;
    this.note.textContent = [reduced, busy, content.span].filter(Boolean).join("  ");
    this.crossDrawn = "";
    this.point(this.cross.i, this.cross.j, this.cross.byRow);
  }

  /**
   * Cross hairs on a pair of tokens, either may be null; with `byRow` the cursor belongs to the first.
   * @param {number | null} i
   * @param {number | null} j
   * @param {boolean} byRow
   */
  point(i, j, byRow) {
    const key = [i, j, byRow].join();
    if (key === this.crossDrawn) return;
    this.cross = { i, j, byRow };
    this.crossDrawn = key;
    if (!this.view.span || !this.stage.clientWidth) return;
    const context = contextOf(this.cursor);
    const ratio = pixelRatio(this.stage);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawCross(context, this.frame, { row: this.placeOf(i), column: this.placeOf(j), byRow }, this.ink);
  }

  /**
   * The row and column of a token, -1 where it has none.
   * @param {number | null} token
   */
  placeOf(token) {
    const { order } = this.content;
    if (token === null) return -1;
    return order[token] === token ? token : order.indexOf(token);
  }

  /**
   * A point of the page in shares of the matrix's side.
   * @param {MouseEvent} event
   * @returns {Point}
   */
  shareOf(event) {
    const { side } = this.frame;
    const { x, y } = pointIn(this.stage, event);
    return { x: (x - MARGIN) / side, y: (y - MARGIN) / side };
  }

  /**
   * Query and key under the pointer.
   * @param {MouseEvent} event
   * @returns {[query: number, key: number] | null}
   */
  tokensAt(event) {
    const { view } = this;
    const { order } = this.content;
    const share = this.shareOf(event);
    const [x, y] = [Math.floor(view.x + share.x * view.span), Math.floor(view.y + share.y * view.span)];
    const known = (/** @type {number} */ place) => place >= 0 && place < order.length && order[place] >= 0;
    return known(x) && known(y) ? [order[y], order[x]] : null;
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (!this.view.span) return;
    if (this.grabbed && event.buttons) {
      this.drag(event, this.grabbed);
      return;
    }
    const pair = this.tokensAt(event);
    if (pair) this.events.hover(...pair);
  }

  /**
   * @param {PointerEvent} event
   * @param {{ x: number, y: number, view: Area }} from
   */
  drag(event, from) {
    const { unit } = this.frame;
    const { x, y } = pointIn(this.stage, event);
    const [dx, dy] = [x - from.x, y - from.y];
    if (!this.dragged && Math.hypot(dx, dy) <= DRAGGED) return;
    this.dragged = true;
    this.setView({ ...this.view, x: from.view.x - dx / unit, y: from.view.y - dy / unit });
  }

  /** @param {PointerEvent} event */
  grab(event) {
    const whole = this.view.span >= this.content.order.length;
    this.dragged = false;
    this.grabbed = whole ? null : { ...pointIn(this.stage, event), view: this.view };
    if (!this.grabbed) this.move(event);
  }

  /** @param {MouseEvent} event */
  choose(event) {
    const pair = !this.dragged && this.view.span ? this.tokensAt(event) : null;
    if (pair) this.events.choose(...pair);
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    const count = this.content.order.length;
    if (!this.view.span || (this.view.span === count && event.deltaY > 0)) return;
    event.preventDefault();
    const share = this.shareOf(event);
    const within = (/** @type {number} */ at) => Math.min(1, Math.max(0, at));
    const anchor = { x: within(share.x), y: within(share.y) };
    this.setView(zoomedAt(this.view, event.deltaY > 0 ? 1.25 : 0.8, count, anchor));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const factor = zoomOf(event);
    if (factor === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.zoom(factor);
  }

  /**
   * See `factor` times as many cells, around the cursor's.
   * @param {number} factor
   */
  zoom(factor) {
    const { view, cross } = this;
    const middle = (/** @type {number | null} */ token, /** @type {number} */ start) => {
      const place = this.placeOf(token);
      return place < 0 ? start + view.span / 2 : place + 0.5;
    };
    const centre = { x: middle(cross.j, view.x), y: middle(cross.i, view.y) };
    this.setView(zoomedOn(view, factor, this.content.order.length, centre));
  }

  /** @param {Area} area */
  setView(area) {
    const { order, fill } = this.content;
    this.view = inside(area, order.length);
    if (order.length > FINEST) this.computed.begin(order, fill, this.view);
    this.draw();
    this.events.work();
  }
}
