// One small table of biases for each head of a block, to choose a head from.
import { colourTable, paint } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";
import { filled } from "../../../web/shared/words.js";
import { entriesOf } from "./bias_index.js";

/** @import { Scale, Table, Words } from "./types.js" */

export class Gallery {
  /**
   * @param {HTMLElement} parent
   * @param {Words} words
   * @param {(head: number) => void} onHead
   */
  constructor(parent, words, onHead) {
    this.words = words;
    this.onHead = onHead;
    this.root = parent.appendChild(make("div", "wr-gallery"));
    /** @type {HTMLElement[]} */
    this.tiles = [];
    this.painted = "";
  }

  /**
   * @param {Table} table
   * @param {number} head the chosen one
   * @param {Scale} colours
   * @param {boolean} dark
   * @param {string} key another one for another table or theme
   */
  draw(table, head, colours, dark, key) {
    if (key !== this.painted) this.paint(table, colourTable(colours, dark));
    this.painted = key;
    for (const [h, tile] of this.tiles.entries()) tile.setAttribute("aria-pressed", String(h === head));
  }

  /**
   * @param {Table} table
   * @param {Uint8Array} colours
   */
  paint(table, colours) {
    const side = 2 * table.window - 1;
    const top = table.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
    this.tiles = Array.from({ length: table.heads }, (_, head) => {
      /** @type {HTMLButtonElement} */
      const tile = make("button", "wr-tile");
      tile.type = "button";
      const canvas = tile.appendChild(make("canvas"));
      paint(canvas, entriesOf(table, head), 0, side, side, colours, -top, top);
      tile.append(make("span", "", String(head)));
      tile.setAttribute("aria-label", filled(this.words.headOf, { head, heads: table.heads }));
      tile.addEventListener("click", () => this.onHead(head));
      return tile;
    });
    this.root.replaceChildren(...this.tiles);
  }
}
