// Rows of numbers as coloured cells under one cursor, with a line that reads the numbers there.
import { make } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { Cells, SignedShades } from "../shared/shades.js";

/** @import { Floats } from "./weights.js" */
/** @typedef {{ symbol: string, values: Floats, label: string }} StripRow */

/** @type {Record<string, number | undefined>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

/** A row of numbers on a scale that is centred on 0. */
class Strip {
  /**
   * `move` is called with the place under the pointer, null where it leaves.
   * @param {HTMLElement} parent
   * @param {StripRow} row
   * @param {Uint32Array} colours
   * @param {(at: number | null) => void} move
   */
  constructor(parent, { symbol, values, label }, colours, move) {
    this.values = values;
    const root = parent.appendChild(make("div", "vx-strip"));
    root.append(make("b", "", symbol));
    this.stage = root.appendChild(make("div", "vx-strip-stage"));
    this.stage.setAttribute("role", "img");
    const top = Math.max(...Array.from(values, Math.abs)) || 1;
    const cells = new Cells(this.stage.appendChild(make("canvas")));
    cells.draw(values, 0, 1, values.length, new SignedShades(colours, top));
    this.cursor = this.stage.appendChild(make("div", "vx-strip-cursor"));
    this.stage.setAttribute("aria-label", `${label}: ${values.length}, \u00b1${number(top)}`);
    root.append(make("span", "vx-range", `\u00b1${number(top)}`));
    const pointed = (/** @type {PointerEvent} */ event) => {
      const box = this.stage.getBoundingClientRect();
      const at = Math.floor(((event.clientX - box.left) / box.width) * values.length);
      move(Math.min(values.length - 1, Math.max(0, at)));
    };
    this.stage.addEventListener("pointermove", pointed);
    this.stage.addEventListener("pointerdown", pointed);
    // A finger that is lifted leaves, too, but wants to read.
    this.stage.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && move(null));
  }

  /**
   * By keyboard, too: a slider over the places of this strip, for all that share its cursor.
   * @param {(event: KeyboardEvent) => void} onKey
   */
  makeSlider(onKey) {
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "slider");
    this.stage.setAttribute("aria-valuemin", "0");
    this.stage.setAttribute("aria-valuemax", String(this.values.length - 1));
    this.stage.addEventListener("keydown", onKey);
  }

  /**
   * Where the slider is, for a screen reader.
   * @param {number | null} at
   * @param {string} text
   */
  setValue(at, text) {
    this.stage.setAttribute("aria-valuenow", String(at ?? 0));
    this.stage.setAttribute("aria-valuetext", text);
  }

  /** @param {number | null} at */
  point(at) {
    const visible = at !== null && at < this.values.length;
    this.cursor.style.display = visible ? "" : "none";
    if (!visible) return;
    this.cursor.style.left = `${(100 * at) / this.values.length}%`;
    this.cursor.style.width = `${100 / this.values.length}%`;
  }
}

/**
 * Add strips that share one cursor, moved by the pointer or by arrow keys on the first, and the line that reads them.
 * @param {HTMLElement} parent
 * @param {StripRow[]} rows
 * @param {Uint32Array} colours
 * @param {string} help what the line says while the cursor is nowhere
 */
export function addStrips(parent, rows, colours, help) {
  const count = rows[0].values.length;
  /** @type {number | null} */
  let place = null;
  const move = (/** @type {number | null} */ at) => {
    place = at;
    for (const strip of strips) strip.point(at);
    reading.textContent = at === null ? help : readingAt(rows, at);
    strips[0].setValue(at, reading.textContent);
  };
  const strips = rows.map((row) => new Strip(parent, row, colours, move));
  strips[0].makeSlider((event) => {
    const by = STEPS[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    move(place === null ? 0 : Math.min(count - 1, Math.max(0, place + by)));
  });
  const reading = parent.appendChild(make("div", "vx-reading"));
  move(null);
}

/**
 * The numbers of several strips at the cursor.
 * @param {StripRow[]} rows
 * @param {number} at
 */
const readingAt = (rows, at) =>
  rows.map(({ symbol, values }) => `${symbol}[${at}] = ${number(values[at])}`).join("   ");
