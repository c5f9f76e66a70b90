// One patch on its way to one output number: pixels, weights and products plane by plane, and the flattened vector.
// All of them share one cursor: the same (channel, row, column) is the same index everywhere.
import { colourBar, colourTable, isDark, paint } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";

const READABLE = 8; // planes up to this side have room for a number in every cell

class Planes {
  constructor(root) {
    this.body = root.querySelector(".vv-planes-body");
    this.grid = root.querySelector(".vv-planes");
    this.readout = root.querySelector(".vv-readout");
    this.body.addEventListener("keydown", (event) => this.key(event));
    this.body.addEventListener("pointerleave", () => this.point(this.pinned));
  }

  update(data) {
    const patchChanged = data.patchKey !== this.data?.patchKey;
    this.data = data;
    this.arrays = { x: data.x, w: data.w, products: data.products };
    this.levels = data.levels;
    this.dark = isDark(this.body);
    this.cursors = [];
    this.grid.style.setProperty("--channels", data.channels.length);
    this.grid.style.setProperty("--side", data.side);
    this.body.setAttribute("aria-label", data.words.label);
    this.grid.replaceChildren();
    this.drawHead();
    for (const row of data.rows) this.drawRow(row);
    this.drawSums();
    this.drawVector();
    if (patchChanged) this.pinned = data.index;
    this.point(this.pinned);
  }

  drawHead() {
    this.grid.append(make("span", "vv-planes-corner"));
    for (const [c, name] of this.data.channels.entries())
      this.grid.append(make("span", "vv-planes-head", `c ${c} = ${name}`));
  }

  drawRow(row) {
    const name = make("div", "vv-planes-name");
    if (row.key === "x") {
      const patch = make("img", "vv-planes-patch");
      patch.src = this.data.patch;
      patch.alt = this.data.words.patch;
      name.append(patch);
    }
    name.append(
      make("b", "", row.symbol),
      make("div", "", row.label),
      colourBar(row.scale, this.dark, row.low, row.high),
    );
    this.grid.append(name);
    const { side, channels } = this.data;
    for (const [c, channel] of channels.entries()) {
      const plane = this.canvas(row, c * side * side, side, side, `${row.symbol} ${channel}`);
      if (side <= READABLE) plane.append(this.numbers(row.key, c));
      this.grid.append(plane);
    }
  }

  /** A canvas of rows x columns values from `first` on, which moves the common cursor and shows it. */
  canvas(row, first, rows, columns, label) {
    const holder = make("div", "vv-plane");
    const canvas = make("canvas");
    paint(canvas, this.arrays[row.key], first, rows, columns, colourTable(row.scale, this.dark), row.low, row.high);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", label);
    const cursor = make("div", "vv-plane-cursor");
    cursor.style.width = `${100 / columns}%`;
    cursor.style.height = `${100 / rows}%`;
    this.cursors.push({ cursor, first, rows, columns });
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      const r = Math.floor(((event.clientY - box.top) / box.height) * rows);
      const c = Math.floor(((event.clientX - box.left) / box.width) * columns);
      return first + Math.min(rows - 1, Math.max(0, r)) * columns + Math.min(columns - 1, Math.max(0, c));
    };
    holder.addEventListener("pointermove", (event) => this.point(at(event)));
    holder.addEventListener("click", (event) => this.pin(at(event)));
    holder.append(canvas, cursor);
    return holder;
  }

  numbers(key, channel) {
    const { side } = this.data;
    const layer = make("div", "vv-plane-numbers");
    for (let i = 0; i < side * side; i++) {
      const value = this.arrays[key][channel * side * side + i];
      layer.append(
        make(
          "span",
          "",
          value
            .toFixed(Math.abs(value) < 0.1 ? 3 : 2)
            .replace("-", "\u2212")
            .replace(/^(\u2212?)0\./, "$1."),
        ),
      );
    }
    layer.setAttribute("aria-hidden", "true");
    return layer;
  }

  drawSums() {
    this.grid.append(make("span", "vv-planes-corner vv-planes-range", this.data.words.sums));
    for (const text of this.data.sums) this.grid.append(make("span", "vv-planes-sum", text));
    const total = make("div", "vv-planes-total");
    total.append(this.data.total, make("b", "", this.data.value), make("div", "", this.data.check));
    this.grid.append(total);
  }

  drawVector() {
    const { side, channels, rows, words } = this.data;
    this.grid.append(make("div", "vv-planes-section", words.vector));
    const size = side * side;
    for (const [c, channel] of channels.entries()) {
      this.grid.append(make("span", "vv-planes-range", `${channel}  ${c * size}\u2026${(c + 1) * size - 1}`));
      const strip = this.canvas(rows[0], c * size, 1, size, `${words.vector} ${channel}`);
      strip.classList.add("vv-planes-wide");
      this.grid.append(strip);
    }
  }

  point(index) {
    for (const { cursor, first, rows, columns } of this.cursors) {
      const inside = index >= first && index < first + rows * columns;
      cursor.hidden = !inside;
      cursor.style.left = `${(100 * ((index - first) % columns)) / columns}%`;
      cursor.style.top = `${(100 * Math.floor((index - first) / columns)) / rows}%`;
    }
    this.readout.textContent = this.describe(index);
  }

  describe(index) {
    const { side, channels, mean, std, words } = this.data;
    const c = Math.floor(index / (side * side));
    const row = Math.floor(index / side) % side;
    const x = this.arrays.x[index];
    const w = this.arrays.w[index];
    let sum = 0;
    for (let i = 0; i <= index; i++) sum += this.arrays.products[i];
    const place = `(c ${c} = ${channels[c]}, ${words.row} ${row}, ${words.column} ${index % side})`;
    return [
      `x[${index}] = x${place} = (${this.levels[index]}/255 \u2212 ${mean[c]}) / ${std[c]} = ${number(x)}`,
      `x\u00b7w[${index}] = ${number(x)} \u00b7 ${number(w)} = ${number(this.arrays.products[index])}`,
      `${words.running} x\u00b7w[0\u2026${index}] = ${number(sum)}`,
    ].join("\n");
  }

  pin(index) {
    this.pinned = index;
    this.point(index);
  }

  key(event) {
    const { side, channels } = this.data;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -side, ArrowDown: side };
    if (!(event.key in steps)) return;
    event.preventDefault();
    event.stopPropagation();
    const last = channels.length * side * side - 1;
    this.pin(Math.min(last, Math.max(0, this.pinned + steps[event.key])));
  }
}

export function mount(element) {
  return new Planes(element);
}
