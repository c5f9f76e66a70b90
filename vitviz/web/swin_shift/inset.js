// The picture itself, small: where the patches of the chosen window really lie.
import { contextOf, make, pixelRatio } from "../shared/dom.js";
import { label, stroked } from "./drawing.js";

/** @import { Shift, Windows } from "./geometry.js" */
/** @import { Stroke } from "./drawing.js" */
/** @import { LabState } from "./state.js" */
/** @import { Weights } from "./theme.js" */
/** @import { Piece, Theme } from "./types.js" */

const HIGHEST = 212; // CSS pixels
const TINT = 0.42;

export class InsetView {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.root = parent.appendChild(make("section", "vs-inset"));
    this.title = this.root.appendChild(make("div", "vs-title"));
    /** @type {HTMLCanvasElement} */
    this.canvas = this.root.appendChild(make("canvas"));
    this.canvas.setAttribute("role", "img");
    this.context = contextOf(this.canvas);
    this.ratio = 1;
    this.unit = 1;
  }

  /**
   * @param {Windows} windows
   * @param {HTMLImageElement} image
   * @param {Theme} theme
   */
  show(windows, image, theme) {
    this.windows = windows;
    this.image = image;
    this.theme = theme;
    const { height, width } = windows;
    this.ratio = pixelRatio(this.canvas);
    const room = Math.min(this.root.clientWidth || 200, (HIGHEST * width) / height);
    this.unit = (room * this.ratio) / width;
    this.canvas.width = Math.round(room * this.ratio);
    this.canvas.height = Math.round(this.unit * height);
    this.canvas.style.width = `${room}px`;
  }

  /**
   * The chosen window's pieces, tinted or (with `weights`) in the colours of the attention weights, and the opened pair.
   * @param {LabState} state
   * @param {Weights | null} weights
   */
  draw({ shifted: shift, chosen, query, key }, weights) {
    const { context, windows, theme, ratio } = this;
    if (!windows || !theme) return;
    context.fillStyle = theme.padding;
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.drawPicture();
    context.fillStyle = theme.ground;
    context.globalAlpha = 0.5;
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    context.globalAlpha = 1;
    const own = shift.pieces.filter((piece) => piece.window === chosen);
    for (const piece of own) this.piece(piece, theme, weights ? 0 : TINT);
    if (weights) this.drawWeights(shift, chosen, weights, windows);
    for (const piece of own) this.edge(piece, theme);
    const first = chosen * windows.size;
    const from = query === null ? null : this.mark(windows.place(shift.origins[first + query]), theme.accent);
    const to = key === null ? null : this.mark(windows.place(shift.origins[first + key]), theme.second);
    if (!from || !to || query === null || key === null) return;
    context.strokeStyle = theme.second;
    context.lineWidth = 1.5 * ratio;
    context.setLineDash(shift.cut(chosen, query, key) ? [3 * ratio, 3 * ratio] : []);
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
    context.setLineDash([]);
  }

  drawPicture() {
    const { image, windows, unit } = this;
    if (!image?.complete || !image.naturalWidth || !windows) return;
    this.context.drawImage(image, 0, 0, windows.grid.width * unit, windows.grid.height * unit);
  }

  /**
   * @param {Piece} piece
   * @returns {[number, number, number, number]}
   */
  rectangle({ left, top, width, height }) {
    const { unit } = this;
    return [left * unit, top * unit, width * unit, height * unit];
  }

  /**
   * @param {Piece} piece
   * @param {Theme} theme
   * @param {number} tint
   */
  piece(piece, theme, tint) {
    const { context } = this;
    const rectangle = this.rectangle(piece);
    context.save();
    context.beginPath();
    context.rect(...rectangle);
    context.clip();
    context.fillStyle = theme.padding;
    context.fillRect(...rectangle);
    this.drawPicture();
    context.globalAlpha = tint;
    context.fillStyle = theme.hues[piece.region];
    context.fillRect(...rectangle);
    context.restore();
  }

  /**
   * @param {Shift} shift
   * @param {number} chosen
   * @param {Weights} weights
   * @param {Windows} windows
   */
  drawWeights(shift, chosen, weights, windows) {
    const { context, unit } = this;
    const first = chosen * windows.size;
    context.globalAlpha = 0.9;
    for (let place = 0; place < windows.size; place++) {
      const [row, column] = windows.place(shift.origins[first + place]);
      context.fillStyle = weights.css(place);
      context.fillRect(column * unit, row * unit, unit + 0.5, unit + 0.5);
    }
    context.globalAlpha = 1;
  }

  /**
   * @param {Piece} piece
   * @param {Theme} theme
   */
  edge(piece, theme) {
    const { context, ratio } = this;
    const [x, y, w, h] = this.rectangle(piece);
    /** @type {Stroke[]} */
    const strokes = [
      ["rgb(0 0 0 / .7)", 3],
      ["#fff", 1.4],
    ];
    stroked(context, ratio, strokes, () => context.strokeRect(x, y, w, h));
    const size = 11 * ratio;
    if (Math.min(w, h) < size) return;
    label(context, String(piece.region), x + w / 2, y + h / 2, `600 ${size}px ${theme.font}`, 2.4 * ratio);
  }

  /**
   * A box around one place of the padded map.
   * @param {[number, number]} place
   * @param {string} colour
   * @returns {[number, number]} its middle
   */
  mark([row, column], colour) {
    const { context, unit, ratio } = this;
    /** @type {Stroke[]} */
    const strokes = [
      ["rgb(0 0 0 / .8)", 5],
      ["#fff", 3.6],
      [colour, 2.2],
    ];
    stroked(context, ratio, strokes, () => context.strokeRect(column * unit, row * unit, unit, unit));
    return [(column + 0.5) * unit, (row + 0.5) * unit];
  }
}
