// A sheet with a column for each flight: its airport, and below it what the models have of it, line by line.
import { colourBar, cssColour } from "../../../web/shared/colours.js";
import { make, write } from "../../../web/shared/dom.js";
import { arrowStep } from "../../../web/shared/events.js";
import { Lifetime } from "../../../web/shared/lifetime.js";
import { Cells, pixels, Shades, SignedShades } from "../../../web/shared/shades.js";

/**
 * @typedef {object} Line
 * @property {string} name
 * @property {string} label
 * @property {"bars" | "signed" | "heat"} kind heat has several rows of values
 * @property {(number | null)[] | Float32Array} values one a column (null: none), or rows x columns
 * @property {number} high what fills a line
 * @property {number} [rows]
 * @property {number} [marked] a row of a heat that is marked
 * @property {boolean} [pressed] whether the line is the one that is looked at
 */
/**
 * @typedef {object} Columns
 * @property {{ code: string, was: string | null, out: boolean }[]} flights
 * @property {number} chosen
 * @property {Line[]} lines
 * @property {string} label
 * @property {{ attention: Uint8Array, difference: Uint8Array, activation: Uint8Array }} tables
 */
/**
 * @typedef {object} SheetListeners
 * @property {(place: number) => void} choose
 * @property {(place: number | null) => void} hover
 * @property {(name: string, row: number) => void} press a line, and the row of it
 */

