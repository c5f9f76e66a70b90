// Marks on pictures and maps: a coloured line over a light and a dark one, one of which is seen on every colour. A filter
// would not do: its lengths are those of the drawing, where a patch is 1, and the shadow would lie over the map.
import { svg } from "./dom.js";

export class Mark {
  /**
   * @param {"rect" | "path"} tag
   * @param {string} className of the coloured line
   * @param {string} [rim] another class of the two lines below it
   */
  constructor(tag, className, rim = "") {
    const name = /** @type {"rect"} */ (tag);
    const [dark, light, line] = [`vv-rim vv-rim-dark ${rim}`, `vv-rim ${rim}`, className].map((one) =>
      svg(name, { class: one }),
    );
    this.lines = [dark, light, line];
    /** The coloured line, which other code may read and style. */
    this.line = line;
  }

  /**
   * Put the mark on top of what `parent` has.
   * @param {SVGElement} parent
   */
  on(parent) {
    parent.append(...this.lines);
    return this;
  }

  /** @param {Record<string, string | number>} attributes */
  set(attributes) {
    for (const one of this.lines)
      for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, String(value));
  }

  /**
   * Around the cell in this row and column of a map of one unit a cell; nowhere for null.
   * @param {readonly [row: number, column: number] | null} place
   */
  around(place) {
    for (const one of this.lines) one.style.display = place ? "" : "none";
    if (place) this.set({ x: place[1], y: place[0], width: 1, height: 1 });
    return this;
  }
}
