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
    /** @type {Map<string, string>} what the lines have: an attribute that is written again costs a layout */
    this.written = new Map();
    this.shown = true;
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
    for (const [name, value] of Object.entries(attributes)) {
      const text = String(value);
      if (this.written.get(name) === text) continue;
      this.written.set(name, text);
      for (const one of this.lines) one.setAttribute(name, text);
    }
  }

  /**
   * Around the cell in this row and column of a map of one unit a cell; nowhere for null.
   * @param {readonly [row: number, column: number] | null} place
   */
  around(place) {
    if (this.shown !== Boolean(place)) for (const one of this.lines) one.style.display = place ? "" : "none";
    this.shown = Boolean(place);
    if (place) this.set({ x: place[1], y: place[0], width: 1, height: 1 });
    return this;
  }
}
