// Small RGB pictures of signed weights on one scale: grey is 0. Read any weight.
import { floats, make, mounted, number } from "./canvas.js";

const CHANNELS = ["R", "G", "B"];

class Filters {
  constructor(root) {
    this.root = root.querySelector(".vv-filters-host");
  }

  update(data) {
    this.data = data;
    this.values = floats(data.values);
    this.grid = make("div", "vv-filters");
    this.grid.style.setProperty("--tile", `${data.width}px`);
    this.readout = make("div", "vv-readout");
    this.readout.setAttribute("role", "status");
    this.root.replaceChildren(this.grid, this.readout, this.bar());
    this.grid.append(...data.labels.map((label, index) => this.tile(label, index)));
    this.readout.textContent = data.words.help;
  }

  tile(label, index) {
    const { side, words } = this.data;
    const tile = make("figure", "vv-filter");
    const canvas = tile.appendChild(make("canvas"));
    this.paint(canvas, index);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${words.filter} ${label}, ${side} x ${side}`);
    canvas.addEventListener("pointermove", (event) => this.read(event, canvas, index));
    canvas.addEventListener("pointerleave", () => { this.readout.textContent = this.data.words.help; });
    tile.append(make("span", "vv-filter-label", label));
    return tile;
  }

  weight(index, channel, row, column) {
    const { side } = this.data;
    return this.values[((index * 3 + channel) * side + row) * side + column];
  }

  paint(canvas, index) {
    const { side, high } = this.data;
    canvas.width = side;
    canvas.height = side;
    const context = canvas.getContext("2d");
    const image = context.createImageData(side, side);
    for (let at = 0; at < side * side; at++) {
      for (let c = 0; c < 3; c++) {
        const share = this.weight(index, c, Math.floor(at / side), at % side) / high;
        image.data[4 * at + c] = Math.round(127.5 * (1 + Math.max(-1, Math.min(1, share))));
      }
      image.data[4 * at + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }

  read(event, canvas, index) {
    const { side, labels, words } = this.data;
    const box = canvas.getBoundingClientRect();
    const cell = (at, size) => Math.min(side - 1, Math.max(0, Math.floor((at / size) * side)));
    const [row, column] = [cell(event.clientY - box.top, box.height), cell(event.clientX - box.left, box.width)];
    const weights = CHANNELS.map((name, c) => `${name} ${number(this.weight(index, c, row, column))}`);
    this.readout.textContent = `${words.filter} ${labels[index]}  ${words.row} ${row}, ${words.column} ${column}:  ${weights.join("   ")}`;
  }

  /** What the greys of one channel alone stand for. */
  bar() {
    const { high, words } = this.data;
    const bar = make("div", "vv-bar");
    const strip = make("canvas", "vv-bar-strip");
    strip.width = 256;
    strip.height = 1;
    const context = strip.getContext("2d");
    for (let i = 0; i < 256; i++) {
      context.fillStyle = `rgb(${i}, ${i}, ${i})`;
      context.fillRect(i, 0, 1, 1);
    }
    strip.setAttribute("aria-hidden", "true");
    bar.append(make("span", "", number(-high)), strip, make("span", "", number(high)), make("span", "vv-bar-label", words.scale));
    return bar;
  }
}

const filters = new WeakMap();

export default function (args) {
  return mounted(filters, args, (root) => new Filters(root));
}
