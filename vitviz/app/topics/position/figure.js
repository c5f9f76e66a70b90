// The figure of the paper: a tile for every patch, in its place, and in it a cell for every patch.
import { make } from "../../../web/shared/dom.js";

const WIDE = 800; // canvas pixels that the figure should have at least, so that it stays sharp when it is drawn smaller
const GAP = 4; // canvas pixels between two tiles, at most
const SHRINK_MS = 250; // between two times that a figure is drawn while it fills up
const SLICE_MS = 12; // of a frame; a large figure fills up while everything else goes on

export class Figure {
  /** `events`: `hover(token, other)`, `leave()`, `choose(token)`. */
  constructor(parent, events) {
    this.root = parent.appendChild(make("section", "vp-figure"));
    this.title = this.root.appendChild(make("div", "vx-title"));
    this.frame = this.root.appendChild(make("div", "vp-tiles"));
    this.frame.tabIndex = 0;
    this.frame.setAttribute("role", "application");
    this.seen = this.frame.appendChild(make("canvas"));
    this.canvas = make("canvas"); // every cell in whole pixels; what is seen is that, drawn smaller
    this.context = this.canvas.getContext("2d");
    this.resizing = new ResizeObserver(() => this.shrink());
    this.resizing.observe(this.frame);
    this.query = this.frame.appendChild(make("div", "vp-tile-at"));
    this.other = this.frame.appendChild(make("div", "vp-cell-at"));
    this.note = this.root.appendChild(make("div", "vp-note"));
    this.frame.addEventListener("pointermove", (event) => this.pointed(event, events.hover));
    this.frame.addEventListener("pointerleave", () => events.leave());
    this.frame.addEventListener("click", (event) => this.pointed(event, (token) => events.choose(token)));
  }

  show(map, words) {
    this.map = map;
    this.title.textContent = words.figure;
    this.note.textContent = words.figure_axes.replace("{rows}", map.rows - 1).replace("{columns}", map.columns - 1);
    this.frame.setAttribute("aria-label", words.figure_label);
    const { rows, columns } = map;
    this.cell = Math.max(1, Math.ceil(WIDE / (columns * (columns + 1))));
    this.gap = Math.min(this.cell, GAP);
    this.step = [rows * this.cell + this.gap, columns * this.cell + this.gap]; // canvas pixels from tile to tile
    this.canvas.width = columns * this.step[1] - this.gap;
    this.canvas.height = rows * this.step[0] - this.gap;
    this.frame.style.aspectRatio = `${this.canvas.width} / ${this.canvas.height}`;
    this.image = this.context.createImageData(columns * this.cell, rows * this.cell);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /** Paint all tiles, in slices of a frame; a later call ends an earlier one. */
  paint(cosines, shades) {
    cancelAnimationFrame(this.frameRequest);
    const row = new Float64Array(cosines.count);
    const first = this.map.prefix.length;
    let token = first;
    let shrunk = performance.now();
    const slice = () => {
      const end = performance.now() + SLICE_MS;
      while (token < cosines.count && performance.now() < end)
        this.tile(token - first, cosines.row(token++, row), shades);
      if (token < cosines.count) this.frameRequest = requestAnimationFrame(slice);
      if (token === cosines.count || performance.now() > shrunk + SHRINK_MS) {
        this.shrink();
        shrunk = performance.now();
      }
      this.frame.dataset.painted = String(token - first);
    };
    slice();
  }

  /** Averages where a browser's own scaling would leave lines out, and with them make tiles that there are not. */
  shrink() {
    if (!this.map) return;
    const density = globalThis.devicePixelRatio || 1;
    const width = Math.max(1, Math.round(this.frame.clientWidth * density));
    const height = Math.max(1, Math.round(this.frame.clientHeight * density));
    if (this.seen.width !== width || this.seen.height !== height) Object.assign(this.seen, { width, height });
    const context = this.seen.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.clearRect(0, 0, width, height);
    context.drawImage(this.canvas, 0, 0, width, height);
  }

  destroy() {
    cancelAnimationFrame(this.frameRequest);
    this.resizing.disconnect();
  }

  tile(patch, values, shades) {
    const { rows, columns, prefix } = this.map;
    const { cell, pixels, step } = this;
    const width = columns * cell;
    for (let place = 0; place < rows * columns; place++) {
      const colour = shades.pixel(values[prefix.length + place]);
      const start = Math.floor(place / columns) * cell * width + (place % columns) * cell;
      for (let y = 0; y < cell; y++) pixels.fill(colour, start + y * width, start + y * width + cell);
    }
    this.context.putImageData(this.image, (patch % columns) * step[1], Math.floor(patch / columns) * step[0]);
  }

  /** Tell which tile, and which cell of it, an event is at. */
  pointed(event, tell) {
    const { rows, columns, prefix } = this.map;
    const box = this.frame.getBoundingClientRect();
    const [row, r] = this.along((event.clientY - box.top) / box.height, this.canvas.height, this.step[0], rows);
    const [column, c] = this.along((event.clientX - box.left) / box.width, this.canvas.width, this.step[1], columns);
    tell(prefix.length + row * columns + column, prefix.length + r * columns + c);
  }

  /** Tile and cell along one side, at a share of its length. */
  along(share, length, step, count) {
    const at = Math.min(length - 1, Math.max(0, share * length));
    const tile = Math.min(count - 1, Math.floor(at / step));
    return [tile, Math.min(count - 1, Math.floor((at - tile * step) / this.cell))];
  }

  /** Mark the tile of `query` and in it the cell of `other`; a prefix token has neither. */
  point(query, other) {
    const { columns, rows, prefix } = this.map;
    const [tile, inside] = [query - prefix.length, other - prefix.length];
    this.query.hidden = tile < 0;
    this.other.hidden = tile < 0 || inside < 0;
    const top = Math.floor(tile / columns) * this.step[0];
    const left = (tile % columns) * this.step[1];
    this.box(this.query, top, left, rows * this.cell, columns * this.cell);
    this.box(
      this.other,
      top + Math.floor(inside / columns) * this.cell,
      left + (inside % columns) * this.cell,
      this.cell,
      this.cell,
    );
  }

  box(mark, top, left, height, width) {
    const { canvas } = this;
    mark.style.top = `${(100 * top) / canvas.height}%`;
    mark.style.left = `${(100 * left) / canvas.width}%`;
    mark.style.height = `${(100 * height) / canvas.height}%`;
    mark.style.width = `${(100 * width) / canvas.width}%`;
  }
}
