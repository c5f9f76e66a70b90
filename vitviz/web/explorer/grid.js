// Every head of every layer as a small map, all for the same token, painted into one canvas.
import { contextOf, make } from "../shared/dom.js";
import { drawMarks } from "./grid_marks.js";

/** @import { Shades } from "../shared/shades.js" */
/** @import { GridLayout } from "./grid_layout.js" */
/** @import { Choice, Ink } from "./types.d.ts" */
/** @typedef {{ hover: (cell: Choice | null) => void, choose: (cell: Choice, second: boolean) => void }} GridEvents */

export class GridView {
  /**
   * @param {HTMLElement} parent
   * @param {GridEvents} events
   */
  constructor(parent, events) {
    /** @type {GridLayout | null} */
    this.layout = null;
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

  /** @param {GridLayout} layout */
  setLayout(layout) {
    this.layout = layout;
    const { size, shrink } = layout;
    for (const canvas of [this.atlas, this.marks]) {
      Object.assign(canvas, size);
      canvas.style.width = `${size.width * shrink}px`;
      canvas.style.height = `${size.height * shrink}px`;
    }
    this.image = contextOf(this.atlas).createImageData(size.width, size.height);
    this.target = new Uint32Array(this.image.data.buffer);
  }

  /**
   * The map under the pointer.
   * @param {MouseEvent} event
   * @returns {Choice | null}
   */
  at(event) {
    const box = this.atlas.getBoundingClientRect();
    if (!this.layout || !box.width) return null;
    return this.layout.at((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }

  /**
   * Put one map into the canvas's pixels; `flush` brings them to the screen.
   * @param {Choice} cell
   * @param {ArrayLike<number>} values
   * @param {number} offset
   * @param {Shades} shades
   */
  paint(cell, values, offset, shades) {
    const { layout, target } = this;
    const place = layout?.placeOf(cell);
    if (!layout || place === undefined) return;
    const [rows, columns] = layout.layers[cell.layer].shape;
    const [left, top] = layout.corner(place);
    const { width, height } = layout.map;
    const across = width / columns;
    const down = height / rows;
    const stride = layout.size.width;
    for (let r = 0; r < rows; r++) {
      const y0 = top + Math.round(r * down);
      const y1 = top + Math.round((r + 1) * down);
      const first = y0 * stride;
      for (let c = 0; c < columns; c++) {
        const x0 = first + left + Math.round(c * across);
        const x1 = first + left + Math.round((c + 1) * across);
        const pixel = shades.pixel(values[offset + r * columns + c]);
        if (x1 - x0 === 1) target[x0] = pixel;
        else target.fill(pixel, x0, x1);
      }
      for (let y = y0 + 1; y < y1; y++) target.copyWithin(y * stride + left, first + left, first + left + width);
    }
  }

  /**
   * Show nothing where a map is not known.
   * @param {Choice} cell
   */
  blank(cell) {
    const { layout } = this;
    const place = layout?.placeOf(cell);
    if (!layout || place === undefined) return;
    const [left, top] = layout.corner(place);
    const stride = layout.size.width;
    for (let y = top; y < top + layout.map.height; y++)
      this.target.fill(0, y * stride + left, y * stride + left + layout.map.width);
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
    if (this.layout) drawMarks(contextOf(this.marks), this.layout, { chosen, second }, ink);
  }
}
