// The figure of the paper: a tile for every patch, in its place, and in it a cell for every patch.
import { make, pixelRatio } from "../../../web/shared/dom.js";
import { Tiles } from "./tiles.js";

const SHRINK_MS = 250; // between two times that a figure is drawn while it fills up
const SLICE_MS = 12; // of a frame; a large figure fills up while everything else goes on

/** @typedef {import("./cosines.js").Cosines} Cosines */
/** @typedef {import("../../../web/shared/shades.js").SignedShades} SignedShades */
/** @typedef {import("./tiles.js").TokenMap} TokenMap */
/**
 * What is called while the pointer is over a token (and, in a tile, another one), when it leaves, and for a click.
 * @typedef {{ hover: (token: number, other?: number | null) => void, leave: () => void,
 *   choose: (token: number) => void }} Callbacks
 */

export class Figure {
  /**
   * @param {HTMLElement} parent
   * @param {Callbacks} callbacks
   */
  constructor(parent, callbacks) {
    this.root = parent.appendChild(make("section", "vp-figure"));
    this.title = this.root.appendChild(make("div", "vx-title"));
    this.frame = this.root.appendChild(make("div", "vp-tiles"));
    this.frame.tabIndex = 0;
    this.frame.setAttribute("role", "application");
    this.visible = this.frame.appendChild(make("canvas"));
    this.canvas = make("canvas"); // every cell in whole pixels; what is visible is that, drawn smaller
    this.context = this.canvas.getContext("2d");
    this.resizing = new ResizeObserver(() => this.shrink());
    this.resizing.observe(this.frame);
    this.tileMark = this.frame.appendChild(make("div", "vp-tile-at"));
    this.cellMark = this.frame.appendChild(make("div", "vp-cell-at"));
    this.note = this.root.appendChild(make("div", "vp-note"));
    this.frame.addEventListener("pointermove", (event) => callbacks.hover(...this.tokensAt(event)));
    this.frame.addEventListener("pointerleave", () => callbacks.leave());
    this.frame.addEventListener("click", (event) => callbacks.choose(this.tokensAt(event)[0]));
    this.tiles = new Tiles({ rows: 1, columns: 1, prefix: [] });
    /** @type {ImageData | null} */
    this.image = null;
    this.pixels = new Uint32Array(0);
    this.frameRequest = 0;
  }

  /**
   * Make room for the tiles of a map.
   * @param {TokenMap} map
   * @param {Record<string, string>} words
   */
  setMap(map, words) {
    const { rows, columns } = map;
    this.title.textContent = words.figure;
    this.note.textContent = words.figure_axes
      .replace("{rows}", String(rows - 1))
      .replace("{columns}", String(columns - 1));
    this.frame.setAttribute("aria-label", words.figure_label);
    this.tiles = new Tiles(map);
    const { width, height, cell } = this.tiles;
    Object.assign(this.canvas, { width, height });
    this.frame.style.aspectRatio = `${width} / ${height}`;
    this.image = new ImageData(columns * cell, rows * cell);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /**
   * Paint all tiles, in slices of a frame; a later call ends an earlier one.
   * @param {Cosines} cosines
   * @param {SignedShades} shades
   */
  paint(cosines, shades) {
    cancelAnimationFrame(this.frameRequest);
    const row = new Float64Array(cosines.count);
    const { first } = this.tiles;
    let token = first;
    let shrunk = performance.now();
    const slice = () => {
      const end = performance.now() + SLICE_MS;
      for (; token < cosines.count && performance.now() < end; token++)
        this.paintTile(token, cosines.row(token, row), shades);
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
    const context = this.visible.getContext("2d");
    if (!this.image || !context) return;
    const density = pixelRatio(this.frame);
    const width = Math.max(1, Math.round(this.frame.clientWidth * density));
    const height = Math.max(1, Math.round(this.frame.clientHeight * density));
    if (this.visible.width !== width || this.visible.height !== height) Object.assign(this.visible, { width, height });
    context.imageSmoothingQuality = "high";
    context.clearRect(0, 0, width, height);
    context.drawImage(this.canvas, 0, 0, width, height);
  }

  /**
   * @param {number} token
   * @param {Float64Array} values
   * @param {SignedShades} shades
   */
  paintTile(token, values, shades) {
    const { rows, columns, cell, first } = this.tiles;
    const place = this.tiles.tile(token);
    if (!this.image || !this.context || !place) return;
    const width = columns * cell;
    for (let patch = 0; patch < rows * columns; patch++) {
      const colour = shades.pixel(values[first + patch]);
      const start = Math.floor(patch / columns) * cell * width + (patch % columns) * cell;
      for (let y = 0; y < cell; y++) this.pixels.fill(colour, start + y * width, start + y * width + cell);
    }
    this.context.putImageData(this.image, place.left, place.top);
  }

  /**
   * The tokens of the tile, and of the cell in it, that an event is at.
   * @param {MouseEvent} event
   */
  tokensAt(event) {
    const box = this.frame.getBoundingClientRect();
    return this.tiles.tokensAt((event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width);
  }

  /**
   * Mark the tile of `query` and in it the cell of `other`; a prefix token has neither.
   * @param {number} query
   * @param {number} other
   */
  point(query, other) {
    this.place(this.tileMark, this.tiles.tile(query));
    this.place(this.cellMark, this.tiles.cellIn(query, other));
  }

  /**
   * @param {HTMLElement} mark
   * @param {import("./tiles.js").Box | null} box
   */
  place(mark, box) {
    mark.hidden = box === null;
    if (!box) return;
    const { width, height } = this.tiles;
    mark.style.top = `${(100 * box.top) / height}%`;
    mark.style.left = `${(100 * box.left) / width}%`;
    mark.style.height = `${(100 * box.height) / height}%`;
    mark.style.width = `${(100 * box.width) / width}%`;
  }

  destroy() {
    cancelAnimationFrame(this.frameRequest);
    this.resizing.disconnect();
    this.root.remove();
  }
}
