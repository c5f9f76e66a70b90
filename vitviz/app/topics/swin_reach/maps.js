// How the blocks of a Swin cut their maps, from index arrays that Python made with the model's own functions.
// Knows no page. Tokens are raster indices into a map; a place is a token's number in its window.
import { carry } from "../../../web/shared/places.js";

const REGIONS = 9;

/** One way to cut a map: W windows of M x M places. */
export class Tiling {
  constructor(map, { window, shift, padded, tokens, regions }) {
    Object.assign(this, { rows: map.rows, columns: map.columns, window, shift, padded });
    this.places = window * window;
    this.tokens = tokens; // (W, M*M): token, -1 for padding
    this.regions = regions; // (W, M*M)
    this.slots = new Int32Array(map.rows * map.columns); // token -> window * M*M + place
    this.group = new Int32Array(map.rows * map.columns); // equal where two tokens may look at one another
    for (let slot = 0; slot < this.tokens.length; slot++) {
      const token = this.tokens[slot];
      if (token < 0) continue;
      this.slots[token] = slot;
      this.group[token] = Math.floor(slot / this.places) * REGIONS + this.regions[slot];
    }
    this.groups = (this.tokens.length / this.places) * REGIONS;
  }

  get windows() {
    return this.tokens.length / this.places;
  }

  windowOf(token) {
    return Math.floor(this.slots[token] / this.places);
  }

  placeOf(token) {
    return this.slots[token] % this.places;
  }

  /** Every place of a query's window: its token (-1 is padding), and whether the mask cuts it off. */
  keys(query) {
    const first = this.windowOf(query) * this.places;
    const own = this.regions[this.slots[query]];
    return Array.from({ length: this.places }, (_, place) => ({
      token: this.tokens[first + place],
      cut: this.regions[first + place] !== own,
    }));
  }

  /** How many of them are legal patches, cut patches, legal padding and cut padding. */
  counts(query) {
    const counts = { legal: 0, cut: 0, legalPadding: 0, cutPadding: 0 };
    for (const { token, cut } of this.keys(query)) counts[(cut ? "cut" : "legal") + (token < 0 ? "Padding" : "")] += 1;
    return counts;
  }

  /** How many of the up to four neighbours in the picture a query may look at, and how many it has. */
  neighbours(query) {
    const row = Math.floor(query / this.columns);
    const column = query % this.columns;
    let seen = 0;
    let all = 0;
    for (const [down, across] of [
      [-1, 0],
      [1, 0],
      [0, -1],
      [0, 1],
    ]) {
      const [r, c] = [row + down, column + across];
      if (r < 0 || c < 0 || r >= this.rows || c >= this.columns) continue;
      all += 1;
      if (this.group[r * this.columns + c] === this.group[query]) seen += 1;
    }
    return { seen, all };
  }
}

/** One stage's map. `patches[token]` is the patch of the picture in the middle of those that went into the token. */
export class StageMap {
  constructor({ rows, columns, dim, cell, regular, shifted, ancestor }, finest) {
    Object.assign(this, { rows, columns, dim, cell });
    this.regular = new Tiling(this, regular);
    this.shifted = shifted ? new Tiling(this, shifted) : null;
    this.ancestor = ancestor; // patch of the picture -> token
    this.patches = Array.from({ length: rows * columns }, (_, token) => carry(token, 0, [rows, columns], finest));
  }

  get tokens() {
    return this.rows * this.columns;
  }

  /** The token a step away, inside the map. */
  moved(token, [down, across]) {
    const row = Math.min(this.rows - 1, Math.max(0, Math.floor(token / this.columns) + down));
    const column = Math.min(this.columns - 1, Math.max(0, (token % this.columns) + across));
    return row * this.columns + column;
  }

  place(token) {
    return `(${Math.floor(token / this.columns)}, ${token % this.columns})`;
  }
}

/** The whole way of a picture through a Swin: its maps, and its blocks and mergings in order. */
export class Journey {
  constructor({ maps, steps }) {
    this.maps = maps.map((map) => new StageMap(map, [maps[0].rows, maps[0].columns]));
    this.steps = steps;
    this.blocks = this.steps.flatMap((step, at) => (step.parents ? [] : [at]));
  }

  mapOf(at) {
    return this.maps[this.steps[at].map];
  }

  /** What one step's input places are depended on by `field` of its output, as 0 and 1. */
  back(at, field, shifted) {
    const { map, parents, shift } = this.steps[at];
    if (!parents) {
      const stage = this.maps[map];
      const tiling = shift && shifted ? stage.shifted : stage.regular;
      const reached = new Uint8Array(tiling.groups);
      const result = new Uint8Array(field.length);
      for (let t = 0; t < field.length; t++) if (field[t]) reached[tiling.group[t]] = 1;
      for (let t = 0; t < field.length; t++) result[t] = reached[tiling.group[t]];
      return result;
    }
    const result = new Uint8Array(this.maps[map - 1].tokens);
    for (let t = 0; t < field.length; t++) {
      if (!field[t]) continue;
      for (let i = 4 * t; i < 4 * t + 4; i++) if (parents[i] >= 0) result[parents[i]] = 1;
    }
    return result;
  }

  /** Everything that one token of the output of step `at` depends on: fields from there back to the patches. */
  grownBack(at, token, shifted) {
    const first = new Uint8Array(this.mapOf(at).tokens);
    first[token] = 1;
    const fields = [first];
    for (let s = at; s >= 0; s--) fields.push(this.back(s, fields.at(-1), shifted));
    return fields;
  }

  /** The map that field number `back` of `grownBack(at, ...)` lies on. */
  mapBack(at, back) {
    const step = at - back + 1;
    if (step > at) return this.mapOf(at);
    const { map, parents } = this.steps[step];
    return this.maps[parents ? map - 1 : map];
  }

  /** Patches of the picture that the token over `patch` depends on after every step. */
  growth(patch, shifted) {
    const all = this.maps[0].tokens;
    return this.steps.map((_, at) => {
      let field = new Uint8Array(this.mapOf(at).tokens);
      field[this.mapOf(at).ancestor[patch]] = 1;
      for (let s = at; s >= 0; s--) {
        field = this.back(s, field, shifted);
        // What covers a whole map covers every earlier one.
        if (total(field) === field.length) return all;
      }
      return total(field);
    });
  }
}

/** How many places a field holds. */
export function total(field) {
  let count = 0;
  for (let t = 0; t < field.length; t++) count += field[t];
  return count;
}
