// One strip for each layer norm, one cell for each token: all tokens at all layer norms on one colour scale.
import { colourBar, colourTable, isDark, paint } from "../shared/colours.js";
import { make } from "../shared/dom.js";
import { arrowStep } from "../shared/events.js";
import { number } from "../shared/format.js";

/** @typedef {import("../shared/colours.js").ColourScale} Scale */
/**
 * One layer norm's strip; `large` are the tokens that are marked, of many that are above the threshold the largest.
 * @typedef {{ name: string, values: Float32Array, prefix: string[], large: number[],
 *   isAbove: (token: number) => boolean }} Strip
 * @typedef {{ rows: Strip[], row: number, token: number, scale: Scale, low: number, high: number, quantity: string,
 *   above: string, label: string }} NormMapData
 */

export class NormMap {
  /**
   * @param {HTMLElement} root
   * @param {(row: number, token: number) => void} onChoose is called with the number of the strip and the token
   */
  constructor(root, onChoose) {
    this.onChoose = onChoose;
    /** @type {NormMapData | null} */
    this.data = null;
    /** @type {[row: number, token: number]} */
    this.at = [0, 0];
    this.box = root.appendChild(make("div", "vm"));
    const body = this.box.appendChild(make("div", "vm-body"));
    this.names = body.appendChild(make("div", "vm-names"));
    this.lanes = body.appendChild(make("div", "vm-lanes"));
    this.lanes.tabIndex = 0;
    this.lanes.setAttribute("role", "application");
    this.lanes.addEventListener("keydown", (event) => this.onKey(event));
    this.lanes.addEventListener("pointerleave", () => this.point(...this.at));
    this.cursor = make("div", "vm-cursor");
    this.readout = this.box.appendChild(make("div", "vm-read"));
    this.readout.setAttribute("role", "status");
    this.bar = this.box.appendChild(make("div"));
  }

  /** @param {NormMapData} data */
  update(data) {
    this.data = data;
    const dark = isDark(this.lanes);
    const table = colourTable(data.scale, dark);
    this.lanes.setAttribute("aria-label", data.label);
    this.names.replaceChildren(...data.rows.map(({ name }) => make("span", "", name)));
    this.lanes.replaceChildren(...data.rows.map((_, i) => this.lane(data, i, table)));
    this.bar.replaceChildren(colourBar(data.scale, dark, data.low, data.high, data.quantity));
    this.go(data.row, data.token);
  }

  /**
   * Move the cursor to a place that was chosen here or elsewhere.
   * @param {number} row
   * @param {number} token
   */
  go(row, token) {
    this.at = [row, token];
    for (const [i, name] of [...this.names.children].entries()) name.className = i === row ? "vm-current" : "";
    this.point(row, token);
  }

  /**
   * @param {NormMapData} data
   * @param {number} index
   * @param {Uint8Array} table
   */
  lane({ rows, low, high }, index, table) {
    const { name, values, large } = rows[index];
    const lane = make("div", "vm-lane");
    const canvas = lane.appendChild(make("canvas"));
    paint(canvas, values, 0, 1, values.length, table, low, high);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", name);
    for (const token of large) place(lane.appendChild(make("i")), token, values.length);
    /** @param {MouseEvent} event */
    const tokenAt = (event) => {
      const box = lane.getBoundingClientRect();
      const token = Math.floor(((event.clientX - box.left) / box.width) * values.length);
      return Math.min(values.length - 1, Math.max(0, token));
    };
    lane.addEventListener("pointermove", (event) => this.point(index, tokenAt(event)));
    lane.addEventListener("click", (event) => this.onChoose(index, tokenAt(event)));
    return lane;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const move = arrowStep(event);
    if (!this.data || (!move && event.key !== "Enter")) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") {
      this.onChoose(...this.at);
      return;
    }
    const { rows } = this.data;
    const [down, across] = move ?? [0, 0];
    const row = Math.min(rows.length - 1, Math.max(0, this.at[0] + down));
    const [before, count] = [rows[this.at[0]].values.length, rows[row].values.length];
    const token = count === before ? this.at[1] : Math.floor((this.at[1] * count) / before);
    this.at = [row, Math.min(count - 1, Math.max(0, token + across))];
    this.point(...this.at);
  }

  /**
   * Move the cursor for a moment, and read the number there.
   * @param {number} row
   * @param {number} token
   */
  point(row, token) {
    if (!this.data) return;
    const { name, values, isAbove, prefix } = this.data.rows[row];
    this.lanes.children[row].append(this.cursor);
    place(this.cursor, token, values.length);
    const mark = isAbove(token) ? `  ${this.data.above}` : "";
    const which = token < prefix.length ? ` (${prefix[token]})` : "";
    this.readout.textContent = `${name}  token ${token}${which}:  ${number(values[token])}${mark}`;
  }
}

/**
 * Put a mark over one token of a strip.
 * @param {HTMLElement} mark
 * @param {number} token
 * @param {number} count
 */
function place(mark, token, count) {
  mark.style.left = `${(100 * token) / count}%`;
  mark.style.width = `${100 / count}%`;
}
