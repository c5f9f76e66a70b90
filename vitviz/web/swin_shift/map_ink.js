// What is drawn over a map of patches: the unit is a patch, lines are light over dark.
import { label, stroked } from "./drawing.js";

/** @import { Stroke } from "./drawing.js" */
/** @import { Windows } from "./geometry.js" */
/** @import { Weights } from "./theme.js" */
/** @import { Place, Theme } from "./types.js" */

export class MapInk {
  /** @param {CanvasRenderingContext2D} context */
  constructor(context) {
    this.context = context;
    this.unit = 1; // device pixels of a patch
    this.ratio = 1; // device pixels of a CSS pixel
  }

  /**
   * @param {Windows} windows
   * @param {number} chosen
   * @param {number} alpha
   * @param {Theme} theme
   */
  veil(windows, chosen, alpha, theme) {
    if (alpha <= 0) return;
    const { context, unit } = this;
    const [row, column, side] = windows.box(chosen);
    context.fillStyle = theme.ground;
    context.globalAlpha = alpha;
    context.beginPath();
    context.rect(0, 0, windows.width * unit, windows.height * unit);
    context.rect(column * unit, row * unit, side * unit, side * unit);
    context.fill("evenodd");
    context.globalAlpha = 1;
  }

  /**
   * @param {Windows} windows
   * @param {number} chosen
   * @param {Weights} weights
   * @param {number} alpha
   */
  weights(windows, chosen, weights, alpha) {
    const { context, unit } = this;
    context.globalAlpha = 0.9 * alpha;
    for (let place = 0; place < windows.size; place++) {
      const [row, column] = windows.place(windows.cells[chosen * windows.size + place]);
      context.fillStyle = weights.css(place);
      context.fillRect(column * unit, row * unit, unit, unit);
    }
    context.globalAlpha = 1;
  }

  /**
   * @param {Windows} windows
   * @param {number} offset patches that the borders stand away from the regular ones
   */
  borders({ height, width, grid }, offset) {
    const { context, unit } = this;
    /** @param {number[]} ends */
    const line = (...ends) => {
      const [x0, y0, x1, y1] = ends.map((end) => Math.round(end * unit));
      context.moveTo(x0, y0);
      context.lineTo(x1, y1);
    };
    /** @type {Stroke[]} */
    const strokes = [
      ["rgb(0 0 0 / .75)", 3.4],
      ["#fff", 1.8],
    ];
    stroked(context, this.ratio, strokes, () => {
      context.beginPath();
      for (let c = offset; c <= width; c += grid.window) line(c, 0, c, height);
      for (let r = offset; r <= height; r += grid.window) line(0, r, width, r);
      context.stroke();
      context.strokeRect(0, 0, width * unit, height * unit);
    });
  }

  /**
   * A text in the middle of a box, if there is room for it.
   * @param {string} text
   * @param {number} x
   * @param {number} y
   * @param {number} w
   * @param {number} h
   * @param {string} family
   */
  text(text, x, y, w, h, family) {
    const { context, ratio } = this;
    const size = Math.min(15 * ratio, 0.62 * h);
    const font = `600 ${size}px ${family}`;
    context.font = font;
    if (size < 6.5 * ratio || context.measureText(text).width > w - 2 * ratio) return;
    label(context, text, x + w / 2, y + h / 2, font, 2.6 * ratio);
  }

  /**
   * A frame of `side` x `side` patches around a place.
   * @param {Place} place
   * @param {number} side
   * @param {string} colour
   * @param {number} width
   */
  frame([row, column], side, colour, width) {
    const { unit } = this;
    this.outline(Math.round(column * unit), Math.round(row * unit), side * unit, side * unit, colour, width);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} w
   * @param {number} h
   * @param {string} colour
   * @param {number} width
   */
  outline(x, y, w, h, colour, width) {
    /** @type {Stroke[]} */
    const strokes = [
      ["rgb(0 0 0 / .7)", width + 3],
      ["#fff", width + 1.6],
      [colour, width],
    ];
    stroked(this.context, this.ratio, strokes, () => this.context.strokeRect(x, y, w, h));
  }
}
