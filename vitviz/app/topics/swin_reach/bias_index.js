// The relative position index of a window: which entry of the bias table every pair of places reads. Pure.

/** @import { Table } from "./types.js" */

/** The pairs of a window of `window` x `window` places, and the (2 T - 1) x (2 T - 1) entries of a table made for T. */
export class BiasIndex {
  /**
   * @param {Int32Array} index (K, K) [query, key]
   * @param {number} window
   * @param {number} made T
   */
  constructor(index, window, made) {
    this.index = index;
    this.window = window;
    this.made = made;
    this.places = window * window;
    this.side = 2 * made - 1;
  }

  /**
   * @param {number} query
   * @param {number} key
   */
  entry(query, key) {
    return this.index[query * this.places + key];
  }

  /**
   * The pairs [query, key] that read an entry, in raster order; none where no pair of this window is so far apart.
   * @param {number} entry
   */
  sharing(entry) {
    /** @type {[query: number, key: number][]} */
    const pairs = [];
    for (let i = 0; i < this.index.length; i++) {
      if (this.index[i] === entry) pairs.push([Math.floor(i / this.places), i % this.places]);
    }
    return pairs;
  }

  /**
   * The pair in the middle of those that share an entry.
   * @param {number} entry
   */
  middle(entry) {
    const pairs = this.sharing(entry);
    return pairs.at(Math.floor(pairs.length / 2));
  }

  /**
   * The entry a step away in the table; undefined beyond its edge.
   * @param {number} entry
   * @param {readonly [number, number]} step
   */
  moved(entry, [down, across]) {
    const row = Math.floor(entry / this.side) + down;
    const column = (entry % this.side) + across;
    const isInside = row >= 0 && column >= 0 && row < this.side && column < this.side;
    return isInside ? row * this.side + column : undefined;
  }

  /**
   * Row and column of a place of the window.
   * @param {number} place
   * @returns {[number, number]}
   */
  placeOf(place) {
    return [Math.floor(place / this.window), place % this.window];
  }
}

/**
 * One head's column of a table.
 * @param {Table} table
 * @param {number} head
 */
export function entriesOf({ values, heads }, head) {
  return Float32Array.from({ length: values.length / heads }, (_, i) => values[i * heads + head]);
}
