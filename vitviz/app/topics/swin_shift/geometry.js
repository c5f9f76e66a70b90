// What Python computed of the windows, unpacked. Nothing here knows a rule of the shift: it only looks places up.

/** One shift s of a grid: places, patches and regions of every window, pieces and masks. */
class Shift {
  constructor(packed, grid) {
    Object.assign(this, packed);
    this.grid = grid;
    this.size = grid.window * grid.window;
    this.origins = packed.origins;
    this.tokens = packed.tokens;
    this.regions = packed.regions;
    this.bits = packed.masks;
    const count = this.origins.length;
    this.fromOrigin = new Int32Array(count);
    for (let i = 0; i < count; i++) this.fromOrigin[this.origins[i]] = i;
    this.slotOf = new Map();
    for (let i = 0; i < count; i++) if (this.tokens[i] >= 0) this.slotOf.set(this.tokens[i], i);
    this.pieces = packed.pieces.map(([top, left, height, width, toTop, toLeft, window, region, patches]) => ({
      top,
      left,
      height,
      width,
      toTop,
      toLeft,
      window,
      region,
      patches,
    }));
  }

  /** Whether the mask cuts the pair (i, j) of places of a window. */
  cut(window, i, j) {
    const bit = (this.maskOf[window] * this.size + i) * this.size + j;
    return ((this.bits[bit >> 3] >> (7 - (bit & 7))) & 1) === 1;
  }
}

/** Everything about one map and window size: `shifts[s]`, and lookups from places of a map to slots of windows. */
export class Windows {
  constructor(data) {
    this.grid = data.grid;
    this.size = this.grid.window * this.grid.window;
    const [height, width] = this.grid.padded;
    Object.assign(this, { height, width });
    this.cells = data.cells;
    this.fromCell = new Int32Array(this.cells.length);
    for (let i = 0; i < this.cells.length; i++) this.fromCell[this.cells[i]] = i;
    this.shifts = data.shifts.map((packed) => new Shift(packed, this.grid));
  }

  /** Row and column of a raster index into the padded map. */
  place(index) {
    return [Math.floor(index / this.width), index % this.width];
  }

  /** Row and column of a patch of the picture. */
  patch(token) {
    return [Math.floor(token / this.grid.width), token % this.grid.width];
  }

  /** What windows of each kind are put together from: { pieces: [[height, width], ...], count }, most common first. */
  compositions(shift) {
    const found = new Map();
    const inside = Array.from({ length: this.grid.num_windows }, () => []);
    for (const { window, height, width } of shift.pieces) inside[window].push([height, width]);
    for (const pieces of inside) {
      const key = pieces.join(";");
      if (!found.has(key)) found.set(key, { pieces, count: 0 });
      found.get(key).count += 1;
    }
    return [...found.values()];
  }

  /** The box of window `window` in the cut map: row, column, side. */
  box(window) {
    const [row, column] = this.place(this.cells[window * this.size]);
    return [row, column, this.grid.window];
  }
}
