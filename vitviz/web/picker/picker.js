// The picture that the model sees, cut into its tokens: look, move over, choose one.
import { Chosen } from "../shared/chosen.js";
import { colourBar, colourTable, isDark, paint } from "../shared/colours.js";
import { make, svg } from "../shared/dom.js";
import { arrowStep } from "../shared/events.js";
import { number } from "../shared/format.js";
import { Lifetime } from "../shared/lifetime.js";
import { Mark } from "../shared/marks.js";

/** @import { Scale } from "../shared/types.d.ts" */
/**
 * @typedef {object} Data
 * @property {string} image
 * @property {string} alt
 * @property {string} help
 * @property {{ token: string, patch: string }} words
 * @property {number} rows
 * @property {number} columns
 * @property {number} aspect
 * @property {number} width CSS pixels
 * @property {number} token
 * @property {string[]} prefix names of the tokens before the patches
 * @property {boolean} grid whether thin lines run between the patches
 * @property {{ rows: number[], columns: number[] }} lines where thick lines run
 * @property {number[]} marked
 * @property {boolean} chips whether the prefix tokens can be chosen
 * @property {Float32Array | null} overlay a value for each token
 * @property {number} [low]
 * @property {number} [high]
 * @property {Scale} [scale]
 * @property {number} [opacity]
 * @property {string} [scaleLabel]
 * @property {boolean} [bar] whether the colours are explained
 */

/** @type {Data} */
const EMPTY = {
  ...{
    image: "",
    alt: "",
    help: "",
    words: { token: "", patch: "" },
    rows: 1,
    columns: 1,
    aspect: 1,
    width: 1,
    token: 0,
  },
  ...{ prefix: [], grid: false, lines: { rows: [], columns: [] }, marked: [], chips: false, overlay: null },
};

export class Picker {
  /**
   * @param {HTMLElement} root
   * @param {(name: "token", token: number) => void} choose
   */
  constructor(root, choose) {
    this.root = root;
    this.choose = choose;
    /** @type {Data} */
    this.data = EMPTY;
    this.current = new Chosen();
    this.dark = false;
    this.source = "";
    this.frame = root.appendChild(make("div", "vv-frame"));
    this.frame.tabIndex = 0;
    this.frame.setAttribute("role", "application");
    this.chips = root.appendChild(make("div", "vv-chips"));
    this.readout = root.appendChild(make("div", "vv-readout"));
    this.readout.setAttribute("role", "status");
    this.bar = root.appendChild(make("div", "vv-barplace"));
    this.image = this.frame.appendChild(make("img"));
    this.canvas = this.frame.appendChild(make("canvas"));
    this.svg = this.frame.appendChild(svg("svg", { preserveAspectRatio: "none", class: "vv-lines" }));
    this.hovered = new Mark("rect", "vv-hovered");
    this.chosen = new Mark("rect", "vv-chosen");
    this.lifetime = new Lifetime();
    this.lifetime.listen(this.frame, "pointermove", (event) => this.hover(this.tokenAt(event)));
    this.lifetime.listen(this.frame, "pointerleave", () => this.hover(null));
    this.lifetime.listen(this.frame, "click", (event) => this.select(this.tokenAt(event)));
    this.lifetime.listen(this.frame, "keydown", (event) => this.key(event));
  }

  get token() {
    return this.current.value;
  }

  /** @param {Data} data */
  update(data) {
    this.data = data;
    this.current.restart(data.token);
    this.dark = isDark(this.frame);
    if (this.source !== data.image) this.image.src = this.source = data.image;
    this.image.alt = data.alt;
    this.frame.style.aspectRatio = String(data.aspect);
    this.frame.style.maxWidth = `min(100%, ${data.width}px)`;
    this.frame.setAttribute("aria-label", data.help);
    this.paintOverlay();
    this.drawLines();
    this.drawChips();
    this.hover(null);
  }

  paintOverlay() {
    const { overlay, rows, columns, low = 0, high = 1, scale, opacity = 1, prefix } = this.data;
    this.canvas.hidden = !overlay;
    this.bar.replaceChildren();
    if (!overlay || !scale) return;
    paint(this.canvas, overlay, prefix.length, rows, columns, colourTable(scale, this.dark), low, high);
    this.canvas.style.opacity = String(opacity);
    if (this.data.bar !== false) this.bar.append(colourBar(scale, this.dark, low, high, this.data.scaleLabel));
  }

