// How the blocks of a Swin cut their maps, from index arrays that Python made with the model's own functions. Pure.
// Tokens are raster indices into a map; a place is a token's number in its window.
import { carry } from "../../../web/shared/places.js";

/** @import { JourneyData, JourneyStep, MapData, Step, TilingData } from "./types.js" */
/** @import { Grid } from "../../../web/shared/places.js" */

const REGIONS = 9;
/** @type {Step[]} */
const NEIGHBOURS = [
  [-1, 0],
  [1, 0],
  [0, -1],
  [0, 1],
];

/** One way to cut a map: W windows of M x M places. */
export class Tiling {
  /**
   * @param {{ rows: number, columns: number }} map
   * @param {TilingData} data
   */
  constructor({ rows, columns }, { window, shift, padded, tokens, regions }) {
    this.rows = rows;
    this.columns = columns;
    this.window = window;
    this.shift = shift;
    this.padded = padded;
    this.places = window * window;
    this.windows = tokens.length / this.places;
    this.tokens = tokens; // (W, M*M): token, -1 for padding
    this.regions = regions; // (W, M*M)
    this.slots = new Int32Array(rows * columns); // token -> window * M*M + place
    this.group = new Int32Array(rows * columns); // equal where two tokens may look at one another
    for (let slot = 0; slot < tokens.length; slot++) {
      const token = tokens[slot];
      if (token < 0) continue;
      this.slots[token] = slot;
      this.group[token] = Math.floor(slot / this.places) * REGIONS + regions[slot];
    }
    this.groups = this.windows * REGIONS;
  }

  /** @param {number} token */
  windowOf(token) {
    return Math.floor(this.slots[token] / this.places);
  }

  /** @param {number} token */
  placeOf(token) {
    return this.slots[token] % this.places;
  }

  /**
   * Every place of a query's window: its token (-1 is padding), and whether the mask cuts it off.
   * @param {number} query
   */
  keys(query) {
    const first = this.windowOf(query) * this.places;
    const own = this.regions[this.slots[query]];
    return Array.from({ length: this.places }, (_, place) => ({
      token: this.tokens[first + place],
      cut: this.regions[first + place] !== own,
    }));
  }

  /**
   * How many of them are legal patches, cut patches, legal padding and cut padding.
   * @param {number} query
   */
  counts(query) {
    const counts = { legal: 0, cut: 0, legalPadding: 0, cutPadding: 0 };
    for (const { token, cut } of this.keys(query)) {
      if (token < 0) counts[cut ? "cutPadding" : "legalPadding"] += 1;
      else counts[cut ? "cut" : "legal"] += 1;
    }
    return counts;
  }

  /**
   * How many of the up to four neighbours in the picture a query may look at, and how many it has.
   * @param {number} query
   */
  neighbours(query) {
    const [row, column] = [Math.floor(query / this.columns), query % this.columns];
    let seen = 0;
    let all = 0;
    for (const [down, across] of NEIGHBOURS) {
      const [r, c] = [row + down, column + across];
      if (r < 0 || c < 0 || r >= this.rows || c >= this.columns) continue;
      all += 1;
      if (this.group[r * this.columns + c] === this.group[query]) seen += 1;
    }
    return { seen, all };
  }
}

/** One stage's map, and how its tokens belong to the patches of the picture. */
export class StageMap {
  /**
   * @param {MapData} data
   * @param {Grid} finest the picture's patches
   */
  constructor({ rows, columns, dim, cell, regular, shifted }, finest) {
    this.rows = rows;
    this.columns = columns;
    this.dim = dim;
    this.cell = cell;
    this.finest = finest;
    this.regular = new Tiling(this, regular);
    this.shifted = shifted ? new Tiling(this, shifted) : null;
  }

  get tokens() {
    return this.rows * this.columns;
  }

  /**
   * The token that a patch of the picture went into.
   * @param {number} patch
   */
  tokenOf(patch) {
    return carry(patch, 0, this.finest, [this.rows, this.columns]);
  }

  /**
   * A patch that went into a token: `kept` if it did, else the one in the middle.
   * @param {number} token
   * @param {number | null} [kept]
   */
  patchOf(token, kept = null) {
    return carry(token, 0, [this.rows, this.columns], this.finest, kept);
  }

