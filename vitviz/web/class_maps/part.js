// Maps of one picture as small multiples: each on its own scale from 0 or around 0, in numbers, with a verdict below it.

import { colourTable, isDark, paint } from "../shared/colours.js";
import { make } from "../shared/dom.js";
import { Echo } from "../shared/echo.js";
import { arrowStep, mergeHeldKeys } from "../shared/events.js";
import { formatted, number } from "../shared/format.js";

/** @import { Scale, Words } from "../shared/types.d.ts" */
/**
 * @typedef {"better" | "half" | "chance" | "worse_half" | "worse" | "none"} Mark
 * @typedef {{ name: string, title: string, values: Float32Array, rows: number, columns: number, signed: boolean,
 *   low: number, high: number, note: string, mark: Mark, verdict: string, says: string,
 *   gap: number | null }} Tile
 * @typedef {{ image: string, aspect: number, tiles: Tile[], chosen: string, choosable: boolean, summary: string,
 *   band: number, compared: string, legend: string, scales: { signed: Scale, positive: Scale }, words: Words }} MapsData
 */

const MARKS = {
  better: "\u25b2",
  half: "\u25b3",
  chance: "\u25cb",
  worse_half: "\u25bd",
  worse: "\u25bc",
  none: "",
};

const LEVELS = Float32Array.from({ length: 256 }, (_, i) => i);

class SmallMaps {
  /**
   * @param {HTMLElement} root
   * @param {(name: "method", method: string) => void} send is called with the name of the map that is chosen
   */
  constructor(root, send) {
    this.root = root;
    this.send = send;
    /** @type {MapsData | null} */
    this.data = null;
    this.chosen = "";
    this.echo = new Echo();
    root.classList.add("cm");
    this.grid = root.appendChild(make("div", "cm-grid"));
    this.legend = root.appendChild(make("div", "cm-legend"));
    this.readout = root.appendChild(make("div", "vv-readout"));
    this.readout.setAttribute("role", "status");
    /** @type {Map<string, HTMLButtonElement>} */
    this.buttons = new Map();
    this.grid.addEventListener("keydown", (event) => this.onKey(event));
  }

  /** @param {MapsData} data */
  update(data) {
    const focused = this.focused();
    this.data = data;
    if (this.echo.isNews(data.chosen) || !this.chosen) this.chosen = this.echo.last ?? data.chosen;
    this.buttons.clear();
    this.grid.replaceChildren(...(data.image ? [this.picture(data)] : []), ...data.tiles.map((one) => this.tile(one)));
    this.legend.textContent = data.legend;
    this.press();
    if (focused) this.buttons.get(focused)?.focus();
    this.rest();
  }

  /** What is written while nothing is pointed at. */
  rest() {
    this.readout.textContent = this.data?.summary || (this.data?.choosable ? this.data.words.help : "");
    this.readout.classList.toggle("cm-summary", Boolean(this.data?.summary));
  }

  /** The maps with their numbers. */
  figures() {
    if (!this.data) return [];
    const made = this.data.tiles.filter((tile) => tile.values.length);
    const arrays = Object.fromEntries(
      made.map(({ name, values, rows, columns }) => [name, { values, shape: [rows, columns] }]),
    );
    return [{ element: this.grid, arrays }];
  }

  destroy() {
    this.root.replaceChildren();
  }

  /** @param {MapsData} data */
  picture({ image, aspect, words }) {
    const figure = make("figure", "cm-tile cm-picture");
    const holder = figure.appendChild(make("div", "cm-holder"));
    const img = holder.appendChild(make("img"));
    Object.assign(img, { src: image, alt: words.picture });
    img.style.aspectRatio = String(aspect);
    figure.append(make("span", "cm-title", words.picture));
    return figure;
  }

  /** @param {Tile} tile */
  tile(tile) {
    const choosable = this.data?.choosable;
    const root = choosable ? this.button(tile) : make("figure", "cm-tile");
    root.classList.toggle("cm-compared", tile.name === this.data?.compared);
    const holder = root.appendChild(make("div", "cm-holder"));
    if (tile.values.length) holder.append(this.canvas(tile));
    else holder.appendChild(make("div", "cm-empty", tile.note)).style.aspectRatio = String(this.data?.aspect ?? 1);
    root.append(make("span", "cm-title", tile.title));
    if (tile.values.length) root.append(this.strip(tile), make("span", "cm-scale", scaleText(tile)));
    if (tile.verdict) {
      const verdict = root.appendChild(make("span", `cm-verdict cm-${tile.mark}`));
      verdict.append(make("b", "", MARKS[tile.mark]), ` ${tile.verdict}`);
      if (tile.says) {
        verdict.setAttribute("role", "img");
        verdict.setAttribute("aria-label", `${tile.says} ${tile.verdict}`);
        verdict.title = tile.says;
      }
    }
    if (tile.gap !== null) root.append(this.bar(tile.gap, tile.mark));
    return root;
  }

