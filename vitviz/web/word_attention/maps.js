// Every head of every layer as a small map of all its weights.
import { GridView } from "../explorer/grid.js";
import { GridLayout } from "../explorer/grid_layout.js";
import { pixelRatio } from "../shared/dom.js";
import { highOf, MaskedShades } from "./shades.js";

/** @import { Theme } from "../explorer/types.d.ts" */
/** @import { Layers } from "./layers.js" */
/** @import { Head, Place } from "./types.d.ts" */

const TALLEST = 520; // CSS pixels
const WIDEST = 76; // CSS pixels of one map

export class SmallMaps {
  /**
   * @param {HTMLElement} parent
   * @param {{ choose: (layer: number, head: Head) => void, hover: (layer: number, head: Head) => void, leave: () => void }} events
   */
  constructor(parent, { choose, hover, leave }) {
    this.view = new GridView(parent, {
      hover: (cell) => (cell ? hover(cell.layer, headOf(cell.head)) : leave()),
      choose: ({ layer, head }) => choose(layer, headOf(head)),
    });
    this.painted = "";
  }

  /**
   * @param {Layers} layers
   * @param {Place} place
   * @param {Theme} theme
   * @param {{ masked: number, width: number, revision: number }} style
   */
  draw(layers, place, theme, { masked, width, revision }) {
    const painted = [revision, place.own, theme.dark, width, masked].join();
    if (painted !== this.painted) {
      this.painted = painted;
      this.layout(layers, width);
      for (const cell of this.view.layout?.cells ?? []) {
        if (!cell) continue;
        const matrix = layers.layers[cell.layer].matrix(headOf(cell.head));
        const shades = new MaskedShades(theme.attention, highOf(matrix, place.own), masked);
        this.view.paint(cell, matrix.values, 0, shades);
      }
      this.view.flush();
    }
    this.view.mark(place, null, theme.ink);
  }

  /**
   * @param {Layers} layers
   * @param {number} width CSS pixels
   */
  layout({ layers }, width) {
    const shapes = layers.map(({ heads, queries, keys }) => ({
      heads,
      shape: /** @type {[number, number]} */ ([queries.count, keys.count]),
    }));
    const across = Math.max(...layers.map(({ heads }) => heads)) + 1;
    const room = { width: Math.min(width, WIDEST * across + 30), height: TALLEST, ratio: pixelRatio(this.view.root) };
    this.view.setLayout(new GridLayout(shapes, "layer", () => undefined, room));
  }
}

/** @param {number | string} head */
const headOf = (head) => (typeof head === "number" ? head : "mean");
