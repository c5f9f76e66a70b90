// Small RGB pictures of signed weights on one scale: grey is 0. One canvas for all of them; read any weight.
import { make, pixelRatio, pointIn } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";
import { sentFigure } from "../../../web/shared/save_figure.js";
import { corner, layOut, movedWeight, pixels, weightAt } from "./filter_sheet.js";

/** @typedef {import("./filter_sheet.js").Weight} Weight */
/**
 * `values` (count, 3, side, side); `width` is a picture's side in CSS pixels, `high` the weight of a full channel.
 * @typedef {{ values: Float32Array, side: number, labels: string[], high: number, width: number,
 *   words: Record<string, string> }} Data
 */

const CHANNELS = ["R", "G", "B"];
const BASELINE = 11; // CSS pixels from a picture to the line that its label stands on
/** @type {Record<string, number[]>} */
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

class FiltersPart {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root.appendChild(make("div", "vv-filters-host"));
    this.frame = this.root.appendChild(make("div", "vv-filters"));
    this.frame.tabIndex = 0;
    this.frame.setAttribute("role", "application");
    this.canvas = this.frame.appendChild(make("canvas"));
    this.outline = this.frame.appendChild(make("div", "vv-filter-outline"));
    this.outline.hidden = true;
    this.readout = this.root.appendChild(make("div", "vv-readout"));
    this.readout.setAttribute("role", "status");
    this.foot = this.root.appendChild(make("div"));
    this.pictures = make("canvas"); // the filters beside one another, a canvas pixel for each weight
    this.frame.addEventListener("pointermove", (event) => this.onPoint(event));
    for (const name of ["pointerleave", "blur"]) this.frame.addEventListener(name, () => this.read(null));
    this.frame.addEventListener("keydown", (event) => this.onKey(event));
    this.width = 0;
    this.resizing = new ResizeObserver(() => this.frame.clientWidth !== this.width && this.draw());
    this.resizing.observe(this.frame);
    /** @type {Data | null} */
    this.data = null;
    this.sheet = layOut(0, 0, 1);
    /** @type {Weight | null} */
    this.at = null;
  }

  /** @param {Data} data */
  update(data) {
    this.data = data;
    this.frame.setAttribute("aria-label", `${data.words.label} ${data.words.help}`);
    this.paint(data);
    this.draw();
    this.foot.replaceChildren(this.bar(data));
  }

  /** @param {Data} data */
  paint({ values, labels, side, high }) {
    this.pictures.width = labels.length * side;
    this.pictures.height = side;
    const image = new ImageData(pixels(values, labels.length, side, high), labels.length * side, side);
    this.pictures.getContext("2d")?.putImageData(image, 0, 0);
  }

  draw() {
    this.width = this.frame.clientWidth;
    const context = this.canvas.getContext("2d");
    if (!this.data || !context || !this.width) return; // hidden: drawn when it gets a width
    const { side, labels, width } = this.data;
    this.sheet = layOut(this.width, labels.length, width);
    const { size, height } = this.sheet;
    const ratio = Math.max(1, Math.min(3, pixelRatio(this.frame)));
    Object.assign(this.canvas, { width: this.width * ratio, height: height * ratio });
    Object.assign(this.canvas.style, { width: `${this.width}px`, height: `${height}px` });
    const style = getComputedStyle(this.frame);
    context.scale(ratio, ratio);
    context.imageSmoothingEnabled = false;
    context.font = `10.5px ${style.getPropertyValue("--st-code-font") || "monospace"}`;
    context.fillStyle = style.color;
    context.strokeStyle = style.getPropertyValue("--st-border-color");
    for (const [index, label] of labels.entries()) {
      const [x, y] = corner(index, this.sheet);
      context.strokeRect(x - 0.5, y - 0.5, size + 1, size + 1);
      context.drawImage(this.pictures, index * side, 0, side, side, x, y, size, size);
      context.fillText(label, x, y + size + BASELINE);
    }
    this.read(null);
  }

  /** @param {PointerEvent} event */
  onPoint(event) {
    if (!this.data) return;
    const { x, y } = pointIn(this.canvas, event);
    const { labels, side } = this.data;
    this.read(weightAt(x, y, this.sheet, labels.length, side));
  }

  /**
   * Outline the filter of a weight and read its three numbers; without one, say what can be done.
   * @param {Weight | null} at
   */
  read(at) {
    this.at = at;
    this.outline.hidden = at === null;
    if (!this.data) return;
    const { side, labels, words, values } = this.data;
    if (at === null) {
      this.readout.textContent = words.help;
      return;
    }
    const { index, row, column } = at;
    const [x, y] = corner(index, this.sheet);
    const { size } = this.sheet;
    Object.assign(this.outline.style, { left: `${x}px`, top: `${y}px`, width: `${size}px`, height: `${size}px` });
    const weights = CHANNELS.map(
      (name, c) => `${name} ${number(values[((index * 3 + c) * side + row) * side + column])}`,
    );
    this.readout.textContent = `${words.filter} ${labels[index]}  ${words.row} ${row}, ${words.column} ${column}:  ${weights.join("   ")}`;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const step = STEPS[event.key];
    if (!step || !this.data) return;
    event.preventDefault();
    event.stopPropagation();
    this.read(movedWeight(this.at, step, event.shiftKey, this.sheet, this.data.labels.length, this.data.side));
  }

  /**
   * What the greys of one channel alone stand for.
   * @param {Data} data
   */
  bar({ high, words }) {
    const bar = make("div", "vv-bar");
    const strip = make("span", "vv-bar-strip vv-filter-greys");
    strip.setAttribute("aria-hidden", "true");
    const label = make("span", "vv-bar-label", words.scale);
    bar.append(make("span", "", number(-high)), strip, make("span", "", number(high)), label);
    return bar;
  }

  /** What it draws, with every array that it was sent. */
  figures() {
    return [sentFigure(this.root, this.data)];
  }

  destroy() {
    this.resizing.disconnect();
    this.root.remove();
  }
}

/** @param {HTMLElement} element */
export function mount(element) {
  return new FiltersPart(element);
}
