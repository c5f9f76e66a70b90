// The picture that the model sees, cut into its tokens: look, move over, choose one.
import { colourBar, colourTable, isDark, paint } from "../shared/colours.js";
import { make } from "../shared/dom.js";
import { number } from "../shared/format.js";

const SVG = "http://www.w3.org/2000/svg";
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function shape(tag, attributes, className) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.setAttribute("class", className);
  return element;
}

export class Picker {
  constructor(root, choose) {
    this.choose = choose;
    this.frame = root.appendChild(make("div", "vv-frame"));
    this.frame.tabIndex = 0;
    this.frame.setAttribute("role", "application");
    this.chips = root.appendChild(make("div", "vv-chips"));
    this.readout = root.appendChild(make("div", "vv-readout"));
    this.readout.setAttribute("role", "status");
    this.bar = root.appendChild(make("div", "vv-barplace"));
    this.image = this.frame.appendChild(make("img"));
    this.canvas = this.frame.appendChild(make("canvas"));
    this.svg = this.frame.appendChild(shape("svg", { preserveAspectRatio: "none" }, "vv-lines"));
    this.frame.addEventListener("pointermove", (event) => this.hover(this.tokenAt(event)));
    this.frame.addEventListener("pointerleave", () => this.hover(null));
    this.frame.addEventListener("click", (event) => this.select(this.tokenAt(event)));
    this.frame.addEventListener("keydown", (event) => this.key(event));
  }

  update(data) {
    this.data = data;
    this.token = data.token;
    this.values = data.overlay;
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
    const { rows, columns, low, high, scale, opacity, prefix } = this.data;
    this.canvas.hidden = !this.values;
    this.bar.replaceChildren();
    if (!this.values) return;
    paint(this.canvas, this.values, prefix.length, rows, columns, colourTable(scale, this.dark), low, high);
    this.canvas.style.opacity = opacity;
    this.bar.append(colourBar(scale, this.dark, low, high, this.data.scaleLabel));
  }

  drawLines() {
    const { rows, columns, lines, marked } = this.data;
    this.svg.setAttribute("viewBox", `0 0 ${columns} ${rows}`);
    this.svg.replaceChildren();
    if (this.data.grid) {
      for (let c = 1; c < columns; c++) this.svg.append(shape("path", { d: `M${c} 0V${rows}` }, "vv-thin"));
      for (let r = 1; r < rows; r++) this.svg.append(shape("path", { d: `M0 ${r}H${columns}` }, "vv-thin"));
    }
    for (const c of lines.columns) this.svg.append(shape("path", { d: `M${c} 0V${rows}` }, "vv-thick"));
    for (const r of lines.rows) this.svg.append(shape("path", { d: `M0 ${r}H${columns}` }, "vv-thick"));
    for (const token of marked) this.svg.append(this.box(token, "vv-marked"));
    this.hovered = this.svg.appendChild(this.box(null, "vv-hovered"));
    this.chosen = this.svg.appendChild(this.box(this.token, "vv-chosen"));
  }

  box(token, className) {
    const place = this.place(token);
    const [row, column] = place ?? [0, 0];
    const box = shape("rect", { x: column, y: row, width: 1, height: 1 }, className);
    if (!place) box.style.display = "none";
    return box;
  }

  drawChips() {
    const chips = this.data.prefix.map((name, token) => {
      const chip = make("button", "vv-chip", name);
      chip.type = "button";
      if (this.values) chip.prepend(this.swatch(this.values[token]));
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

  /** The colour of one value, for a token that has no place in the picture. */
  swatch(value) {
    const { low, high, scale } = this.data;
    const swatch = make("canvas", "vv-swatch");
    paint(swatch, [value], 0, 1, 1, colourTable(scale, this.dark), low, high);
    return swatch;
  }

  /** Row and column of a patch token; null for a prefix token or nothing. */
  place(token) {
    const patch = token === null ? -1 : token - this.data.prefix.length;
    return patch < 0 ? null : [Math.floor(patch / this.data.columns), patch % this.data.columns];
  }

  tokenAt(event) {
    const { rows, columns, prefix } = this.data;
    const box = this.frame.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
    if (row < 0 || column < 0 || row >= rows || column >= columns) return null;
    return prefix.length + row * columns + column;
  }

  hover(token) {
    const place = this.place(token);
    this.hovered.style.display = place ? "" : "none";
    if (place) {
      this.hovered.setAttribute("x", place[1]);
      this.hovered.setAttribute("y", place[0]);
    }
    this.readout.textContent = this.describe(token ?? this.token);
  }

  describe(token) {
    const place = this.place(token);
    const { words, prefix } = this.data;
    const name = place ? `${words.patch} (${place[0]}, ${place[1]})` : prefix[token];
    const value = this.values ? this.values[token] : NaN;
    return `${words.token} ${token} = ${name}` + (Number.isNaN(value) ? "" : `   ${number(value)}`);
  }

  /** Mark another token. */
  go(token) {
    if (token === this.token) return;
    this.token = token;
    const box = this.box(token, "vv-chosen");
    this.chosen.replaceWith(box);
    this.chosen = box;
    this.pressChips();
    this.readout.textContent = this.describe(token);
  }

  /** Mark another token and tell the host. */
  select(token) {
    if (token === null || token === this.token) return;
    this.go(token);
    this.choose("token", token);
  }

  key(event) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const { rows, columns, prefix } = this.data;
    const [row, column] = this.place(this.token) ?? [0, 0];
    const to = [Math.min(rows - 1, Math.max(0, row + step[0])), Math.min(columns - 1, Math.max(0, column + step[1]))];
    this.select(prefix.length + to[0] * columns + to[1]);
  }
}
