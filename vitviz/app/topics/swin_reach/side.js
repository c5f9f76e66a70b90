// One of two models: its own sliders of blocks and heads, and where the patch under the common cursor looks in it.
import { overHeads, strongest } from "../../../web/explorer/weights.js";
import { colourBar, colourTable, paint } from "../../../web/shared/colours.js";
import { slider } from "../../../web/shared/controls.js";
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";
import { filled } from "../../../web/shared/words.js";
import { middleOf, tokenAt } from "./crop.js";
import { outline } from "./edges.js";
import { asked, taken, within } from "./keys.js";
import { ORANGE, Pane, pathOf, TEAL } from "./pane.js";
import { sourceAt } from "./sources.js";

/** @import { Point } from "./crop.js" */
/** @import { Scale, SideData, Words } from "./types.js" */
/**
 * What a side calls: `point` with where its cursor is in the whole picture, `choose` when it is clicked, `change` when
 * another block or head is chosen, `missing` when payloads are gone.
 * @typedef {{ point: (point: Point) => void, choose: () => void, change: () => void, missing: () => void }} SideListeners
 */

const NAMED = 3; // strongest targets in the line below
const OPACITY = 205; // of 255

export class Side {
  /**
   * @param {HTMLElement} parent
   * @param {SideData} data
   * @param {Words} words
   * @param {SideListeners} listeners
   */
  constructor(parent, data, words, listeners) {
    this.data = data;
    this.words = words;
    this.listeners = listeners;
    this.layer = data.layer;
    this.head = data.head; // -1 is the mean over heads
    this.token = -1;
    this.reached = 0; // tokens that the cursor's token may look at, without prefix
    this.source = sourceAt(data.url, listeners.missing);
    this.root = parent.appendChild(make("div", "wr-pane"));
    this.layers = slider(this.root, words.block, (layer) => this.choose({ layer }));
    this.heads = slider(this.root, words.head, (at) => this.choose({ head: at - 1 }));
    const pointed = {
      hover: (/** @type {number} */ token) => listeners.point(middleOf(data, this.map, token)),
      choose: () => listeners.choose(),
      key: (/** @type {KeyboardEvent} */ event) => this.key(event),
    };
    this.pane = new Pane(this.root, pointed, data.picture);
    this.bar = this.root.appendChild(make("div"));
    this.cells = document.createElement("canvas");
  }

  get map() {
    return this.data.layers[this.layer];
  }

  get path() {
    return `${this.layer}.bin`;
  }

  /** @param {{ layer?: number, head?: number }} part */
  choose(part) {
    Object.assign(this, part);
    this.head = Math.min(this.head, this.map.heads - 1);
    this.listeners.change();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { step, turn, bracket } = asked(event);
    if (!step && !turn && !bracket) return;
    taken(event);
    if (turn) this.choose({ layer: within(this.layer + turn, 0, this.data.layers.length - 1) });
    if (bracket) this.choose({ head: within(this.head + bracket, -1, this.map.heads - 1) });
    if (!step) return;
    const { rows, columns } = this.map;
    const token = Math.max(0, this.token);
    const row = within(Math.floor(token / columns) + step[0], 0, rows - 1);
    const next = row * columns + within((token % columns) + step[1], 0, columns - 1);
    this.listeners.point(middleOf(this.data, this.map, next));
  }

  /**
   * Weights from the token under a point to every token, prefix first; null while they are not there.
   * @param {Point} point
   */
  weights(point) {
    const maths = this.source.peek(this.path);
    this.token = tokenAt(this.data, this.map, point);
    if (!maths || this.token < 0) return null;
    const weights = new Float64Array(maths.tokens);
    const from = maths.prefix.length + this.token;
    if (this.head >= 0) {
      maths.weights(this.head, from, "row", weights);
      return weights;
    }
    const all = new Float64Array(maths.heads * maths.tokens);
    maths.allHeads(from, "row", all);
    overHeads(all, maths.heads, maths.tokens, "mean", weights);
    return weights;
  }

  /**
   * @param {Float64Array | null} weights
   * @param {number} high
   * @param {Scale} colours
   * @param {boolean} dark
   * @param {string} problem why there are no weights, where something went wrong
   */
  draw(weights, high, colours, dark, problem) {
    const { words, map } = this;
    const before = map.prefix.length;
    const headName = this.head < 0 ? words.mean : filled(words.headOf, { head: this.head });
    this.layers.set(this.layer, this.data.layers.length - 1, map.title);
    this.heads.set(this.head + 1, map.heads, headName);
    this.pane.title.textContent = this.data.title;
    this.pane.show(`${this.data.title}. ${words.help}`, map, [map.rows, map.columns]);
    const maths = this.source.peek(this.path);
    const isSeen = (/** @type {number} */ t) => weights !== null && !Number.isNaN(weights[before + t]);
    const isLegal = (/** @type {number} */ t) => isSeen(t) && !maths?.isCut(before + this.token, before + t);
    const begun = this.pane.begin((t) => (isLegal(t) ? "clear" : isSeen(t) ? "cut" : "dim"));
    this.reached = 0;
    if (weights) {
      for (let t = 0; t < map.rows * map.columns; t++) this.reached += Number(isLegal(t));
      const legal = weights.map((weight, t) => (t < before || isLegal(t - before) ? weight : NaN));
      paint(this.cells, legal, before, map.rows, map.columns, colourTable(colours, dark), 0, high, OPACITY);
      begun.context.drawImage(this.cells, 0, 0, begun.width, begun.size * map.rows);
      this.pane.edge(begun, pathOf(outline(map.rows, map.columns, isLegal)), "#fff", 1.6);
    }
    // In the dark theme the weights are orange themselves.
    if (this.token >= 0) this.pane.box(begun, this.token, dark ? TEAL : ORANGE);
    this.bar.replaceChildren(colourBar(colours, dark, 0, high, words.scale));
    this.pane.readout.textContent = this.describe(weights, before, problem);
  }

  /**
   * @param {Float64Array | null} weights
   * @param {number} before
   * @param {string} problem
   */
  describe(weights, before, problem) {
    const { words, map } = this;
    if (this.token < 0) return words.outside;
    if (!weights) return problem || words.loading;
    const place = (/** @type {number} */ t) => {
      if (t < before) return map.prefix[t];
      return `(${Math.floor((t - before) / map.columns)}, ${(t - before) % map.columns})`;
    };
    const most = strongest(weights, NAMED).map(([t, weight]) => `${place(t)} ${number(weight)}`);
    return filled(words.looks, {
      place: place(before + this.token),
      most: most.join(", "),
      reached: before + this.reached,
      all: weights.length,
    });
  }
}
