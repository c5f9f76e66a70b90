// Where the small maps stand: layers down and heads across, or sorted by a figure. Knows no page.

/** @import { Grid } from "../shared/types.d.ts" */
/** @import { Choice, State } from "./types.d.ts" */
/** @typedef {(layer: number, head: number) => number | null | undefined} Figure */
/** @typedef {{ heads: number, shape: Grid }} SmallLayer a layer's `shape` is (rows, columns) of its small maps */

const GAP = { wide: 6, tight: 2 }; // drawn pixels between maps
const WIDEST = 12; // heads in a row; a layer with more has several rows
const MARGIN = 26; // for the numbers of the layers and heads
const EDGE = 4; // for the frame of a chosen map
const LABEL = 16; // below a map, for the bar of its figure and its name

/**
 * Which maps there are and in what order: [{layer, head}], and how many stand in a row.
 * @param {number[]} heads
 * @param {State["order"]} order
 * @param {Figure} figure
 * @returns {{ cells: (Choice | null)[], columns: number }}
 */
export function arrange(heads, order, figure) {
  if (order === "layer") {
    const across = Math.min(WIDEST, Math.max(...heads));
    const columns = across > 1 ? across + 1 : 1; // the last one is the mean over heads, where there are several
    /** @type {(Choice | null)[]} */
    const cells = heads.flatMap((count, layer) =>
      Array.from({ length: Math.ceil(count / across) * columns }, (_, i) => {
        const [row, column] = [Math.floor(i / columns), i % columns];
        if (column === across) return row ? null : { layer, head: "mean" };
        const head = row * across + column;
        return head < count ? { layer, head } : null;
      }),
    );
    return { cells, columns };
  }
  const cells = heads.flatMap((count, layer) => Array.from({ length: count }, (_, head) => ({ layer, head })));
  const known = (/** @type {{ layer: number, head: number }} */ { layer, head }) => figure(layer, head) ?? Infinity;
  cells.sort((a, b) => known(a) - known(b));
  return { cells, columns: Math.max(1, Math.round(Math.sqrt(cells.length * 0.8))) };
}

/** The small maps laid out in a rectangle of the page, in drawn pixels: as large as they fit, each side in whole ones. */
export class GridLayout {
  /**
   * @param {SmallLayer[]} layers
   * @param {State["order"]} order
   * @param {Figure} figure
   * @param {{ width: number, height: number, ratio: number }} room CSS pixels, and device pixels in one of them
   */
  constructor(layers, order, figure, { width, height, ratio }) {
    const { cells, columns } = arrange(
      layers.map(({ heads }) => heads),
      order,
      figure,
    );
    this.layers = layers;
    this.order = order;
    this.figure = figure;
    this.cells = cells;
    this.columns = columns;
    const down = Math.ceil(cells.length / columns);
    const sides = [0, 1].map((axis) => Math.max(...layers.map(({ shape }) => shape[axis])));
    const gap = ((width * ratio - MARGIN) / columns - sides[1]) / 2 < GAP.wide ? GAP.tight : GAP.wide;
    const below = order === "layer" ? gap : gap + LABEL;
    this.left = order === "layer" ? MARGIN : EDGE;
    this.top = order === "layer" ? MARGIN - 8 : EDGE;
    const room = Math.min(
      ((width * ratio - this.left) / columns - gap) / sides[1],
      ((height * ratio - this.top) / down - below) / sides[0],
    );
    // Where there is no room for a whole pixel a patch, everything is drawn larger than it is shown.
    const zoom = Math.max(1, room);
    this.shrink = Math.min(1, Math.max(room, 0.2)) / ratio; // CSS pixels of a drawn pixel
    this.map = { width: Math.floor(sides[1] * zoom), height: Math.floor(sides[0] * zoom) };
    this.step = { x: this.map.width + gap, y: this.map.height + below };
    this.size = { width: this.left + columns * this.step.x, height: this.top + down * this.step.y };
    /** @type {Map<string, number>} */
    this.places = new Map();
    for (const [i, cell] of cells.entries()) if (cell) this.places.set(`${cell.layer} ${cell.head}`, i);
  }

  /**
   * The place of a map among all, undefined where it has none.
   * @param {Choice} cell
   */
  placeOf({ layer, head }) {
    return this.places.get(`${layer} ${head}`);
  }

  /**
   * Left and top of the map at a place.
   * @param {number} place
   * @returns {[left: number, top: number]}
   */
  corner(place) {
    return [
      this.left + (place % this.columns) * this.step.x,
      this.top + Math.floor(place / this.columns) * this.step.y,
    ];
  }

  /**
   * The map at a point, `across` and `down` in shares of the whole.
   * @param {number} across
   * @param {number} down
   * @returns {Choice | null}
   */
  at(across, down) {
    const x = across * this.size.width - this.left;
    const y = down * this.size.height - this.top;
    const column = Math.floor(x / this.step.x);
    if (x < 0 || y < 0 || column >= this.columns) return null;
    return this.cells[Math.floor(y / this.step.y) * this.columns + column] ?? null;
  }

  /** The largest value that the order's figure can have: the whole bar below a map. */
  fullBar() {
    if (this.order !== "distance") return 1;
    return Math.max(...this.layers.map(({ shape }) => Math.hypot(...shape))) / 2;
  }
}
