// Small maps over the picture, a row for each layer and a column for each head; one can be chosen.
import { make, write } from "../../../web/shared/dom.js";
import { Cells, Shades } from "../../../web/shared/shades.js";
import { copyPicture } from "./boxes.js";

/** @import { Words } from "../../../web/shared/types.d.ts" */
/**
 * @typedef {object} Maps
 * @property {number} layers
 * @property {number} heads
 * @property {[number, number]} grid
 * @property {HTMLCanvasElement} picture
 * @property {object} of what the picture belongs to: another one means that it has changed
 * @property {Uint32Array} colours
 * @property {Float32Array} values
 * @property {(layer: number, head: number) => { offset: number, high: number }} at
 * @property {(layer: number, head: number) => string} caption
 * @property {[layer: number, head: number]} chosen
 * @property {Words} words
 */

export class SmallMaps {
  /**
   * @param {HTMLElement} root
   * @param {(layer: number, head: number) => void} choose with -1 for a chosen head that is pressed again
   */
  constructor(root, choose) {
    this.root = root;
    this.choose = choose;
    /** @type {{ button: HTMLButtonElement, picture: HTMLCanvasElement, cells: Cells, caption: HTMLElement }[]} */
    this.maps = [];
    /** @type {object | null} */
    this.of = null;
    /** @type {[number, number]} */
    this.chosen = [0, -1];
  }

  /**
   * @param {number} layers
   * @param {number} heads
   */
  build(layers, heads) {
    if (this.maps.length === layers * heads) return;
    this.of = null;
    this.root.style.gridTemplateColumns = `repeat(${heads}, minmax(0, 1fr))`;
    this.maps = Array.from({ length: layers * heads }, (_, i) => {
      const [layer, head] = [Math.floor(i / heads), i % heads];
      const button = make("button", "vd-map");
      button.type = "button";
      const frame = button.appendChild(make("span", "vd-map-frame"));
      const picture = frame.appendChild(make("canvas", "vd-map-picture"));
      const cells = new Cells(frame.appendChild(make("canvas", "vd-map-cells")));
      const caption = button.appendChild(make("span", "vd-caption"));
      button.addEventListener("click", () => {
        const again = this.chosen[0] === layer && this.chosen[1] === head;
        this.choose(layer, again ? -1 : head);
      });
      return { button, picture, cells, caption };
    });
    this.root.replaceChildren(...this.maps.map(({ button }) => button));
  }

  /** @param {Maps} maps */
  draw({ layers, heads, grid, picture, of, colours, values, at, caption, chosen }) {
    this.build(layers, heads);
    this.chosen = chosen;
    for (const [i, map] of this.maps.entries()) {
      const [layer, head] = [Math.floor(i / heads), i % heads];
      const { offset, high } = at(layer, head);
      if (of !== this.of) copyPicture(map.picture, picture);
      map.cells.draw(values, offset, ...grid, new Shades(colours, high));
      write(map.caption, caption(layer, head));
      write(map.button, null, { "aria-pressed": chosen[0] === layer && chosen[1] === head });
    }
    this.of = of;
  }
}
