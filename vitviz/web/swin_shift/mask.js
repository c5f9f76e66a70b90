// The M*M x M*M table of one window: the mask, or the attention weights that come of it. Queries down, keys across.
import { colourBar, paint } from "../shared/colours.js";
import { contextOf, make, pixelRatio } from "../shared/dom.js";
import { arrowStep } from "../shared/events.js";
import { number } from "../shared/format.js";

/** @import { Shift } from "./geometry.js" */
/** @import { LabState } from "./state.js" */
/** @import { Pattern, Theme, Words } from "./types.js" */

const BAND = 9; // CSS pixels for the regions beside and above the table
const WIDEST = 320;

export class MaskView {
  /**
   * @param {HTMLElement} parent
   * @param {(query: number, key: number) => void} onCell is called with the cell below the pointer or the arrow keys
   * @param {Words} words
   */
  constructor(parent, onCell, words) {
    this.onCell = onCell;
    this.words = words;
    this.root = parent.appendChild(make("section", "vs-mask"));
    this.title = this.root.appendChild(make("div", "vs-title"));
    /** @type {HTMLCanvasElement} */
    this.canvas = this.root.appendChild(make("canvas"));
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.legend = this.root.appendChild(make("div", "vs-legend"));
    this.cells = document.createElement("canvas");
    this.context = contextOf(this.canvas);
    this.side = WIDEST;
    this.ratio = 1;
    this.size = 1;
    this.painted = "";
    /** @type {[number, number]} */
    this.pair = [0, 0];
    this.canvas.addEventListener("pointermove", (event) => this.pointed(event));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {PointerEvent} event */
  pointed(event) {
    const box = this.canvas.getBoundingClientRect();
    /**
     * @param {number} where
     * @param {number} side
     */
    const at = (where, side) => Math.floor(((where - BAND) / (side - BAND)) * this.size);
    const [i, j] = [at(event.clientY - box.top, box.height), at(event.clientX - box.left, box.width)];
    if (i >= 0 && j >= 0 && i < this.size && j < this.size) this.onCell(i, j);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = arrowStep(event);
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const [i, j] = this.pair;
    /** @param {number} value */
    const inside = (value) => Math.min(this.size - 1, Math.max(0, value));
    this.onCell(inside(i + step[0]), inside(j + step[1]));
  }

  fit() {
    this.ratio = pixelRatio(this.canvas);
    this.side = Math.min(this.root.clientWidth || 280, WIDEST);
    this.canvas.width = this.canvas.height = Math.round(this.side * this.ratio);
    this.canvas.style.width = this.canvas.style.height = `${this.side}px`;
    this.painted = "";
  }

  /**
   * The mask of the chosen window, or with `pattern` its attention.
   * @param {LabState} state
   * @param {Theme} theme
   * @param {Pattern | null} pattern
   */
  draw({ shifted: shift, chosen, query, key }, theme, pattern) {
    this.size = shift.size;
    this.pair = [query ?? 0, key ?? 0];
    const { height, width } = shift.grid;
    const parts = [theme.dark, height, width, shift.size, shift.shift, shift.maskOf[chosen], chosen, pattern?.key];
    const painted = parts.join(" ");
    if (painted !== this.painted) this.paintCells(shift, chosen, theme, pattern);
    this.painted = painted;
    const { context, ratio, side } = this;
    const cell = ((side - BAND) * ratio) / this.size;
    const band = BAND * ratio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.cells, band, band, this.size * cell, this.size * cell);
    for (let i = 0; i < this.size; i++) {
      context.fillStyle = theme.hues[shift.regions[chosen * this.size + i]];
      context.fillRect(0, band + i * cell, band - 2, cell + 0.5);
      context.fillRect(band + i * cell, 0, cell + 0.5, band - 2);
    }
    this.box(band, band, this.size * cell, this.size * cell, theme.line, 1);
    if (query === null) return;
    this.box(band, band + query * cell, this.size * cell, cell, theme.accent, 1);
    if (key === null) return;
    this.box(band + key * cell, band, cell, this.size * cell, theme.second, 1);
    this.box(band + key * cell, band + query * cell, cell, cell, theme.text, 2);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} w
   * @param {number} h
   * @param {string} colour
   * @param {number} width
   */
  box(x, y, w, h, colour, width) {
    this.context.strokeStyle = colour;
    this.context.lineWidth = width * this.ratio;
    this.context.strokeRect(x, y, w, h);
  }

  /**
   * @param {Shift} shift
   * @param {number} chosen
   * @param {Theme} theme
   * @param {Pattern | null} pattern
   */
  paintCells(shift, chosen, theme, pattern) {
    const { size, words } = this;
    if (pattern) {
      paint(this.cells, pattern.values, pattern.first, size, size, theme.attention, 0, pattern.high);
      this.legend.replaceChildren(colourBar(theme.attentionScale, theme.dark, 0, pattern.high, words.weight));
      return;
    }
    const cut = new Float32Array(size * size);
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) cut[i * size + j] = shift.cut(chosen, i, j) ? theme.masked : 0;
    paint(this.cells, cut, 0, size, size, theme.difference, theme.masked, -theme.masked);
    const masked = number(theme.masked).replace(/\.0*$/, "");
    this.legend.replaceChildren(
      this.swatch(0, `0  ${words.meets}`, theme),
      this.swatch(theme.masked, `${masked}  ${words.cutAway}`, theme),
    );
  }

  /**
   * @param {number} value
   * @param {string} text
   * @param {Theme} theme
   */
  swatch(value, text, theme) {
    const item = make("span", "vs-key");
    const swatch = item.appendChild(make("canvas", "vs-swatch"));
    paint(swatch, Float32Array.of(value), 0, 1, 1, theme.difference, theme.masked, -theme.masked);
    item.append(text);
    return item;
  }
}
