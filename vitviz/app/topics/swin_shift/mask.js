// The M*M x M*M table of one window: the mask, or the attention weights that come of it. Queries down, keys across.
import { colourBar, paint } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";

const BAND = 9; // CSS pixels for the regions beside and above the table

export class MaskView {
  /** `events`: `cell(i, j)`, `leave()`; the arrow keys move the cell. */
  constructor(parent, events, words) {
    Object.assign(this, { events, words });
    this.root = parent.appendChild(make("section", "vs-mask"));
    this.title = this.root.appendChild(make("div", "vs-title"));
    this.canvas = this.root.appendChild(make("canvas"));
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.legend = this.root.appendChild(make("div", "vs-legend"));
    this.cells = document.createElement("canvas");
    this.context = this.canvas.getContext("2d");
    this.canvas.addEventListener("pointermove", (event) => this.pointed(event));
    this.canvas.addEventListener("pointerleave", () => events.leave());
    this.canvas.addEventListener("keydown", (event) => this.key(event));
  }

  pointed(event) {
    const box = this.canvas.getBoundingClientRect();
    const at = (where, side) => Math.floor(((where - BAND) / (side - BAND)) * this.size);
    const [i, j] = [at(event.clientY - box.top, box.height), at(event.clientX - box.left, box.width)];
    if (i >= 0 && j >= 0 && i < this.size && j < this.size) this.events.cell(i, j);
  }

  key(event) {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const [i, j] = this.pair ?? [0, 0];
    const inside = (value) => Math.min(this.size - 1, Math.max(0, value));
    this.events.cell(inside(i + step[0]), inside(j + step[1]));
  }

  fit() {
    const ratio = globalThis.devicePixelRatio || 1;
    this.side = Math.min(this.root.clientWidth || 280, 320);
    this.ratio = ratio;
    this.canvas.width = this.canvas.height = Math.round(this.side * ratio);
    this.canvas.style.width = this.canvas.style.height = `${this.side}px`;
    this.painted = "";
  }

  /** Show the mask of a window, or with `weights` (floats, their first index, largest value) its attention. */
  draw({ shift, chosen, query, key }, look, weights) {
    this.size = shift.size;
    this.pair = query === null ? null : [query, key ?? 0];
    const painted = `${look.dark} ${shift.grid.height} ${shift.grid.width} ${shift.size} ${shift.shift} ${shift.maskOf[chosen]} ${chosen} ${weights?.key ?? ""}`;
    if (painted !== this.painted) this.paintCells(shift, chosen, look, weights);
    this.painted = painted;
    const { context, ratio, side } = this;
    const cell = ((side - BAND) * ratio) / this.size;
    const band = BAND * ratio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.cells, band, band, this.size * cell, this.size * cell);
    this.bands(shift, chosen, look, cell, band);
    context.strokeStyle = look.line;
    context.lineWidth = ratio;
    context.strokeRect(band, band, this.size * cell, this.size * cell);
    if (query !== null) this.cross(query, key, cell, band, look);
  }

  bands(shift, chosen, look, cell, band) {
    const { context } = this;
    for (let i = 0; i < this.size; i++) {
      context.fillStyle = look.hues[shift.regions[chosen * this.size + i]];
      context.fillRect(0, band + i * cell, band - 2, cell + 0.5);
      context.fillRect(band + i * cell, 0, cell + 0.5, band - 2);
    }
  }

  cross(query, key, cell, band, look) {
    const { context, ratio, size } = this;
    const boxes = [[band, band + query * cell, size * cell, cell, look.accent, 1]];
    if (key !== null) boxes.push([band + key * cell, band, cell, size * cell, look.second, 1]);
    if (key !== null) boxes.push([band + key * cell, band + query * cell, cell, cell, look.text, 2]);
    for (const [x, y, w, h, colour, width] of boxes) {
      context.strokeStyle = colour;
      context.lineWidth = width * ratio;
      context.strokeRect(x, y, w, h);
    }
  }

  paintCells(shift, chosen, look, weights) {
    const { size } = this;
    this.legend.replaceChildren();
    if (weights) {
      paint(this.cells, weights.values, weights.first, size, size, look.attention, 0, weights.high);
      this.legend.append(colourBar(look.attentionScale, look.dark, 0, weights.high, this.words.weight));
      return;
    }
    const cut = new Float32Array(size * size);
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) cut[i * size + j] = shift.cut(chosen, i, j) ? look.masked : 0;
    paint(this.cells, cut, 0, size, size, look.difference, look.masked, -look.masked);
    for (const [value, text] of [
      [0, this.words.meets],
      [look.masked, this.words.cutAway],
    ]) {
      const swatch = make("canvas", "vs-swatch");
      paint(swatch, Float32Array.of(value), 0, 1, 1, look.difference, look.masked, -look.masked);
      const item = make("span", "vs-key");
      item.append(swatch, `${value === 0 ? "0" : number(value).replace(/\.0*$/, "")}  ${text}`);
      this.legend.append(item);
    }
  }
}
