// One small map for every block of a picture in one canvas, with the blocks' numbers and a frame around the chosen one.
import { contextOf, make, pixelRatio } from "../../../web/shared/dom.js";

/** @import { Ink, TokenMap } from "../../../web/explorer/types.d.ts" */
/** @import { Shades, SignedShades } from "../../../web/shared/shades.js" */

const GAP = 6; // CSS pixels between maps
const LABEL = 15; // below a map, for its number
const EDGE = 2; // for the frame of the chosen one
const SMALLEST = 46; // CSS pixels: narrower maps go into another line
const LARGEST = 84;

/**
 * How many maps stand in a line and how wide they are, in CSS pixels.
 * @param {number} count
 * @param {number} width
 */
export function arrangement(count, width) {
  const most = Math.max(1, Math.floor((width + GAP) / (SMALLEST + GAP)));
  const lines = Math.ceil(count / most);
  const columns = Math.ceil(count / lines);
  return { columns, lines, side: Math.min(LARGEST, Math.floor((width - 2 * EDGE + GAP) / columns - GAP)) };
}

export class MapRow {
  /**
   * @param {Element} parent
   * @param {(block: number) => void} choose
   */
  constructor(parent, choose) {
    this.root = parent.appendChild(make("div", "lk-row"));
    this.title = this.root.appendChild(make("div", "vx-title"));
    this.stage = this.root.appendChild(make("div", "lk-stage"));
    this.canvas = this.stage.appendChild(make("canvas"));
    this.canvas.setAttribute("role", "img");
    this.marks = this.stage.appendChild(make("canvas", "lk-marks"));
    this.image = contextOf(this.canvas).createImageData(1, 1);
    this.target = new Uint32Array(this.image.data.buffer);
    this.columns = 1;
    this.width = this.height = this.stepX = this.stepY = this.edge = this.ratio = 1;
    /** @type {TokenMap[]} */
    this.maps = [];
    this.laid = "";
    this.marked = "";
    this.stage.addEventListener("click", (event) => {
      const block = this.at(event);
      if (block !== null) choose(block);
    });
  }

  /**
   * Lay the maps out in `width` CSS pixels, each as wide as high as its picture.
   * @param {TokenMap[]} maps
   * @param {number} aspect
   * @param {number} width
   */
  layout(maps, aspect, width) {
    const ratio = pixelRatio(this.root);
    const laid = [maps.map(({ rows, columns }) => `${rows} ${columns}`), aspect, width, ratio].join();
    if (laid === this.laid || width <= 0) return false;
    const { columns, lines, side } = arrangement(maps.length, width);
    const [across, down] = aspect >= 1 ? [side, side / aspect] : [side * aspect, side];
    const drawn = (/** @type {number} */ size) => Math.max(1, Math.round(size * ratio));
    Object.assign(this, { maps, laid, columns, ratio, width: drawn(across), height: drawn(down), edge: drawn(EDGE) });
    Object.assign(this, { stepX: drawn(across + GAP), stepY: drawn(down + LABEL + GAP), marked: "" });
    const size = { width: columns * this.stepX + 2 * this.edge, height: lines * this.stepY + this.edge };
    for (const canvas of [this.canvas, this.marks]) {
      Object.assign(canvas, size);
      canvas.style.width = `${size.width / ratio}px`;
      canvas.style.height = `${size.height / ratio}px`;
    }
    this.image = contextOf(this.canvas).createImageData(size.width, size.height);
    this.target = new Uint32Array(this.image.data.buffer);
    return true;
  }

  /**
   * The left and upper end of a block's map, in drawn pixels.
   * @param {number} block
   * @returns {[left: number, top: number]}
   */
  corner(block) {
    return [this.edge + (block % this.columns) * this.stepX, this.edge + Math.floor(block / this.columns) * this.stepY];
  }

  /**
   * The block whose map is under the pointer.
   * @param {MouseEvent} event
   */
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * this.canvas.width - this.edge;
    const y = ((event.clientY - box.top) / box.height) * this.canvas.height - this.edge;
    const block = Math.floor(y / this.stepY) * this.columns + Math.floor(x / this.stepX);
    return x >= 0 && y >= 0 && x < this.columns * this.stepX && block < this.maps.length ? block : null;
  }

  /**
   * Put a block's values into the canvas's pixels; `flush` brings them to the screen. Nothing for null.
   * @param {number} block
   * @param {ArrayLike<number> | null} values of all tokens
   * @param {Shades | SignedShades} shades
   */
  paint(block, values, shades) {
    const { rows, columns, prefix } = this.maps[block];
    const cells = new Uint32Array(rows * columns);
    if (values) shades.fill(cells, values, prefix.length);
    const [left, top] = this.corner(block);
    const { target, width, height, image } = this;
    for (let y = 0; y < height; y++) {
      const row = Math.floor((y * rows) / height) * columns;
      const to = (top + y) * image.width + left;
      if (y && row === Math.floor(((y - 1) * rows) / height) * columns) {
        target.copyWithin(to, to - image.width, to - image.width + width);
        continue;
      }
      for (let c = 0; c < columns; c++)
        target.fill(cells[row + c], to + Math.ceil((c * width) / columns), to + Math.ceil(((c + 1) * width) / columns));
    }
  }

  flush() {
    contextOf(this.canvas).putImageData(this.image, 0, 0);
  }

  /**
   * Numbers, edges, and the frame of the chosen block, where they are not drawn already.
   * @param {number} chosen
   * @param {Ink} ink
   */
  mark(chosen, ink) {
    const marked = `${chosen} ${ink.text} ${ink.accent}`;
    if (marked === this.marked) return;
    this.marked = marked;
    const context = contextOf(this.marks);
    const { width, height, ratio } = this;
    context.clearRect(0, 0, this.marks.width, this.marks.height);
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const block of this.maps.keys()) {
      const [x, y] = this.corner(block);
      const on = block === chosen;
      context.font = `${on ? "bold " : ""}${Math.round(11 * ratio)}px ${ink.font}`;
      context.fillStyle = on ? ink.accent : ink.text;
      context.fillText(String(block), x + width / 2, y + height + 3 * ratio);
      context.strokeStyle = on ? ink.accent : ink.faint;
      context.lineWidth = (on ? 2 : 1) * ratio;
      context.strokeRect(x - ratio / 2, y - ratio / 2, width + ratio, height + ratio);
    }
  }
}
