// From values to colours: one scale for many maps, linear, logarithmic or centred on 0. Knows no page.
import { contextOf } from "./dom.js";

const DECADES = 3; // a logarithmic scale spans this many powers of ten below its upper end

/**
 * 256 colours (RGB bytes) as pixels that a Uint32Array over ImageData takes.
 * @param {Uint8Array} table
 */
export function pixels(table) {
  const result = new Uint32Array(256);
  const bytes = new Uint8Array(result.buffer);
  for (let i = 0; i < 256; i++) {
    bytes.set(table.subarray(3 * i, 3 * i + 3), 4 * i);
    bytes[4 * i + 3] = 255;
  }
  return result;
}

/** What a map's colours span. `high` is the last colour; what lies above it has that colour too. */
export class Shades {
  /**
   * @param {Uint32Array} colours
   * @param {number} high
   * @param {boolean} [logarithmic]
   */
  constructor(colours, high, logarithmic = false) {
    this.colours = colours;
    this.high = high > 0 ? high : 1;
    this.logarithmic = logarithmic;
    this.low = logarithmic ? this.high / 10 ** DECADES : 0;
    this.factor = logarithmic ? 255 / Math.log(this.high / this.low) : 255 / this.high;
  }

  /**
   * 0 to 255.
   * @param {number} value
   */
  level(value) {
    const at = this.logarithmic ? Math.log(value / this.low) * this.factor : value * this.factor;
    return at > 0 ? Math.min(255, Math.round(at)) : 0;
  }

  /**
   * The pixel of a value; NaN, which is no value, is transparent.
   * @param {number} value
   */
  pixel(value) {
    return Number.isNaN(value) ? 0 : this.colours[this.level(value)];
  }

  /**
   * Fill `target` with the pixels of `values[offset ...]`.
   * @param {Uint32Array} target
   * @param {ArrayLike<number>} values
   * @param {number} [offset]
   */
  fill(target, values, offset = 0) {
    for (let i = 0; i < target.length; i++) target[i] = this.pixel(values[offset + i]);
  }
}

/** Colours of signed values: 0 in the middle, equally far to both sides. */
export class SignedShades {
  /**
   * @param {Uint32Array} colours
   * @param {number} high
   */
  constructor(colours, high) {
    this.colours = colours;
    this.high = high > 0 ? high : 1;
  }

  /**
   * The pixel of a value; NaN, which is no value, is transparent.
   * @param {number} value
   */
  pixel(value) {
    if (Number.isNaN(value)) return 0;
    const level = Math.round(((value + this.high) * 255) / (2 * this.high));
    return this.colours[Math.max(0, Math.min(255, level))];
  }

  /**
   * Fill `target` with the pixels of `values[offset ...]`.
   * @param {Uint32Array} target
   * @param {ArrayLike<number>} values
   * @param {number} [offset]
   */
  fill(target, values, offset = 0) {
    for (let i = 0; i < target.length; i++) target[i] = this.pixel(values[offset + i]);
  }
}

/** A canvas of (rows, columns) values, a pixel a value; its image is made once and reused. */
export class Cells {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = contextOf(canvas);
    this.image = this.context.createImageData(1, 1);
    this.target = new Uint32Array(this.image.data.buffer);
  }

  /**
   * @param {number} rows
   * @param {number} columns
   */
  resize(rows, columns) {
    if (this.image.width === columns && this.image.height === rows && this.canvas.width === columns) return;
    this.canvas.width = columns;
    this.canvas.height = rows;
    this.image = this.context.createImageData(columns, rows);
    this.target = new Uint32Array(this.image.data.buffer);
  }

  /**
   * @param {ArrayLike<number>} values
   * @param {number} offset
   * @param {number} rows
   * @param {number} columns
   * @param {Shades | SignedShades} shades
   */
  draw(values, offset, rows, columns, shades) {
    this.resize(rows, columns);
    shades.fill(this.target, values, offset);
    this.context.putImageData(this.image, 0, 0);
  }

  clear() {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }
}

/**
 * The largest of `values[offset ... offset + count]`, 0 where all are NaN.
 * @param {ArrayLike<number>} values
 * @param {number} offset
 * @param {number} count
 */
export function largest(values, offset, count) {
  let top = 0;
  for (let i = offset; i < offset + count; i++) if (values[i] > top) top = values[i];
  return top;
}