  drawLines() {
    const { rows, columns, lines, marked } = this.data;
    this.svg.setAttribute("viewBox", `0 0 ${columns} ${rows}`);
    this.svg.replaceChildren();
    const down = (/** @type {number} */ at, /** @type {string} */ name) =>
      this.svg.append(svg("path", { d: `M${at} 0V${rows}`, class: name }));
    const across = (/** @type {number} */ at, /** @type {string} */ name) =>
      this.svg.append(svg("path", { d: `M0 ${at}H${columns}`, class: name }));
    if (this.data.grid) {
      for (let c = 1; c < columns; c++) down(c, "vv-thin");
      for (let r = 1; r < rows; r++) across(r, "vv-thin");
    }
    for (const c of lines.columns) down(c, "vv-thick");
    for (const r of lines.rows) across(r, "vv-thick");
    for (const token of marked) {
      const [row, column] = this.place(token) ?? [-1, -1]; // a token before the patches has no place
      if (row >= 0) this.svg.append(svg("rect", { x: column, y: row, width: 1, height: 1, class: "vv-marked" }));
    }
    this.hovered.on(this.svg).around(null);
    this.chosen.on(this.svg).around(this.place(this.token));
  }

  drawChips() {
    const chips = this.data.prefix.map((name, token) => {
      const chip = make("button", "vv-tool vv-mono", name);
      chip.type = "button";
      if (this.data.overlay) chip.prepend(this.swatch(this.data.overlay[token]));
      chip.addEventListener("click", () => this.select(token));
      chip.addEventListener("pointerenter", () => this.hover(token));
      return chip;
    });
    this.chips.replaceChildren(...(this.data.chips ? chips : []));
    this.pressChips();
  }

  pressChips() {
    for (const [token, chip] of [...this.chips.children].entries())
      chip.setAttribute("aria-pressed", String(token === this.token));
  }

  /**
   * The colour of one value, for a token that has no place in the picture.
   * @param {number} value
   */
  swatch(value) {
    const { low = 0, high = 1, scale } = this.data;
    const swatch = make("canvas", "vv-swatch");
    if (scale) paint(swatch, [value], 0, 1, 1, colourTable(scale, this.dark), low, high);
    return swatch;
  }

  /**
   * Row and column of a patch token; null for a prefix token or nothing.
   * @param {number | null} token
   * @returns {[row: number, column: number] | null}
   */
  place(token) {
    const patch = token === null ? -1 : token - this.data.prefix.length;
    return patch < 0 ? null : [Math.floor(patch / this.data.columns), patch % this.data.columns];
  }

  /** @param {MouseEvent} event */
  tokenAt(event) {
    const { rows, columns, prefix } = this.data;
    const box = this.frame.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
    if (row < 0 || column < 0 || row >= rows || column >= columns) return null;
    return prefix.length + row * columns + column;
  }

  /** @param {number | null} token */
  hover(token) {
    this.hovered.around(this.place(token));
    this.readout.textContent = this.describe(token ?? this.token);
  }

  /** @param {number} token */
  describe(token) {
    const place = this.place(token);
    if (token < 0) return "";
    const { words, prefix, overlay } = this.data;
    const name = place ? `${words.patch} (${place[0]}, ${place[1]})` : prefix[token];
    const value = overlay && this.data.bar !== false ? overlay[token] : NaN;
    return `${words.token} ${token} = ${name}${Number.isNaN(value) ? "" : `   ${number(value)}`}`;
  }

  /**
   * Mark another token that was chosen elsewhere.
   * @param {number} token
   */
  go(token) {
    if (this.current.move(token)) this.mark(token);
  }

  /** @param {number} token */
  mark(token) {
    this.chosen.around(this.place(token));
    this.pressChips();
    this.readout.textContent = this.describe(token);
  }

  /**
   * Mark another token and send it.
   * @param {number | null} token
   */
  select(token) {
    if (token === null || !this.current.choose(token)) return;
    this.mark(token);
    this.choose("token", token);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = arrowStep(event);
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const { rows, columns, prefix } = this.data;
    const [row, column] = this.place(this.token) ?? [0, 0];
    const to = [Math.min(rows - 1, Math.max(0, row + step[0])), Math.min(columns - 1, Math.max(0, column + step[1]))];
    this.select(prefix.length + to[0] * columns + to[1]);
  }

  /**
   * The picture, and a value for each of its patches where there are some.
   * @param {string} [name]
   */
  figures(name) {
    const { overlay, prefix, rows, columns } = this.data;
    const patches = overlay?.subarray(prefix.length);
    /** @type {Record<string, import("../shared/types.d.ts").SavedArray>} */
    const arrays = patches ? { patches: { values: patches, shape: [rows, columns] } } : {};
    if (overlay && prefix.length) arrays.prefix = { values: overlay.subarray(0, prefix.length) };
    return [{ name, element: this.root, arrays }];
  }

  destroy() {
    this.lifetime.destroy();
    this.chips.replaceChildren();
  }
}
