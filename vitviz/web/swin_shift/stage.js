// The map of patches on its way: regular windows, displaced ones, the roll, the regions, and back. Draws, decides nothing.
import { contextOf, make, pixelRatio } from "../shared/dom.js";
import { stroked } from "./drawing.js";
import { MapInk } from "./map_ink.js";
import { drawSheet } from "./sheet.js";
import { displaced, labelled, pairShown, rolled, tinted, veiled, weighed, windowFramed } from "./timeline.js";

/** @import { Shift, Windows } from "./geometry.js" */
/** @import { Stroke } from "./drawing.js" */
/** @import { LabState } from "./state.js" */
/** @import { Weights } from "./theme.js" */
/** @import { Piece, Place, Theme } from "./types.js" */
/**
 * What is called with places of the padded map.
 * @typedef {{ hover: (place: Place) => void, choose: (place: Place) => void, leave: () => void,
 *   key: (event: KeyboardEvent) => void }} StageListeners
 */

const HIGHEST = 428; // CSS pixels
const WIDEST = 560;
/**
 * @param {number} from
 * @param {number} to
 * @param {number} at
 */
const lerp = (from, to, at) => from + (to - from) * at;
/** @param {Piece} piece */
const travels = (piece) => Number(piece.toTop > piece.top || piece.toLeft > piece.left);

export class StageView {
  /**
   * @param {HTMLElement} parent
   * @param {StageListeners} listeners
   */
  constructor(parent, listeners) {
    this.root = parent.appendChild(make("section", "vs-stage"));
    this.title = this.root.appendChild(make("div", "vs-title"));
    /** @type {HTMLCanvasElement} */
    this.canvas = this.root.appendChild(make("canvas", "vs-map"));
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.context = contextOf(this.canvas);
    this.sheet = document.createElement("canvas");
    this.ink = new MapInk(this.context);
    this.canvas.addEventListener("pointermove", (event) => this.pointed(event, listeners.hover));
    this.canvas.addEventListener("click", (event) => this.pointed(event, listeners.choose));
    this.canvas.addEventListener("pointerleave", () => listeners.leave());
    this.canvas.addEventListener("keydown", listeners.key);
  }

