// A small tensor whose cells show which of them share one mean: point at a cell to see its group and its numbers.
import { make, number } from "../../../web/shared/canvas.js";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWX";

class Groups {
  constructor(root) {
    const box = root.appendChild(make("div", "vg"));
    this.blocks = box.appendChild(make("div", "vg-blocks"));
    this.blocks.tabIndex = 0;
    this.blocks.setAttribute("role", "application");
    this.blocks.addEventListener("keydown", (event) => this.key(event));
    this.readout = box.appendChild(make("div", "vv-readout vg-read"));
    this.readout.setAttribute("role", "status");
    this.at = 0;
  }

  update(data) {
    this.data = data;
    this.blocks.setAttribute("aria-label", data.words.label);
    const [outer, rows, columns] = data.shape;
    this.cells = data.x.map((_, i) => this.cell(i));
    this.blocks.replaceChildren(
      ...Array.from({ length: outer }, (_, o) => {
        const block = make("div", "vg-block");
        block.append(make("div", "vg-name", `x[${o}]`));
        const grid = block.appendChild(make("div", "vg-grid"));
        grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
        grid.append(...this.cells.slice(o * rows * columns, (o + 1) * rows * columns));
        return block;
      }),
    );
    this.point(this.at);
  }

  cell(i) {
    const { x, group, out, hues } = this.data;
    const cell = make("div", "vg-cell");
    if (group) {
      cell.style.setProperty("--hue", hues[group[i] % hues.length]);
      cell.append(make("span", "vg-letter", LETTERS[group[i]]));
    }
    cell.append(make("b", "", Number.isInteger(x[i]) ? String(x[i]) : number(x[i])));
    cell.append(make("span", "vg-out", out ? number(out[i]) : ""));
    cell.addEventListener("pointerenter", () => this.point(i));
    return cell;
  }

  key(event) {
    const [, , columns] = this.data.shape;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    this.point(Math.min(this.cells.length - 1, Math.max(0, this.at + step)));
  }

  point(i) {
    this.at = i;
    const { group } = this.data;
    this.cells.forEach((cell, j) => {
      cell.classList.toggle("vg-same", Boolean(group) && group[j] === group[i]);
      cell.classList.toggle("vg-at", j === i);
    });
    this.readout.textContent = this.describe(i);
  }

  describe(i) {
    const { shape, x, group, mean, variance, out, eps, words } = this.data;
    const [, rows, columns] = shape;
    const index = [Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows, i % columns].join(", ");
    if (!group) return `x[${index}] = ${number(x[i])}`;
    const g = group[i];
    const members = x.filter((_, j) => group[j] === g);
    const listed = members.length > 6 ? [...members.slice(0, 3), "\u2026", members.at(-1)] : members;
    const sum = listed
      .map((value) => (typeof value === "number" ? number(value) : value))
      .join(" + ")
      .replaceAll("+ \u2212", "\u2212 ");
    return [
      `x[${index}] = ${number(x[i])}   ${words.group} ${LETTERS[g]}: ${members.length} ${words.numbers}`,
      `\u03bc = (${sum}) / ${members.length} = ${number(mean[g])}`,
      `\u03c3\u00b2 = \u03a3(x \u2212 \u03bc)\u00b2 / ${members.length} = ${number(variance[g] * members.length)} / ${members.length} = ${number(variance[g])}`,
      `x\u0302 = (${number(x[i])} \u2212 ${this.bracket(mean[g])}) / \u221a(${number(variance[g])} + ${eps}) = ${number(out[i])}`,
    ].join("\n");
  }

  bracket(value) {
    return value < 0 ? `(${number(value)})` : number(value);
  }
}

export function mount(element) {
  return new Groups(element);
}
