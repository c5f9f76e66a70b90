// The same pixels in memory in two orders. One cursor: a cell of either memory, or a pixel with all its channels.
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";

const CHANNELS = ["R", "G", "B"];
const AXES = ["n", "c", "h", "w"];

class Memory {
  constructor(root) {
    this.root = root.querySelector(".vv-memory");
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  update(data) {
    this.data = data;
    this.layouts = data.layouts.map((layout) => ({ ...layout, values: layout.memory }));
    this.root.setAttribute("aria-label", data.words.label);
    this.readout = make("div", "vv-readout vv-memory-read");
    this.readout.setAttribute("role", "status");
    const right = make("div", "vv-memory-strips");
    this.cells = this.layouts.map((layout, at) => this.strip(right, layout, at));
    right.append(this.readout);
    this.root.replaceChildren(this.picture(), right);
    this.at ??= { layout: 0, address: this.address(0, [0, 0, 1, 2]), pixel: true };
    this.show();
  }

  picture() {
    const [, , height, width] = this.data.shape;
    const figure = make("figure", "vv-memory-figure");
    const grid = figure.appendChild(make("div", "vv-memory-picture"));
    grid.style.gridTemplateColumns = `repeat(${width}, 1fr)`;
    this.pixels = [];
    for (let h = 0; h < height; h++) {
      for (let w = 0; w < width; w++) {
        const pixel = grid.appendChild(make("div", "vv-memory-pixel", `${h},${w}`));
        const levels = [0, 1, 2].map((c) => this.data.levels[(c * height + h) * width + w]);
        pixel.style.background = `rgb(${levels.join()})`;
        pixel.style.color = 0.3 * levels[0] + 0.59 * levels[1] + 0.11 * levels[2] > 128 ? "#000" : "#fff";
        pixel.addEventListener("pointermove", () =>
          this.point({ ...this.at, address: this.address(this.at.layout, [0, 0, h, w]), pixel: true }),
        );
        this.pixels.push(pixel);
      }
    }
    figure.append(make("figcaption", "", this.data.words.picture));
    return figure;
  }

  strip(parent, layout, at) {
    const block = parent.appendChild(make("section", "vv-memory-block"));
    const head = block.appendChild(make("div", "vv-memory-head"));
    head.append(make("b", "", layout.title), make("span", "vv-mono", layout.strides), make("span", "", layout.fastest));
    const strip = block.appendChild(make("div", "vv-memory-strip"));
    strip.style.setProperty("--cells", layout.values.length);
    strip.style.setProperty("--row", layout.row);
    return Array.from(layout.values, (_, address) => {
      const [, c] = this.index(layout, address);
      const cell = strip.appendChild(make("div", `vv-memory-cell vv-memory-${c}`));
      const level = this.level(layout, address);
      cell.style.setProperty("--level", `${Math.round((level / 255) * 100)}%`);
      cell.append(make("i", "", CHANNELS[c]));
      cell.addEventListener("pointermove", () => this.point({ layout: at, address, pixel: false }));
      return cell;
    });
  }

  /** (n, c, h, w) of the number at an address: the axis of the largest stride is counted first. */
  index(layout, address) {
    const axes = [0, 1, 2, 3].filter((axis) => this.data.shape[axis] > 1);
    axes.sort((a, b) => layout.steps[b] - layout.steps[a]);
    const index = [0, 0, 0, 0];
    for (const axis of axes) {
      index[axis] = Math.floor(address / layout.steps[axis]);
      address %= layout.steps[axis];
    }
    return index;
  }

  address(at, index) {
    return index.reduce((sum, value, axis) => sum + value * this.layouts[at].steps[axis], 0);
  }

  level(layout, address) {
    const [, c, h, w] = this.index(layout, address);
    return this.data.levels[(c * this.data.shape[2] + h) * this.data.shape[3] + w];
  }

  point(at) {
    this.at = at;
    this.show();
  }

  show() {
    const index = this.index(this.layouts[this.at.layout], this.at.address);
    const [, c, h, w] = index;
    const channels = this.at.pixel ? [0, 1, 2] : [c];
    for (const [i, pixel] of this.pixels.entries()) pixel.classList.toggle("vv-here", i === h * this.data.shape[3] + w);
    for (const [at, cells] of this.cells.entries()) {
      const here = channels.map((channel) => this.address(at, [0, channel, h, w]));
      for (const [address, cell] of cells.entries()) cell.classList.toggle("vv-here", here.includes(address));
    }
    this.readout.textContent = this.at.pixel ? this.ofPixel(h, w) : this.ofCell(index);
  }

  ofCell(index) {
    const { words } = this.data;
    const [, c, h, w] = index;
    const lines = this.layouts.map((layout, at) => {
      const parts = AXES.map((_, axis) => `${index[axis]}\u00b7${layout.steps[axis]}`).join(" + ");
      const address = this.address(at, index);
      return `${layout.name}  ${parts} = ${address}   ${words.byte} ${address * this.data.itemsize}`;
    });
    const layout = this.layouts[this.at.layout];
    const value = layout.values[this.at.address];
    return [
      `x[0, ${c}, ${h}, ${w}] = ${number(value)}   ${CHANNELS[c]} ${this.level(layout, this.at.address)}/255`,
      ...lines,
    ].join("\n");
  }

  ofPixel(h, w) {
    const { words } = this.data;
    const lines = this.layouts.map((layout, at) => {
      const addresses = [0, 1, 2].map((c) => this.address(at, [0, c, h, w]));
      return `${layout.name}  ${addresses.map((a, c) => `${CHANNELS[c]} ${a}`).join("   ")}   ${words.apart} ${(addresses[1] - addresses[0]) * this.data.itemsize} B`;
    });
    return [`x[0, :, ${h}, ${w}]`, ...lines].join("\n");
  }

  key(event) {
    const { layout, address } = this.at;
    const last = this.layouts[layout].values.length - 1;
    const moved = { ArrowLeft: address - 1, ArrowRight: address + 1, Home: 0, End: last }[event.key];
    const other = ["ArrowUp", "ArrowDown"].includes(event.key);
    if (moved === undefined && !other) return;
    event.preventDefault();
    event.stopPropagation();
    if (other)
      this.point({
        layout: event.key === "ArrowUp" ? 0 : 1,
        address: this.address(event.key === "ArrowUp" ? 0 : 1, this.index(this.layouts[layout], address)),
        pixel: false,
      });
    else this.point({ layout, address: Math.min(last, Math.max(0, moved)), pixel: false });
  }
}

export function mount(element) {
  return new Memory(element);
}
