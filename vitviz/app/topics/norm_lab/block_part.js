// The N x C x T block: what layer norm and batch norm average, on a drawing of the block and on the real numbers.
import { colourBar, isDark, lookup, make, number, paint, unhurried } from "../../../web/shared/canvas.js";
import { cube } from "./cube.js";

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

class Block {
  constructor(root, choose) {
    this.choose = choose;
    this.root = root;
    const box = this.root.appendChild(make("div", "vn"));
    this.cubes = box.appendChild(make("div", "vn-cubes"));
    this.slabs = box.appendChild(make("div", "vn-slabs"));
    this.slabs.tabIndex = 0;
    this.slabs.setAttribute("role", "application");
    this.slabs.addEventListener("keydown", (event) => this.key(event));
    this.readout = box.appendChild(make("div", "vv-readout vn-read"));
    this.readout.setAttribute("role", "status");
    this.bar = box.appendChild(make("div"));
  }

  update(data) {
    this.data = data;
    this.words = data.words;
    this.values = data.pictures.map((picture) => picture.values);
    [this.row, this.column] = [data.row, data.column];
    const dark = isDark(this.root);
    const table = lookup(data.scale, dark);
    this.slabs.setAttribute("aria-label", this.words.label);
    this.slabs.replaceChildren(...data.pictures.map((picture, i) => this.slab(picture, i, table)));
    this.bar.replaceChildren(colourBar(data.scale, dark, data.low, data.high, this.words.scale));
    this.show();
  }

  slab(picture, index, table) {
    const { rows, columns, low, high } = this.data;
    const figure = make("figure", "vn-slab");
    const head = figure.appendChild(make("figcaption", "vn-slab-head"));
    const image = head.appendChild(make("img"));
    image.src = picture.image;
    image.alt = "";
    head.append(make("span", "", `${index}  ${picture.title}`));
    const holder = figure.appendChild(make("div", "vn-holder"));
    const canvas = holder.appendChild(make("canvas"));
    paint(canvas, this.values[index], 0, rows.length, columns.length, table, low, high);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", filled(this.words.slab, { n: index, title: picture.title }));
    if (index === 0) holder.append(make("div", "vn-mark vn-ln"));
    holder.append(make("div", "vn-mark vn-bn"));
    if (index === 0) holder.append(make("div", "vn-mark vn-cell"));
    holder.addEventListener("pointermove", (event) => this.read(index, ...this.cellAt(event, holder)));
    holder.addEventListener("pointerleave", () => this.read(0, this.row, this.column));
    holder.addEventListener("click", (event) => this.select(...this.cellAt(event, holder)));
    return figure;
  }

  cellAt(event, holder) {
    const box = holder.getBoundingClientRect();
    const place = (part, count) => Math.min(count - 1, Math.max(0, Math.floor(part * count)));
    return [
      place((event.clientY - box.top) / box.height, this.data.rows.length),
      place((event.clientX - box.left) / box.width, this.data.columns.length),
    ];
  }

  select(row, column) {
    if (row === this.row && column === this.column) return;
    [this.row, this.column] = [row, column];
    this.show();
    this.choose("cell", [this.data.rows[row], this.data.columns[column]]);
  }

  key(event) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const { rows, columns } = this.data;
    this.select(
      Math.min(rows.length - 1, Math.max(0, this.row + step[0])),
      Math.min(columns.length - 1, Math.max(0, this.column + step[1])),
    );
  }

  /** The two groups of the chosen cell, on the block and on the numbers. */
  show() {
    const { rows, columns, pictures } = this.data;
    const [top, left] = [this.row / rows.length, this.column / columns.length];
    const place = (selector, style) => {
      for (const mark of this.slabs.querySelectorAll(selector)) Object.assign(mark.style, style);
    };
    const [height, width] = [`${100 / rows.length}%`, `${100 / columns.length}%`];
    place(".vn-ln", { left: `${100 * left}%`, width, top: "0", bottom: "0" });
    place(".vn-bn", { top: `${100 * top}%`, height, left: "0", right: "0" });
    place(".vn-cell", { top: `${100 * top}%`, height, left: `${100 * left}%`, width });
    const at = { pictures: pictures.length, top, left, axes: this.words };
    this.cubes.replaceChildren(
      this.panel("ln", cube({ ...at, kind: "layer" }, this.words.lnAlt)),
      this.panel("bn", cube({ ...at, kind: "batch" }, this.words.bnAlt)),
    );
    this.read(0, this.row, this.column);
  }

  panel(kind, drawing) {
    const panel = make("div", "vn-panel");
    const text = make("div", "vn-panel-text");
    const { N, C, T } = this.data.sizes;
    text.append(make("b", `vn-${kind}-name`, this.words[`${kind}Name`]));
    text.append(make("div", "", filled(this.words[`${kind}Text`], { N, C, T, NT: N * T })));
    panel.append(drawing, text);
    return panel;
  }

  read(picture, row, column) {
    const value = this.values[picture][row * this.data.columns.length + column];
    const names = { n: picture, c: this.data.rows[row], t: this.data.columns[column] };
    this.readout.textContent = `${filled(this.words.read, names)} = ${number(value)}`;
  }
}

export function mount(element, send) {
  return new Block(element, unhurried(send));
}
