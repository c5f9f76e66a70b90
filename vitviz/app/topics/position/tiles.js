// Where the tiles of the paper's figure stand, and the cells in them: a tile for every patch, a cell for every patch.

const WIDE = 800; // canvas pixels that the figure should have at least, so that it stays sharp when it is drawn smaller
const GAP = 4; // canvas pixels between two tiles, at most

/** @typedef {{ rows: number, columns: number, prefix: readonly string[] }} TokenMap prefix tokens, then rows x columns patches */
/** @typedef {{ top: number, left: number, height: number, width: number }} Box canvas pixels */

/** The figure of a map of patches; all lengths are canvas pixels. */
export class Tiles {
  /** @param {TokenMap} map */
  constructor({ rows, columns, prefix }) {
    this.rows = rows;
    this.columns = columns;
    this.first = prefix.length;
    this.cell = Math.max(1, Math.ceil(WIDE / (columns * (columns + 1))));
    this.gap = Math.min(this.cell, GAP);
    this.down = rows * this.cell + this.gap; // from tile to tile
    this.across = columns * this.cell + this.gap;
    this.height = rows * this.down - this.gap;
    this.width = columns * this.across - this.gap;
  }

  /**
   * The token of the tile at a place, and that of the cell in it.
   * @param {number} down share of the height
   * @param {number} across share of the width
   * @returns {[number, number]}
   */
  tokensAt(down, across) {
    const [row, r] = this.along(down, this.height, this.down, this.rows);
    const [column, c] = this.along(across, this.width, this.across, this.columns);
    return [this.first + row * this.columns + column, this.first + r * this.columns + c];
  }

  /**
   * @param {number} share
   * @param {number} length
   * @param {number} step
   * @param {number} count
   */
  along(share, length, step, count) {
    const at = Math.min(length - 1, Math.max(0, share * length));
    const tile = Math.min(count - 1, Math.floor(at / step));
    return [tile, Math.min(count - 1, Math.floor((at - tile * step) / this.cell))];
  }

  /**
   * Where the tile of a token is; a prefix token has none.
   * @param {number} token
   * @returns {Box | null}
   */
  tile(token) {
    const patch = token - this.first;
    if (patch < 0) return null;
    const [row, column] = [Math.floor(patch / this.columns), patch % this.columns];
    const { cell } = this;
    return {
      top: row * this.down,
      left: column * this.across,
      height: this.rows * cell,
      width: this.columns * cell,
    };
  }

  /**
   * Where the cell of `other` is in the tile of `token`.
   * @param {number} token
   * @param {number} other
   * @returns {Box | null}
   */
  cellIn(token, other) {
    const tile = this.tile(token);
    const patch = other - this.first;
    if (!tile || patch < 0) return null;
    const { cell, columns } = this;
    return {
      top: tile.top + Math.floor(patch / columns) * cell,
      left: tile.left + (patch % columns) * cell,
      height: cell,
      width: cell,
    };
  }
}
