// One or many equal arrays as small pictures on one colour scale: choose one, read any cell.
import { colourBar, colourTable, isDark, paint } from "../shared/colours.js";
import { make } from "../shared/dom.js";
import { mergeHeldKeys } from "../shared/events.js";
import { number } from "../shared/format.js";

class Tiles {
  constructor(root, choose) {
    this.choose = choose;
    this.grid = root.querySelector(".vv-tiles");
    this.readout = root.querySelector(".vv-readout");
    this.bar = root.querySelector(".vv-barplace");
  }

  update(data) {
    this.data = data;
    this.values = data.values;
    const dark = isDark(this.grid);
    this.table = colourTable(data.scale, dark);
    this.grid.style.setProperty("--tile", `${data.width}px`);
    this.grid.replaceChildren(...data.labels.map((label, i) => this.tile(label, i)));
    this.bar.replaceChildren(colourBar(data.scale, dark, data.low, data.high, data.scaleLabel));
    this.readout.textContent = data.help;
  }

  tile(label, index) {
    const { rows, columns, low, high, selected, choosable } = this.data;
    const tile = make(choosable ? "button" : "figure", "vv-tile");
    const canvas = make("canvas");
    paint(canvas, this.values, index * rows * columns, rows, columns, this.table, low, high);
    canvas.style.aspectRatio = this.data.stretch ? this.data.stretch : `${columns} / ${rows}`;
    const holder = make("div", "vv-holder");
    holder.append(canvas);
    for (const row of this.data.markRows) holder.append(this.mark(row, rows));
    tile.append(holder);
    if (label) tile.append(make("span", "vv-label", label));
    if (choosable) {
      tile.type = "button";
      tile.setAttribute("aria-pressed", String(index === selected));
      tile.addEventListener("click", () => this.choose("tile", index));
    }
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${label} ${rows} x ${columns}`);
    canvas.addEventListener("pointermove", (event) => this.read(event, canvas, index));
    canvas.addEventListener("pointerleave", () => {
      this.readout.textContent = this.data.help;
    });
    if (this.data.cellChoice)
      canvas.addEventListener("click", (event) => this.choose("cell", this.cellAt(event, canvas)));
    return tile;
  }

  mark(row, rows) {
    const mark = make("div", "vv-mark");
    mark.style.top = `${(100 * row) / rows}%`;
    mark.style.height = `${100 / rows}%`;
    return mark;
  }

  cellAt(event, canvas) {
    const { rows, columns } = this.data;
    const box = canvas.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
    return [Math.min(rows - 1, Math.max(0, row)), Math.min(columns - 1, Math.max(0, column))];
  }

  read(event, canvas, index) {
    const { rows, columns, labels, axes, pooled } = this.data;
    const [row, column] = this.cellAt(event, canvas);
    const value = this.values[index * rows * columns + row * columns + column];
    const where = `${axes[0]} ${row * pooled[0]}, ${axes[1]} ${column * pooled[1]}`;
    const mean = pooled[0] * pooled[1] > 1 ? ` (${this.data.pooledLabel} ${pooled[0]}x${pooled[1]})` : "";
    this.readout.textContent = `${labels[index]}  ${where}:  ${number(value)}${mean}`.trim();
  }
}

export function mount(element, send) {
  return new Tiles(element, mergeHeldKeys(send));
}