  /**
   * A map's gap as a length from 0, before the band of the random orders; all tiles on one scale.
   * @param {number} gap
   * @param {Tile["mark"]} mark
   */
  bar(gap, mark) {
    const { band, tiles } = /** @type {MapsData} */ (this.data);
    const gaps = tiles.map((tile) => tile.gap ?? 0);
    const [from, to] = [Math.min(-band, ...gaps), Math.max(band, ...gaps)];
    const bar = make("span", "cm-bar");
    const piece = (/** @type {string} */ kind, /** @type {number} */ low, /** @type {number} */ high) => {
      const span = bar.appendChild(make("span", kind));
      span.style.left = `${(100 * (low - from)) / (to - from || 1)}%`;
      span.style.width = `${(100 * (high - low)) / (to - from || 1)}%`;
    };
    piece("cm-band", -band, band);
    piece(`cm-gap cm-${mark}`, Math.min(0, gap), Math.max(0, gap));
    piece("cm-zero", 0, 0);
    bar.setAttribute("aria-hidden", "true");
    return bar;
  }

  /** @param {Tile} tile */
  canvas(tile) {
    const { values, rows, columns, signed, low, high, title } = tile;
    const canvas = make("canvas");
    const scale = this.data?.scales[signed ? "signed" : "positive"];
    if (scale) paint(canvas, values, 0, rows, columns, colourTable(scale, isDark(this.root)), low, high);
    canvas.style.aspectRatio = String(this.data?.aspect ?? columns / rows);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${title} ${rows} x ${columns}, ${scaleText(tile)}`);
    canvas.addEventListener("pointermove", (event) => this.read(event, canvas, tile));
    canvas.addEventListener("pointerleave", () => this.rest());
    return canvas;
  }

  /**
   * All colours of a map's scale, so that one around 0 is told from one that begins there.
   * @param {Tile} tile
   */
  strip({ signed }) {
    const strip = make("canvas", "cm-strip");
    const scale = this.data?.scales[signed ? "signed" : "positive"];
    if (scale) paint(strip, LEVELS, 0, 1, 256, colourTable(scale, isDark(this.root)), 0, 255);
    strip.setAttribute("aria-hidden", "true");
    return strip;
  }

  /** @param {Tile} tile */
  button({ name }) {
    const button = make("button", "cm-tile");
    button.type = "button";
    button.addEventListener("click", () => this.choose(name));
    this.buttons.set(name, button);
    return button;
  }

  /** @param {string} name */
  choose(name) {
    if (name === this.chosen) return;
    this.chosen = name;
    this.echo.sent(name);
    this.press();
    this.send("method", name);
  }

  press() {
    for (const [name, button] of this.buttons) {
      button.setAttribute("aria-pressed", String(name === this.chosen));
      button.tabIndex = name === this.chosen ? 0 : -1;
    }
    if (!this.buttons.has(this.chosen)) for (const button of this.buttons.values()) button.tabIndex = 0;
  }

  /** The name of the tile that has the focus. */
  focused() {
    const root = /** @type {Document | ShadowRoot} */ (this.root.getRootNode());
    return [...this.buttons].find(([, button]) => button === root.activeElement)?.[0];
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const step = arrowStep(event);
    const focused = this.focused();
    if (!step || focused === undefined) return;
    const names = [...this.buttons.keys()];
    const at = names.indexOf(focused) + (step[0] || step[1]);
    const name = names[Math.min(names.length - 1, Math.max(0, at))];
    this.buttons.get(name)?.focus();
    this.choose(name);
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * @param {MouseEvent} event
   * @param {HTMLCanvasElement} canvas
   * @param {Tile} tile
   */
  read(event, canvas, { title, values, rows, columns }) {
    const box = canvas.getBoundingClientRect();
    const at = (/** @type {number} */ from, /** @type {number} */ size, /** @type {number} */ count) =>
      Math.min(count - 1, Math.max(0, Math.floor((from / size) * count)));
    const row = at(event.clientY - box.top, box.height, rows);
    const column = at(event.clientX - box.left, box.width, columns);
    const { words } = /** @type {MapsData} */ (this.data);
    this.readout.classList.remove("cm-summary");
    this.readout.textContent = `${title}  ${words.row} ${row}, ${words.column} ${column}:  ${number(values[row * columns + column])}`;
  }
}

/**
 * What the colours span, in as few letters as a small map is wide.
 * @param {Tile} tile
 */
function scaleText({ signed, high }) {
  const most = formatted(high, ".2g")
    .replace(/(?<=e[+\u2212])0+/, "")
    .replace("e+", "e");
  return signed ? `\u00b1${most}` : `0 \u2026 ${most}`;
}

/**
 * @param {HTMLElement} element
 * @param {(name: string, value: unknown) => void} send
 */
export function mount(element, send) {
  return new SmallMaps(element, mergeHeldKeys(send));
}
