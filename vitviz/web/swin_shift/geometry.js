// What Python computed of the windows. Nothing in this module knows a rule of the shift: it only looks places up.

/** @import { GridData, Piece, Place, ShiftData, Size, WindowsData } from "./types.js" */

/** One shift s of a grid: places, patches and regions of every window, pieces and masks. A slot is window * M*M + place. */
export class Shift {
  /**
   * @param {ShiftData} data
   * @param {GridData} grid
   */
  constructor(data, grid) {
    this.grid = grid;
    this.size = grid.window * grid.window;
    this.shift = data.shift;
    this.origins = data.origins; // slot -> place of the map before the roll
    this.tokens = data.tokens; // slot -> patch of the picture, -1 for padding
    this.regions = data.regions; // slot -> region
    this.bits = data.masks;
    this.maskOf = data.maskOf;
    /** @type {Size[]} */
    this.sizes = data.sizes;
    this.pair = data.pair;
    this.joined = data.joined;
    const count = this.origins.length;
    this.fromOrigin = new Int32Array(count);
    for (let i = 0; i < count; i++) this.fromOrigin[this.origins[i]] = i;
    /** @type {Map<number, number>} */
    this.slotOf = new Map();
    for (let i = 0; i < count; i++) if (this.tokens[i] >= 0) this.slotOf.set(this.tokens[i], i);
    /** @type {Piece[]} */
    this.pieces = data.pieces.map(([top, left, height, width, toTop, toLeft, window, region, patches]) => {
      return { top, left, height, width, toTop, toLeft, window, region, patches };
    });
  }

  /**
   * Whether the mask cuts the pair (i, j) of places of a window.
   * @param {number} window
   * @param {number} i
   * @param {number} j
   */
  cut(window, i, j) {
    const bit = (this.maskOf[window] * this.size + i) * this.size + j;
    return ((this.bits[bit >> 3] >> (7 - (bit & 7))) & 1) === 1;
  }

  /**
   * The piece that the region `region` of a window is.
   * @param {number} window
   * @param {number} region
   */
  piece(window, region) {
    return this.pieces.find((one) => one.window === window && one.region === region);
  }
}

/** Everything about one map and window size: `shifts[s]`, and lookups from places of a map to slots of windows. */
export class Windows {
  /** @param {WindowsData} data */
  constructor(data) {
    this.grid = data.grid;
    this.size = this.grid.window * this.grid.window;
    this.height = this.grid.padded[0];
    this.width = this.grid.padded[1];
    this.cells = data.cells; // slot -> place of the rolled map
    this.fromCell = new Int32Array(this.cells.length);
    for (let i = 0; i < this.cells.length; i++) this.fromCell[this.cells[i]] = i;
    this.shifts = data.shifts.map((one) => new Shift(one, this.grid));
  }

  /** Whether the map is no whole number of windows. */
  get isPadded() {
    return this.height !== this.grid.height || this.width !== this.grid.width;
  }

  /**
   * Row and column of a raster index into the padded map.
   * @param {number} index
   * @returns {[number, number]}
   */
  place(index) {
    return [Math.floor(index / this.width), index % this.width];
  }

  /**
   * Row and column of a patch of the picture.
   * @param {number} token
   * @returns {[number, number]}
   */
  patch(token) {
    return [Math.floor(token / this.grid.width), token % this.grid.width];
  }

  /**
   * What windows of each kind are put together from, most common first.
   * @param {Shift} shift
   */
  compositions(shift) {
    /** @type {Map<string, { pieces: [height: number, width: number][], count: number }>} */
    const found = new Map();
    /** @type {[number, number][][]} */
    const inside = Array.from({ length: this.grid.num_windows }, () => []);
    for (const { window, height, width } of shift.pieces) inside[window].push([height, width]);
    for (const pieces of inside) {
      const key = pieces.join(";");
      const kind = found.get(key) ?? { pieces, count: 0 };
      kind.count += 1;
      found.set(key, kind);
    }
    return [...found.values()];
  }

  /**
   * The box of a window in the cut map: row, column, side.
   * @param {number} window
   * @returns {[number, number, number]}
   */
  box(window) {
    const [row, column] = this.place(this.cells[window * this.size]);
    return [row, column, this.grid.window];
  }
}