export class Sheet {
  /**
   * @param {HTMLElement} root
   * @param {SheetListeners} listeners
   */
  constructor(root, listeners) {
    this.listeners = listeners;
    this.lifetime = new Lifetime();
    this.root = root.appendChild(make("div", "vr-scroll"));
    this.sheet = this.root.appendChild(make("div", "vr-sheet"));
    this.strip = this.sheet.appendChild(make("div", "vr-strip"));
    this.strip.tabIndex = 0;
    this.strip.setAttribute("role", "slider");
    this.under = this.sheet.appendChild(make("div", "vr-lines"));
    this.cursor = this.sheet.appendChild(make("div", "vr-column vr-column-over"));
    this.pinned = this.sheet.appendChild(make("div", "vr-column"));
    /** @type {HTMLElement[]} */
    this.chips = [];
    /** @type {Map<string, { root: HTMLElement, label: HTMLElement, area: HTMLElement, mark: HTMLElement, legend: HTMLElement, bars: HTMLElement[], cells: Cells | null }>} */
    this.made = new Map();
    this.chosen = 0;
    this.count = 0;
    this.lifetime.listen(this.sheet, "pointermove", (/** @type {PointerEvent} */ event) => {
      if (event.pointerType === "mouse") this.listeners.hover(this.placeAt(event));
    });
    this.lifetime.listen(this.sheet, "pointerleave", () => this.listeners.hover(null));
    this.lifetime.listen(this.sheet, "click", (/** @type {MouseEvent} */ event) => this.click(event));
    this.lifetime.listen(this.strip, "keydown", (/** @type {KeyboardEvent} */ event) => {
      const ends = { Home: -this.count, End: this.count };
      const step = arrowStep(event)?.[1] ?? ends[/** @type {"Home" | "End"} */ (event.key)];
      if (!step) return;
      this.listeners.choose(Math.max(0, Math.min(this.count - 1, this.chosen + step)));
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /** @param {MouseEvent} event */
  placeAt(event) {
    const { left, width } = this.strip.getBoundingClientRect();
    const place = Math.floor(((event.clientX - left) / width) * this.count);
    return place >= 0 && place < this.count ? place : null;
  }

  /** @param {MouseEvent} event */
  click(event) {
    const place = this.placeAt(event);
    for (const [name, { area, label }] of this.made) {
      const inside = area.contains(/** @type {Node} */ (event.target));
      const { top, height } = area.getBoundingClientRect();
      if (inside) this.listeners.press(name, Math.max(0, Math.min(0.999, (event.clientY - top) / height)));
      else if (label.contains(/** @type {Node} */ (event.target))) {
        this.listeners.press(name, -1);
        return;
      }
    }
    if (place !== null) this.listeners.choose(place);
  }

  /** @param {Columns} columns */
  draw({ flights, chosen, lines, label, tables }) {
    if (this.count !== flights.length) {
      this.count = flights.length;
      this.chips = flights.map(() => make("span", "vr-chip"));
      this.strip.replaceChildren(...this.chips);
      this.sheet.style.setProperty("--flights", String(this.count));
      this.made.clear();
      this.root.scrollLeft = this.root.scrollWidth;
    }
    for (const [i, { code, was, out }] of flights.entries()) {
      write(this.chips[i], code);
      this.chips[i].className = `vr-chip${out ? " vr-out" : was ? " vr-other" : ""}`;
    }
    this.chosen = chosen;
    const { code, was, out } = flights[chosen];
    const text = out ? `${chosen}: ${code} \u2212` : was ? `${chosen}: ${was} \u2192 ${code}` : `${chosen}: ${code}`;
    const range = { "aria-valuemin": 0, "aria-valuemax": this.count - 1, "aria-valuenow": chosen };
    write(this.strip, null, { "aria-label": label, "aria-valuetext": text, ...range });
    this.place(this.pinned, chosen);
    const roots = lines.map((line) => this.line(line, tables));
    if (roots.length !== this.under.children.length || roots.some((root, i) => this.under.children[i] !== root))
      this.under.replaceChildren(...roots);
  }

  /**
   * @param {Line} line
   * @param {Columns["tables"]} tables
   */
  line({ name, label, kind, values, high, rows = 1, marked = -1, pressed = false }, tables) {
    const made = this.made.get(name) ?? this.make(name, kind);
    write(made.label, label);
    if (made.label instanceof HTMLButtonElement) write(made.label, null, { "aria-pressed": pressed });
    if (made.cells) {
      const signed = name === "candidate" || name === "state";
      const colours = pixels(signed ? tables.difference : tables.attention);
      const shades = signed ? new SignedShades(colours, high) : new Shades(colours, high);
      made.cells.draw(/** @type {Float32Array} */ (values), 0, rows, this.count, shades);
      const table = signed ? tables.difference : tables.attention;
      made.legend.replaceChildren(colourBar({ light: table, dark: table }, false, signed ? -high : 0, high));
      made.mark.hidden = marked < 0;
      made.mark.style.top = `${(100 * marked) / rows}%`;
      made.mark.style.height = `${100 / rows}%`;
      return made.root;
    }
    for (const [i, bar] of made.bars.entries()) {
      const value = values[i] ?? 0;
      const share = Math.min(1, Math.abs(value) / (high || 1));
      bar.style.setProperty("--share", String(share));
      if (kind === "signed") {
        bar.className = value < 0 ? "vr-bar vr-bar-down" : "vr-bar vr-bar-up";
        bar.style.background = cssColour(tables.difference, value < 0 ? 30 : 225);
      }
    }
    return made.root;
  }

  /**
   * @param {string} name
   * @param {Line["kind"]} kind
   */
  make(name, kind) {
    const root = make("div", "vr-line");
    const label = root.appendChild(kind === "signed" ? make("div", "vr-label") : make("button", "vr-label"));
    const area = root.appendChild(make("div", `vr-area vr-${kind}`));
    const mark = area.appendChild(make("div", "vr-mark"));
    mark.hidden = true;
    const legend = make("div", "vr-legend");
    if (kind === "heat") area.append(legend);
    const cells = kind === "heat" ? new Cells(area.appendChild(make("canvas"))) : null;
    const bars = cells ? [] : Array.from({ length: this.count }, () => area.appendChild(make("span", "vr-bar")));
    const made = { root, label, area, mark, legend, bars, cells };
    this.made.set(name, made);
    return made;
  }

  /** @param {number | null} place the column under the pointer */
  over(place) {
    this.cursor.hidden = place === null;
    if (place !== null) this.place(this.cursor, place);
  }

  /**
   * @param {HTMLElement} column
   * @param {number} place
   */
  place(column, place) {
    column.style.transform = `translateX(${100 * place}%)`;
  }

  destroy() {
    this.lifetime.destroy();
  }
}
