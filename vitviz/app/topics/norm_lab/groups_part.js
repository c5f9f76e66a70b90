// A small tensor whose cells show which of them share one mean: point at a cell to see its group and its numbers.
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";
import { sentFigure } from "../../../web/shared/save_figure.js";
import { groupWords, LETTERS } from "./group_words.js";

/** @import { Grouped } from "./group_words.js" */
/** @typedef {Grouped & { hues: string[], words: Grouped["words"] & { label: string } }} GroupsData */

class Groups {
  /** @param {HTMLElement} root */
  constructor(root) {
    const box = root.appendChild(make("div", "vg"));
    this.blocks = box.appendChild(make("div", "vg-blocks"));
    this.blocks.tabIndex = 0;
    this.blocks.setAttribute("role", "application");
    this.blocks.addEventListener("keydown", (event) => this.onKey(event));
    this.readout = box.appendChild(make("div", "vv-readout vg-read"));
    this.readout.setAttribute("role", "status");
    this.at = 0;
    /** @type {GroupsData | null} */
    this.data = null;
    /** @type {HTMLElement[]} */
    this.cells = [];
  }

  /** @param {GroupsData} data */
  update(data) {
    this.data = data;
    this.blocks.setAttribute("aria-label", data.words.label);
    const [outer, rows, columns] = data.shape;
    this.cells = data.x.map((_, i) => this.cell(data, i));
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

  /** What it draws, with every array that it was sent. */
  figures() {
    return [sentFigure(this.blocks, this.data)];
  }

  destroy() {
    this.blocks.replaceChildren();
  }

  /**
   * @param {GroupsData} data
   * @param {number} i
   */
  cell({ x, group, out, hues }, i) {
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

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const columns = this.data?.shape[2] ?? 1;
    /** @type {Record<string, number>} */
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    this.point(Math.min(this.cells.length - 1, Math.max(0, this.at + step)));
  }

  /** @param {number} i */
  point(i) {
    if (!this.data) return;
    this.at = i;
    const { group } = this.data;
    this.cells.forEach((cell, j) => {
      cell.classList.toggle("vg-same", group !== null && group[j] === group[i]);
      cell.classList.toggle("vg-at", j === i);
    });
    this.readout.textContent = groupWords(this.data, i);
  }
}

/** @param {HTMLElement} element */
export function mount(element) {
  return new Groups(element);
}
