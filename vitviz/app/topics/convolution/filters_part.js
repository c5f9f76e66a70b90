// Small RGB pictures of signed weights on one scale: grey is 0. One canvas for all of them; read any weight.
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";

const CHANNELS = ["R", "G", "B"];
const GAP = 5; // CSS pixels between pictures
const LABEL = 15; // and for the words below each
const LARGEST = 1.4; // a picture's side is at most that many times what was asked for
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

class Filters {
  constructor(root) {
    const host = root.querySelector(".vv-filters-host");
    this.sheet = host.appendChild(make("div", "vv-filters"));
    this.sheet.tabIndex = 0;
    this.sheet.setAttribute("role", "application");
    this.canvas = this.sheet.appendChild(make("canvas"));
    this.here = this.sheet.appendChild(make("div", "vv-filter-here"));
    this.readout = host.appendChild(make("div", "vv-readout"));
    this.readout.setAttribute("role", "status");
    this.foot = host.appendChild(make("div"));
    this.pictures = make("canvas"); // the filters beside one another, a canvas pixel for each weight
    this.sheet.addEventListener("pointermove", (event) => this.tell(this.under(event)));
    for (const name of ["pointerleave", "blur"]) this.sheet.addEventListener(name, () => this.tell(null));
    this.sheet.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.sheet.clientWidth !== this.width && this.draw()).observe(this.sheet);
  }

  update(data) {
    this.data = data;
    this.values = data.values;
    this.sheet.setAttribute("aria-label", `${data.words.label} ${data.words.help}`);
    this.paint();
    this.draw();
    this.foot.replaceChildren(this.bar());
  }

  weight(index, channel, row, column) {
    const { side } = this.data;
    return this.values[((index * 3 + channel) * side + row) * side + column];
  }

  paint() {
    const { side, high, labels } = this.data;
    const across = labels.length * side;
    this.pictures.width = across;
    this.pictures.height = side;
    const context = this.pictures.getContext("2d");
    const image = context.createImageData(across, side);
    for (let index = 0; index < labels.length; index++) {
      for (let at = 0; at < side * side; at++) {
        const [row, column] = [Math.floor(at / side), at % side];
        const pixel = 4 * (row * across + index * side + column);
        for (let c = 0; c < 3; c++) {
          const share = this.weight(index, c, row, column) / high;
          image.data[pixel + c] = Math.round(127.5 * (1 + Math.max(-1, Math.min(1, share))));
        }
        image.data[pixel + 3] = 255;
      }
    }
    context.putImageData(image, 0, 0);
  }

  draw() {
    this.width = this.sheet.clientWidth;
    if (!this.data || !this.width) return; // hidden: drawn when it gets a width
    const { side, labels, width } = this.data;
    this.columns = Math.max(1, Math.floor((this.width + GAP) / (width + GAP)));
    this.pitch = (this.width + GAP) / this.columns;
    this.size = Math.floor(Math.min(LARGEST * width, this.pitch - GAP - 1)); // 1 for the border
    const height = Math.ceil(labels.length / this.columns) * (this.size + LABEL + GAP);
    const ratio = Math.max(1, Math.min(2, window.devicePixelRatio));
    Object.assign(this.canvas, { width: this.width * ratio, height: height * ratio });
    Object.assign(this.canvas.style, { width: `${this.width}px`, height: `${height}px` });
    const style = getComputedStyle(this.sheet);
    const context = this.canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.imageSmoothingEnabled = false;
    context.font = `10.5px ${style.getPropertyValue("--st-code-font") || "monospace"}`;
    context.fillStyle = style.color;
    context.strokeStyle = style.getPropertyValue("--st-border-color");
    labels.forEach((label, index) => {
      const [x, y] = this.place(index);
      context.strokeRect(x - 0.5, y - 0.5, this.size + 1, this.size + 1);
      context.drawImage(this.pictures, index * side, 0, side, side, x, y, this.size, this.size);
      context.fillText(label, x, y + this.size + 11);
    });
    this.tell(null);
  }

  /** The upper left corner of a picture, CSS pixels. */
  place(index) {
    return [
      Math.round((index % this.columns) * this.pitch) + 1,
      Math.floor(index / this.columns) * (this.size + LABEL + GAP) + 1,
    ];
  }

  /** The weight under the pointer, null between the pictures. */
  under(event) {
    const box = this.canvas.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    const line = Math.floor(py / (this.size + LABEL + GAP));
    const index = line * this.columns + Math.min(this.columns - 1, Math.floor(px / this.pitch));
    if (index < 0 || index >= this.data.labels.length) return null;
    const [x, y] = this.place(index);
    const { side } = this.data;
    const [row, column] = [py - y, px - x].map((at) => Math.floor((at / this.size) * side));
    return row < 0 || column < 0 || row >= side || column >= side ? null : { index, row, column };
  }

  tell(at) {
    this.at = at;
    this.here.hidden = at === null;
    const { side, labels, words } = this.data ?? {};
    if (!words) return;
    if (at === null) {
      this.readout.textContent = words.help;
      return;
    }
    const { index, row, column } = at;
    const [x, y] = this.place(index);
    Object.assign(this.here.style, {
      left: `${x}px`,
      top: `${y}px`,
      width: `${this.size}px`,
      height: `${this.size}px`,
    });
    const weights = CHANNELS.map((name, c) => `${name} ${number(this.weight(index, c, row, column))}`);
    this.readout.textContent = `${words.filter} ${labels[index]}  ${words.row} ${row}, ${words.column} ${column}:  ${weights.join("   ")}`;
  }

  key(event) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const { side, labels } = this.data;
    const inside = (value, count) => Math.min(count - 1, Math.max(0, value));
    const middle = Math.floor(side / 2);
    if (!this.at) this.tell({ index: 0, row: middle, column: middle });
    else if (event.shiftKey)
      this.tell({
        ...this.at,
        row: inside(this.at.row + step[0], side),
        column: inside(this.at.column + step[1], side),
      });
    else {
      const index = this.at.index + step[0] * this.columns + step[1];
      if (index >= 0 && index < labels.length) this.tell({ ...this.at, index });
    }
  }

  /** What the greys of one channel alone stand for. */
  bar() {
    const { high, words } = this.data;
    const bar = make("div", "vv-bar");
    const strip = make("span", "vv-bar-strip vv-filter-greys");
    strip.setAttribute("aria-hidden", "true");
    bar.append(
      make("span", "", number(-high)),
      strip,
      make("span", "", number(high)),
      make("span", "vv-bar-label", words.scale),
    );
    return bar;
  }
}

export function mount(element) {
  return new Filters(element);
}
