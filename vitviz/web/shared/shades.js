// From weights to colours: one scale for many maps, linear or logarithmic. Knows no page.

const DECADES = 3; // a logarithmic scale spans this many powers of ten below its upper end

/** 256 colours (RGB bytes) as pixels that a Uint32Array over ImageData takes. */
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
  constructor(colours, high, logarithmic) {
    this.colours = colours;
    this.high = high > 0 ? high : 1;
    this.logarithmic = logarithmic;
    this.low = logarithmic ? this.high / 10 ** DECADES : 0;
    this.factor = logarithmic ? 255 / Math.log(this.high / this.low) : 255 / this.high;
  }

  /** 0 to 255. */
  level(value) {
    const at = this.logarithmic ? Math.log(value / this.low) * this.factor : value * this.factor;
    return at > 0 ? Math.min(255, Math.round(at)) : 0;
  }

  /** The pixel of a value; NaN, which is no value, is transparent. */
  pixel(value) {
    return Number.isNaN(value) ? 0 : this.colours[this.level(value)];
  }

  /** Fill `target` with the pixels of `values[offset ...]`. */
  fill(target, values, offset = 0) {
    for (let i = 0; i < target.length; i++) target[i] = this.pixel(values[offset + i]);
  }
}

/** A canvas of (rows, columns) values from `offset` on, a pixel a value; its image is made once and reused. */
export class Cells {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
  }

  resize(rows, columns) {
    if (this.image && this.canvas.width === columns && this.canvas.height === rows) return;
    this.canvas.width = columns;
    this.canvas.height = rows;
    this.image = this.context.createImageData(columns, rows);
    this.target = new Uint32Array(this.image.data.buffer);
  }

  draw(values, offset, rows, columns, shades) {
    this.resize(rows, columns);
    shades.fill(this.target, values, offset);
    this.context.putImageData(this.image, 0, 0);
  }

  clear() {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }
}

/** The largest of `values[offset ... offset + count]`, 0 where all are NaN. */
export function largest(values, offset, count) {
  let top = 0;
  for (let i = offset; i < offset + count; i++) if (values[i] > top) top = values[i];
  return top;
}
