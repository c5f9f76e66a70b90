// The relative position index: every pair of a window and the entry of the bias table that it reads.
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";
import { filled } from "../../../web/shared/words.js";
import { CellMap } from "./cells.js";
import { whole } from "./format.js";
import { sized, TEAL } from "./pane.js";

/** @import { BiasIndex } from "./bias_index.js" */
/** @import { Scale, Step, Words } from "./types.js" */
/**
 * One head's table: its entries, and in which colours they are drawn.
 * @typedef {{ index: BiasIndex, entries: Float32Array, head: number, name: string, colours: Scale, dark: boolean }}
 *   HeadTable
 */

const SIDE = 190; // CSS pixels of the window with its arrows

export class Pairs {
  /**
   * @param {HTMLElement} parent
   * @param {Words} words
   * @param {(query: number, key: number) => void} onPair is called with a pair of places of the window
   */
  constructor(parent, words, onPair) {
    this.words = words;
    this.onPair = onPair;
    this.query = 0;
    this.key = 0;
    this.root = parent.appendChild(make("div", "wr-pairs"));
    this.table = new CellMap(this.root, "", {
      hover: (row, column) => this.chooseEntry(row * (this.shown?.index.side ?? 1) + column),
      move: (step) => this.moveEntry(step),
    });
    this.matrix = new CellMap(this.root, "", { hover: onPair, move: (step) => this.movePair(step) });
    const last = this.root.appendChild(make("figure", "wr-map"));
    last.append(make("figcaption", "wr-map-title", words.arrows));
    /** @type {HTMLCanvasElement} */
    this.arrows = last.appendChild(make("canvas", "wr-arrows"));
    this.arrows.setAttribute("aria-hidden", "true");
    this.lines = last.appendChild(make("div", "wr-mono"));
  }

  /**
   * Another head, block or theme.
   * @param {HeadTable} table
   */
  show(table) {
    const { index, entries, head, name, colours, dark } = table;
    this.shown = table;
    this.biases = Float32Array.from(index.index, (entry) => entries[entry]); // of every pair, (K, K)
    const top = Math.max(...entries.map(Math.abs)) || 1;
    this.table.title.textContent = filled(this.words.table, { head, side: index.side });
    this.matrix.title.textContent = filled(this.words.matrix, { places: index.places });
    for (const map of [this.table, this.matrix]) map.scale(colours, dark, -top, top);
    this.table.stage.setAttribute("aria-label", `${name} ${this.words.tableHelp}`);
    this.matrix.stage.setAttribute("aria-label", `${name} ${this.words.matrixHelp}`);
  }

  /** @param {number} entry */
  chooseEntry(entry) {
    const pair = this.shown?.index.middle(entry);
    // An entry that no pair of this window reads has no pair to go to.
    if (pair) this.onPair(...pair);
  }

  /** @param {Step} step */
  moveEntry(step) {
    const index = this.shown?.index;
    const entry = index?.moved(index.entry(this.query, this.key), step);
    if (entry !== undefined) this.chooseEntry(entry);
  }

  /** @param {Step} step */
  movePair([down, across]) {
    const places = this.shown?.index.places ?? 1;
    const inside = (/** @type {number} */ at) => Math.min(places - 1, Math.max(0, at));
    this.onPair(inside(this.query + down), inside(this.key + across));
  }

  /**
   * @param {number} query
   * @param {number} key
   */
  draw(query, key) {
    this.query = query;
    this.key = key;
    const { shown, biases, words } = this;
    if (!shown || !biases) return;
    const { index, entries } = shown;
    const { side, places, made } = index;
    const entry = index.entry(query, key);
    const box = { row: Math.floor(entry / side), column: entry % side, colour: TEAL };
    this.table.draw(entries, side, side, { boxes: [box], text: `b = ${number(entries[entry])}` });
    const sharing = index.sharing(entry);
    this.matrix.draw(biases, places, places, {
      boxes: [{ row: query, column: key, colour: TEAL }],
      faint: (place) => index.index[place] !== entry,
      text: filled(words.shared, { shared: sharing.length, all: whole(places * places) }),
    });
    this.drawArrows(index, sharing);
    const [[qr, qc], [kr, kc]] = [index.placeOf(query), index.placeOf(key)];
    const signed = (/** @type {number} */ value) => String(value).replace("-", "\u2212");
    this.lines.textContent = filled(words.lines, {
      query: `(${qr}, ${qc})`,
      key: `(${kr}, ${kc})`,
      dy: signed(qr - kr),
      dx: signed(qc - kc),
      less: made - 1,
      side,
      entry,
    });
  }

  /**
   * Every pair that reads the entry, as an arrow from its query to its key: they are all parallel.
   * @param {BiasIndex} index
   * @param {[number, number][]} sharing
   */
  drawArrows(index, sharing) {
    const { window } = index;
    const context = sized(this.arrows, SIDE, SIDE);
    const size = SIDE / window;
    const style = getComputedStyle(this.arrows);
    const ink = style.getPropertyValue("--st-text-color").trim() || "#222";
    context.strokeStyle = style.getPropertyValue("--st-border-color").trim() || "#ccc";
    for (let i = 0; i <= window; i++) {
      context.strokeRect(i * size, 0, 0, SIDE);
      context.strokeRect(0, i * size, SIDE, 0);
    }
    /**
     * @param {number} place
     * @returns {[number, number]}
     */
    const middle = (place) => {
      const [row, column] = index.placeOf(place);
      return [(column + 0.5) * size, (row + 0.5) * size];
    };
    context.globalAlpha = 0.45;
    for (const [query, key] of sharing) drawArrow(context, middle(query), middle(key), ink, 1);
    context.globalAlpha = 1;
    drawArrow(context, middle(this.query), middle(this.key), TEAL, 2.6);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {[number, number]} from
 * @param {[number, number]} to
 * @param {string} colour
 * @param {number} thickness
 */
function drawArrow(context, [x0, y0], [x1, y1], colour, thickness) {
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = thickness;
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length < 1) {
    context.beginPath();
    context.arc(x0, y0, 2 + thickness, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  const head = 3 + 2 * thickness;
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1 - ux * head * 0.8, y1 - uy * head * 0.8);
  context.stroke();
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x1 - head * (ux + 0.5 * uy), y1 - head * (uy - 0.5 * ux));
  context.lineTo(x1 - head * (ux - 0.5 * uy), y1 - head * (uy + 0.5 * ux));
  context.fill();
}
