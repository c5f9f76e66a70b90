// The same pixels in memory in two orders. One cursor: a cell of either memory, or a pixel with all its channels.
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";
import { sentFigure } from "../../../web/shared/save_figure.js";
import { addressOf, addressSum, indexOf } from "./memory_index.js";

/**
 * One order in memory: `steps` are strides in elements, `memory` the numbers from the first address on, `row` how many
 * cells of it stand in a row on a narrow screen.
 * @typedef {{ name: string, title: string, steps: number[], strides: string, fastest: string, memory: Float32Array,
 *   row: number }} Layout
 */
/**
 * A tensor of `shape` (1, C, H, W); `levels` (C, H, W) are the 8-bit pixels that its numbers come from.
 * @typedef {{ shape: number[], itemsize: number, levels: number[], layouts: Layout[], words: Record<string, string> }} Data
 */
/** @typedef {{ layout: number, address: number, pixel: boolean }} Cursor `pixel`: all channels of the pixel there */

const CHANNELS = ["R", "G", "B"];
const FIRST = [0, 0, 1, 2]; // the pixel that is marked at first
const BRIGHT = 128; // on brighter pixels the text is black

class MemoryLayoutPart {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root.appendChild(make("div", "vv-memory"));
    this.root.tabIndex = 0;
    this.root.setAttribute("role", "application");
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.readout = make("div", "vv-readout vv-memory-read");
    this.readout.setAttribute("role", "status");
    /** @type {Data | null} */
    this.data = null;
    /** @type {Cursor | null} */
    this.at = null;
    /** @type {HTMLElement[]} */
    this.pixels = [];
    /** @type {HTMLElement[][]} */
    this.cells = [];
  }

  /** @param {Data} data */
  update(data) {
    this.data = data;
    this.root.setAttribute("aria-label", data.words.label);
    const strips = make("div", "vv-memory-strips");
    this.cells = data.layouts.map((layout, at) => this.strip(strips, data, layout, at));
    strips.append(this.readout);
    this.root.replaceChildren(this.picture(data), strips);
    this.mark(this.at ?? { layout: 0, address: addressOf(FIRST, data.layouts[0].steps), pixel: true });
  }

  /** @param {Data} data */
  picture({ shape: [, , height, width], levels, layouts, words }) {
    const figure = make("figure", "vv-memory-figure");
    const grid = figure.appendChild(make("div", "vv-memory-picture"));
    grid.style.gridTemplateColumns = `repeat(${width}, 1fr)`;
    this.pixels = Array.from({ length: height * width }, (_, place) => {
      const [h, w] = [Math.floor(place / width), place % width];
      const pixel = grid.appendChild(make("div", "vv-memory-pixel", `${h},${w}`));
      const [r, g, b] = [0, 1, 2].map((c) => levels[c * height * width + place]);
      pixel.style.background = `rgb(${r},${g},${b})`;
      pixel.style.color = 0.3 * r + 0.59 * g + 0.11 * b > BRIGHT ? "#000" : "#fff";
      pixel.addEventListener("pointermove", () => {
        const layout = this.at?.layout ?? 0;
        this.mark({ layout, address: addressOf([0, 0, h, w], layouts[layout].steps), pixel: true });
      });
      return pixel;
    });
    figure.append(make("figcaption", "", words.picture));
    return figure;
  }

  /**
   * @param {HTMLElement} parent
   * @param {Data} data
   * @param {Layout} layout
   * @param {number} number_
   */
  strip(parent, data, layout, number_) {
    const block = parent.appendChild(make("section", "vv-memory-block"));
    const head = block.appendChild(make("div", "vv-memory-head"));
    head.append(make("b", "", layout.title), make("span", "vv-mono", layout.strides), make("span", "", layout.fastest));
    const strip = block.appendChild(make("div", "vv-memory-strip"));
    strip.style.setProperty("--cells", String(layout.memory.length));
    strip.style.setProperty("--row", String(layout.row));
    return Array.from(layout.memory, (_, address) => {
      const index = indexOf(address, layout.steps, data.shape);
      const cell = strip.appendChild(make("div", `vv-memory-cell vv-memory-${index[1]}`));
      cell.style.setProperty("--level", `${Math.round((this.level(data, index) / 255) * 100)}%`);
      cell.append(make("i", "", CHANNELS[index[1]]));
      cell.addEventListener("pointermove", () => this.mark({ layout: number_, address, pixel: false }));
      return cell;
    });
  }

  /**
   * The 8-bit level of the pixel at an index.
   * @param {Data} data
   * @param {number[]} index
   */
  level({ levels, shape }, [, c, h, w]) {
    return levels[(c * shape[2] + h) * shape[3] + w];
  }

  /** @param {Cursor} at */
  mark(at) {
    this.at = at;
    if (!this.data) return;
    const { layouts, shape } = this.data;
    const index = indexOf(at.address, layouts[at.layout].steps, shape);
    const [, c, h, w] = index;
    const channels = at.pixel ? [0, 1, 2] : [c];
    for (const [place, pixel] of this.pixels.entries()) pixel.classList.toggle("vv-marked", place === h * shape[3] + w);
    for (const [layout, cells] of this.cells.entries()) {
      const marked = channels.map((channel) => addressOf([0, channel, h, w], layouts[layout].steps));
      for (const [address, cell] of cells.entries()) cell.classList.toggle("vv-marked", marked.includes(address));
    }
    this.readout.textContent = at.pixel ? this.describePixel(this.data, h, w) : this.describeCell(this.data, index, at);
  }

  /**
   * @param {Data} data
   * @param {number[]} index
   * @param {Cursor} at
   */
  describeCell(data, index, at) {
    const { words, layouts, itemsize } = data;
    const lines = layouts.map(({ name, steps }) => {
      const address = addressOf(index, steps);
      return `${name}  ${addressSum(index, steps)} = ${address}   ${words.byte} ${address * itemsize}`;
    });
    const value = layouts[at.layout].memory[at.address];
    const head = `x[${index.join(", ")}] = ${number(value)}   ${CHANNELS[index[1]]} ${this.level(data, index)}/255`;
    return [head, ...lines].join("\n");
  }

  /**
   * @param {Data} data
   * @param {number} h
   * @param {number} w
   */
  describePixel({ words, layouts, itemsize }, h, w) {
    const lines = layouts.map(({ name, steps }) => {
      const addresses = [0, 1, 2].map((c) => addressOf([0, c, h, w], steps));
      const channels = addresses.map((address, c) => `${CHANNELS[c]} ${address}`).join("   ");
      return `${name}  ${channels}   ${words.apart} ${(addresses[1] - addresses[0]) * itemsize} B`;
    });
    return [`x[0, :, ${h}, ${w}]`, ...lines].join("\n");
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (!this.data || !this.at) return;
    const { layouts, shape } = this.data;
    const { layout, address } = this.at;
    const last = layouts[layout].memory.length - 1;
    /** @type {Record<string, number>} */
    const addresses = { ArrowLeft: address - 1, ArrowRight: address + 1, Home: 0, End: last };
    /** @type {Record<string, number>} */
    const others = { ArrowUp: 0, ArrowDown: 1 };
    const [moved, other] = [addresses[event.key], others[event.key]];
    if (moved === undefined && other === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (moved !== undefined) this.mark({ layout, address: Math.min(last, Math.max(0, moved)), pixel: false });
    else {
      const index = indexOf(address, layouts[layout].steps, shape);
      this.mark({ layout: other, address: addressOf(index, layouts[other].steps), pixel: false });
    }
  }

  /** What it draws, with every array that it was sent. */
  figures() {
    return [sentFigure(this.root, this.data)];
  }

  destroy() {
    this.root.remove();
  }
}

/** @param {HTMLElement} element */
export function mount(element) {
  return new MemoryLayoutPart(element);
}
