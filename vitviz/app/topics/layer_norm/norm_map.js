// One strip for each layer norm, one cell for each token: all tokens at all layer norms on one colour scale.
import { colourBar, colourTable, isDark, paint } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

export class NormMap {
  /** `choose` hears number of the strip and token. */
  constructor(root, choose) {
    this.choose = choose;
    const box = root.appendChild(make("div", "vm"));
    this.body = box.appendChild(make("div", "vm-body"));
    this.names = this.body.appendChild(make("div", "vm-names"));
    this.lanes = this.body.appendChild(make("div", "vm-lanes"));
    this.lanes.tabIndex = 0;
    this.lanes.setAttribute("role", "application");
    this.lanes.addEventListener("keydown", (event) => this.key(event));
    this.lanes.addEventListener("pointerleave", () => this.point(...this.at));
    this.readout = box.appendChild(make("div", "vm-read"));
    this.readout.setAttribute("role", "status");
    this.bar = box.appendChild(make("div"));
  }

  update(data) {
    this.data = data;
    this.rows = data.rows;
    const dark = isDark(this.lanes);
    const table = colourTable(data.scale, dark);
    this.lanes.setAttribute("aria-label", data.label);
    this.names.replaceChildren(...this.rows.map(({ name }) => make("span", "", name)));
    this.cursor = make("div", "vm-cursor");
    this.lanes.replaceChildren(...this.rows.map((row, i) => this.lane(row, i, table)));
    this.bar.replaceChildren(colourBar(data.scale, dark, data.low, data.high, data.quantity));
    this.go(data.row, data.token);
  }

  /** Move the cursor to a place that was chosen here or elsewhere. */
  go(row, token) {
    this.at = [row, token];
    for (const [i, name] of [...this.names.children].entries()) name.className = i === row ? "vm-here" : "";
    this.point(row, token);
  }

  lane(row, index, table) {
    const lane = make("div", "vm-lane");
    const canvas = lane.appendChild(make("canvas"));
    paint(canvas, row.values, 0, 1, row.values.length, table, this.data.low, this.data.high);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", row.name);
    for (const token of row.large) {
      const tick = lane.appendChild(make("i"));
      tick.style.left = `${(100 * token) / row.values.length}%`;
      tick.style.width = `${100 / row.values.length}%`;
    }
    lane.addEventListener("pointermove", (event) => this.point(index, this.tokenAt(event, lane, row)));
    lane.addEventListener("click", (event) => this.choose(index, this.tokenAt(event, lane, row)));
    return lane;
  }

  tokenAt(event, lane, row) {
    const box = lane.getBoundingClientRect();
    const token = Math.floor(((event.clientX - box.left) / box.width) * row.values.length);
    return Math.min(row.values.length - 1, Math.max(0, token));
  }

  key(event) {
    const step = STEPS[event.key];
    if (!step && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") {
      this.choose(...this.at);
      return;
    }
    const row = Math.min(this.rows.length - 1, Math.max(0, this.at[0] + step[0]));
    const last = this.rows[row].values.length;
    const before = this.rows[this.at[0]].values.length;
    const token = last === before ? this.at[1] : Math.floor((this.at[1] * last) / before);
    this.at = [row, Math.min(last - 1, Math.max(0, token + step[1]))];
    this.point(...this.at);
  }

  point(row, token) {
    const { name, values, large, prefix } = this.rows[row];
    this.lanes.children[row].append(this.cursor);
    this.cursor.style.left = `${(100 * token) / values.length}%`;
    this.cursor.style.width = `${100 / values.length}%`;
    const mark = large.includes(token) ? `  ${this.data.above}` : "";
    const which = token < prefix.length ? ` (${prefix[token]})` : "";
    this.readout.textContent = `${name}  token ${token}${which}:  ${number(values[token])}${mark}`;
  }
}