  /**
   * The token a step away, inside the map.
   * @param {number} token
   * @param {Step} step
   */
  moved(token, [down, across]) {
    const row = Math.min(this.rows - 1, Math.max(0, Math.floor(token / this.columns) + down));
    const column = Math.min(this.columns - 1, Math.max(0, (token % this.columns) + across));
    return row * this.columns + column;
  }

  /** @param {number} token */
  place(token) {
    return `(${Math.floor(token / this.columns)}, ${token % this.columns})`;
  }
}

/** The whole way of a picture through a Swin: its maps, and its blocks and mergings in order. */
export class Journey {
  /** @param {JourneyData} data */
  constructor({ maps, steps }) {
    this.maps = maps.map((map) => new StageMap(map, [maps[0].rows, maps[0].columns]));
    /** @type {JourneyStep[]} */
    this.steps = steps;
    this.blocks = steps.flatMap((step, at) => (step.parents ? [] : [at]));
  }

  /**
   * The map that comes out of step `at`.
   * @param {number} at
   */
  mapOf(at) {
    return this.maps[this.steps[at].map];
  }

  /**
   * The way in which a block cuts its map; undefined for a merging. Without `shifted`, as if it did not shift.
   * @param {number} at
   * @param {boolean} [shifted]
   */
  tilingOf(at, shifted = true) {
    const step = this.steps[at];
    if (!step || step.parents) return undefined;
    const map = this.maps[step.map];
    return (step.shift && shifted && map.shifted) || map.regular;
  }

  /**
   * The title of a block and what its attention is called.
   * @param {number} at
   */
  name(at) {
    const { title, shift } = this.steps[at];
    return `${title} ${shift ? "SW-MSA" : "W-MSA"}`;
  }

  /**
   * What `field` (0 and 1) of a step's output depends on in its input.
   * @param {number} at
   * @param {Uint8Array} field
   * @param {boolean} shifted
   */
  back(at, field, shifted) {
    const { map, parents } = this.steps[at];
    const tiling = this.tilingOf(at, shifted);
    if (tiling) {
      const reached = new Uint8Array(tiling.groups);
      const result = new Uint8Array(field.length);
      for (let t = 0; t < field.length; t++) if (field[t]) reached[tiling.group[t]] = 1;
      for (let t = 0; t < field.length; t++) result[t] = reached[tiling.group[t]];
      return result;
    }
    const result = new Uint8Array(this.maps[map - 1].tokens);
    for (let t = 0; t < field.length; t++) {
      if (!field[t] || !parents) continue;
      for (let i = 4 * t; i < 4 * t + 4; i++) if (parents[i] >= 0) result[parents[i]] = 1;
    }
    return result;
  }

  /**
   * Everything that one token of the output of step `at` depends on: fields from there back to the patches.
   * @param {number} at
   * @param {number} token
   * @param {boolean} shifted
   */
  grownBack(at, token, shifted) {
    let field = new Uint8Array(this.mapOf(at).tokens);
    field[token] = 1;
    const fields = [field];
    for (let s = at; s >= 0; s--) {
      field = this.back(s, field, shifted);
      fields.push(field);
    }
    return fields;
  }

  /**
   * The map that field number `back` of `grownBack(at, ...)` lies on.
   * @param {number} at
   * @param {number} back
   */
  mapBack(at, back) {
    const step = at - back + 1;
    if (step > at) return this.mapOf(at);
    const { map, parents } = this.steps[step];
    return this.maps[parents ? map - 1 : map];
  }

  /**
   * Patches of the picture that the token over `patch` depends on after every step.
   * @param {number} patch
   * @param {boolean} shifted
   */
  growth(patch, shifted) {
    const all = this.maps[0].tokens;
    return this.steps.map((_, at) => {
      let field = new Uint8Array(this.mapOf(at).tokens);
      field[this.mapOf(at).tokenOf(patch)] = 1;
      for (let s = at; s >= 0; s--) {
        field = this.back(s, field, shifted);
        // What covers a whole map covers every earlier one.
        if (total(field) === field.length) return all;
      }
      return total(field);
    });
  }
}

/**
 * How many places a field holds.
 * @param {Uint8Array} field
 */
export function total(field) {
  let count = 0;
  for (let t = 0; t < field.length; t++) count += field[t];
  return count;
}
