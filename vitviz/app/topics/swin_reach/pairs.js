// The relative position index: every pair of a window and the entry of the bias table that it reads.
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";
import { CellMap } from "./cells.js";
import { filled, whole } from "./controls.js";
import { ORANGE, sized } from "./pane.js";

const SIDE = 190; // CSS pixels of the window with its arrows

export class Pairs {
  /** `events`: `pair(query, key)` in places of the window. */
  constructor(parent, words, events) {
    this.words = words;
    this.events = events;
    this.root = parent.appendChild(make("div", "wr-pairs"));
    this.table = new CellMap(this.root, "", {
      hover: (r, c) => this.overEntry(r, c),
      move: (step) => this.moveEntry(step),
    });
    this.matrix = new CellMap(this.root, "", {
      hover: (q, k) => events.pair(q, k),
      move: (step) => this.movePair(step),
    });
    const last = this.root.appendChild(make("figure", "wr-map"));
    last.append(make("figcaption", "wr-map-title", words.arrows));
    this.arrows = last.appendChild(make("canvas", "wr-arrows"));
    this.arrows.setAttribute("aria-hidden", "true");
    this.lines = last.appendChild(make("div", "wr-mono"));
  }

  /** `index` (K, K) rows of the table, `table` one head's entries, for windows of `window`, a table made for `made`. */
  show({ index, table, bias, window, made, colours, dark, head, name, accent }) {
    const side = 2 * made - 1;
    Object.assign(this, { index, values: table, bias, window, made, side, places: window * window, accent });
    const top = Math.max(...table.map(Math.abs)) || 1;
    this.table.title.textContent = filled(this.words.table, { head, side });
    this.matrix.title.textContent = filled(this.words.matrix, { places: this.places });
    for (const map of [this.table, this.matrix]) map.scale(colours.weight, dark, -top, top);
    this.table.stage.setAttribute("aria-label", `${name} ${this.words.tableHelp}`);
    this.matrix.stage.setAttribute("aria-label", `${name} ${this.words.matrixHelp}`);
  }

  overEntry(row, column) {
    const found = this.index.indexOf(row * this.side + column);
    // An entry that no pair of this window reads has no pair to go to.
    if (found >= 0) this.events.pair(...this.middlePair(row * this.side + column));
  }

  /** The pair in the middle of those that share an entry. */
  middlePair(entry) {
    const sharing = [];
    for (let i = 0; i < this.index.length; i++) if (this.index[i] === entry) sharing.push(i);
    const at = sharing[Math.floor(sharing.length / 2)];
    return [Math.floor(at / this.places), at % this.places];
  }

  moveEntry([down, across]) {
    const row = Math.floor(this.entry / this.side) + down;
    const column = (this.entry % this.side) + across;
    if (row >= 0 && column >= 0 && row < this.side && column < this.side) this.overEntry(row, column);
  }

  movePair([down, across]) {
    const inside = (at) => Math.min(this.places - 1, Math.max(0, at));
    this.events.pair(inside(this.query + down), inside(this.key + across));
  }

  draw(query, key) {
    const { index, places, side, values, window, made, words } = this;
    Object.assign(this, { query, key });
    const entry = index[query * places + key];
    this.entry = entry;
    const box = { row: Math.floor(entry / side), column: entry % side, colour: ORANGE };
    this.table.draw(values, side, side, { boxes: [box], text: `b = ${number(values[entry])}` });
    let shared = 0;
    for (const one of index) if (one === entry) shared += 1;
    this.matrix.draw(this.bias, places, places, {
      boxes: [{ row: query, column: key, colour: ORANGE }],
      faint: (place) => index[place] !== entry,
      text: filled(words.shared, { shared, all: whole(places * places) }),
    });
    this.drawArrows(entry);
    const [qr, qc, kr, kc] = [Math.floor(query / window), query % window, Math.floor(key / window), key % window];
    const signed = (value) => String(value).replace("-", "\u2212");
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

  /** Every pair that reads this entry, as an arrow from its query to its key: they are all parallel. */
  drawArrows(entry) {
    const { window, places, index, arrows } = this;
    const context = sized(arrows, SIDE, SIDE);
    const size = SIDE / window;
    const style = getComputedStyle(arrows);
    const ink = style.getPropertyValue("--st-text-color").trim() || "#222";
    context.strokeStyle = style.getPropertyValue("--st-border-color").trim() || "#ccc";
    for (let i = 0; i <= window; i++) {
      context.strokeRect(i * size, 0, 0, SIDE);
      context.strokeRect(0, i * size, SIDE, 0);
    }
    const middle = (place) => [((place % window) + 0.5) * size, (Math.floor(place / window) + 0.5) * size];
    context.globalAlpha = 0.45;
    for (let i = 0; i < index.length; i++) {
      if (index[i] === entry) arrowLine(context, middle(Math.floor(i / places)), middle(i % places), ink, 1);
    }
    context.globalAlpha = 1;
    arrowLine(context, middle(this.query), middle(this.key), ORANGE, 2.6);
  }
}

function arrowLine(context, [x0, y0], [x1, y1], colour, thickness) {
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