  /**
   * @param {MouseEvent} event
   * @param {(place: Place) => void} callback
   */
  pointed(event, callback) {
    if (!this.windows) return;
    const { height, width } = this.windows;
    const box = this.canvas.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * height);
    const column = Math.floor(((event.clientX - box.left) / box.width) * width);
    if (row >= 0 && column >= 0 && row < height && column < width) callback([row, column]);
  }

  /**
   * Another map, picture, theme or width: as many whole device pixels a patch as there is room for, so that pieces meet
   * without a seam.
   * @param {Windows} windows
   * @param {HTMLImageElement} image
   * @param {Theme} theme
   */
  show(windows, image, theme) {
    this.windows = windows;
    this.theme = theme;
    const { ink } = this;
    const { height, width } = windows;
    this.ink.ratio = pixelRatio(this.canvas);
    const room = Math.min(this.root.clientWidth || HIGHEST, (HIGHEST * width) / height, WIDEST);
    this.ink.unit = Math.max(1, Math.floor((room * this.ink.ratio) / width));
    this.canvas.width = this.sheet.width = this.ink.unit * width;
    this.canvas.height = this.sheet.height = this.ink.unit * height;
    this.canvas.style.width = `${this.canvas.width / this.ink.ratio}px`;
    drawSheet(this.sheet, windows, image, theme, ink.unit, ink.ratio);
  }

  /**
   * Where a piece stands, in device pixels, when the map is rolled by the part `e`.
   * @param {Piece} piece
   * @param {number} e
   * @returns {[number, number]}
   */
  at(piece, e) {
    const { unit } = this.ink;
    return [Math.round(lerp(piece.left, piece.toLeft, e) * unit), Math.round(lerp(piece.top, piece.toTop, e) * unit)];
  }

  /**
   * Everything at the state's time.
   * @param {LabState} state
   * @param {Weights | null} weights of the query, where the time shows them
   */
  draw(state, weights) {
    const { windows, theme } = this;
    if (!windows || !theme) return;
    const { t, shifted: shift } = state;
    const e = rolled(t);
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.drawPieces(shift, e, tinted(t), theme);
    this.ink.veil(windows, state.chosen, veiled(t), theme);
    if (weighed(t) > 0 && weights) this.ink.weights(windows, state.chosen, weights, weighed(t));
    this.ink.borders(windows, displaced(t) * shift.shift);
    this.drawLabels(state, e, theme);
    if (pairShown(t) && shift.pair) this.drawPair(windows, shift, shift.pair, t, e, theme);
    const [row, column, side] = windows.box(state.chosen);
    if (windowFramed(t)) this.ink.frame([row, column], side, theme.accent, 3);
    if (veiled(t) > 0.3) this.drawMarks(windows, state, theme);
    if (state.cursor) this.ink.frame(state.cursor, 1, "#fff", 2);
  }

  /**
   * @param {Shift} shift
   * @param {number} e
   * @param {number} tint
   * @param {Theme} theme
   */
  drawPieces(shift, e, tint, theme) {
    const { unit } = this.ink;
    const { context } = this;
    const moves = e > 0 && e < 1;
    const ordered = moves ? [...shift.pieces].sort((a, b) => travels(a) - travels(b)) : shift.pieces;
    for (const piece of ordered) {
      const [x, y] = this.at(piece, e);
      const [w, h] = [piece.width * unit, piece.height * unit];
      context.drawImage(this.sheet, piece.left * unit, piece.top * unit, w, h, x, y, w, h);
      context.globalAlpha = tint;
      context.fillStyle = theme.hues[piece.region];
      context.fillRect(x, y, w, h);
      context.globalAlpha = 1;
      if (moves && travels(piece)) this.ink.outline(x, y, w, h, theme.hues[piece.region], 2);
    }
  }

  /**
   * @param {LabState} state
   * @param {number} e
   * @param {Theme} theme
   */
  drawLabels({ t, shifted: shift, regular }, e, theme) {
    const what = labelled(t);
    if (what === "none") return;
    // The marked neighbours lie in the middle of their piece: its label moves up to stay readable.
    const slot = pairShown(t) && shift.pair ? shift.slotOf.get(shift.pair[0]) : undefined;
    const crowded = slot === undefined ? undefined : shift.piece(Math.floor(slot / shift.size), shift.regions[slot]);
    for (const piece of what === "window" ? regular.pieces : shift.pieces) {
      const text = { window: piece.window, size: `${piece.height}\u00d7${piece.width}`, region: piece.region }[what];
      const [x, y] = this.at(piece, what === "window" ? 0 : e);
      const room = piece === crowded ? 0.5 : 1;
      this.ink.text(String(text), x, y, piece.width * this.ink.unit, piece.height * this.ink.unit * room, theme.font);
    }
  }

  /**
   * The two neighbours, and whether a border runs between them: a cross cuts the line that joins them.
   * @param {Windows} windows
   * @param {Shift} shift
   * @param {[number, number]} pair
   * @param {number} t
   * @param {number} e
   * @param {Theme} theme
   */
  drawPair(windows, shift, pair, t, e, theme) {
    const { unit, ratio } = this.ink;
    const { context } = this;
    const boxes = pair.map((token) => {
      const slot = shift.slotOf.get(token) ?? 0;
      const [row, column] = windows.place(shift.origins[slot]);
      const [toRow, toColumn] = windows.place(windows.cells[slot]);
      return /** @type {const} */ ([lerp(row, toRow, e), lerp(column, toColumn, e)]);
    });
    for (const box of boxes) this.ink.frame(box, 1, theme.second, 2.5);
    const [[row, left], [, right]] = boxes;
    const [y, x] = [(row + 0.5) * unit, ((left + right) / 2 + 0.5) * unit];
    const apart = t < 1.9 || !shift.joined;
    const arm = Math.max(unit * 0.9, 13 * ratio) * 0.45;
    /** @type {Stroke[]} */
    const strokes = [
      ["rgb(0 0 0 / .8)", 5],
      [apart ? "#ff6b4a" : "#fff", 2.4],
    ];
    stroked(context, ratio, strokes, () => {
      context.beginPath();
      if (apart) {
        context.moveTo(x - arm, y - arm);
        context.lineTo(x + arm, y + arm);
        context.moveTo(x + arm, y - arm);
        context.lineTo(x - arm, y + arm);
      } else {
        context.moveTo(x - unit / 2, y);
        context.lineTo(x + unit / 2, y);
      }
      context.stroke();
    });
  }

  /**
   * Query and key of the opened pair, and crosses on the keys that the mask cuts off from the query.
   * @param {Windows} windows
   * @param {LabState} state
   * @param {Theme} theme
   */
  drawMarks(windows, { shifted: shift, chosen, query, key }, theme) {
    const { unit } = this.ink;
    const { context } = this;
    const first = chosen * windows.size;
    /** @param {number} place */
    const placeOf = (place) => windows.place(windows.cells[first + place]);
    if (query !== null) {
      /** @type {Stroke[]} */
      const strokes = [
        ["rgb(0 0 0 / .55)", 3],
        ["#fff", 1.3],
      ];
      stroked(context, this.ink.ratio, strokes, () => {
        context.beginPath();
        for (let j = 0; j < windows.size; j++) {
          if (!shift.cut(chosen, query, j)) continue;
          const [row, column] = placeOf(j);
          context.moveTo((column + 0.3) * unit, (row + 0.3) * unit);
          context.lineTo((column + 0.7) * unit, (row + 0.7) * unit);
          context.moveTo((column + 0.3) * unit, (row + 0.7) * unit);
          context.lineTo((column + 0.7) * unit, (row + 0.3) * unit);
        }
        context.stroke();
      });
      this.ink.frame(placeOf(query), 1, theme.accent, 3);
    }
    if (key !== null) this.ink.frame(placeOf(key), 1, theme.second, 3);
  }
}
