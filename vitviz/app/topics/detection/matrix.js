// A matrix whose cells can be chosen, with a name for each row and column; a frame and a dot mark cells.
import { make } from "../../../web/shared/dom.js";
import { arrowStep } from "../../../web/shared/events.js";
import { Lifetime } from "../../../web/shared/lifetime.js";

/**
 * @typedef {object} Cells
 * @property {string[]} rows
 * @property {string[]} columns
 * @property {string} label
 * @property {(row: number, column: number) => { text: string, colour: string, light: boolean, framed?: boolean, dotted?: boolean }} cell
 * @property {[row: number, column: number]} chosen column -1 is the whole row
 */

export class Matrix {
  /**
   * @param {HTMLElement} root
   * @param {(row: number, column: number) => void} choose
   */
  constructor(root, choose) {
    this.root = root;
    this.choose = choose;
    this.lifetime = new Lifetime();
    root.classList.add("vd-matrix");
    root.tabIndex = 0;
    root.setAttribute("role", "application");
    /** @type {HTMLElement[][]} */
    this.cells = [];
    this.shape = "";
    /** @type {[number, number]} */
    this.chosen = [0, 0];
    this.lifetime.listen(root, "click", (/** @type {MouseEvent} */ event) => {
      const { row, column } = /** @type {HTMLElement} */ (event.target).dataset ?? {};
      if (row !== undefined) this.choose(Number(row), Number(column));
    });
    this.lifetime.listen(root, "keydown", (/** @type {KeyboardEvent} */ event) => {
      const step = arrowStep(event);
      if (!step) return;
      const [rows, columns] = [this.cells.length, this.cells[0]?.length ?? 0];
      const row = Math.max(0, Math.min(rows - 1, this.chosen[0] + step[0]));
      this.choose(row, Math.max(0, Math.min(columns - 1, this.chosen[1] + step[1])));
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /**
   * @param {string[]} rows
   * @param {string[]} columns
   */
  build(rows, columns) {
    const shape = JSON.stringify([rows, columns]);
    if (shape === this.shape) return;
    this.shape = shape;
    this.root.style.gridTemplateColumns = `auto repeat(${columns.length}, minmax(0, 1fr))`;
    const heads = [make("span"), ...columns.map((name) => make("span", "vd-head", name))];
    this.cells = rows.map((_, row) =>
      columns.map((_, column) => {
        const cell = make("span", "vd-cell");
        Object.assign(cell.dataset, { row, column });
        return cell;
      }),
    );
    const lines = rows.flatMap((name, row) => [make("span", "vd-head", name), ...this.cells[row]]);
    this.root.replaceChildren(...heads, ...lines);
  }

  /** @param {Cells} cells */
  draw({ rows, columns, label, cell, chosen }) {
    this.build(rows, columns);
    this.chosen = chosen;
    this.root.setAttribute("aria-label", label);
    for (const [row, line] of this.cells.entries()) {
      for (const [column, element] of line.entries()) {
        const { text, colour, light, framed = false, dotted = false } = cell(row, column);
        element.textContent = text + (dotted ? " \u2022" : "");
        element.style.background = colour;
        element.style.color = light ? "#000" : "#fff";
        const own = row === chosen[0] && (chosen[1] < 0 || column === chosen[1]);
        element.className = `vd-cell${framed ? " vd-framed" : ""}${own ? " vd-cell-own" : ""}`;
      }
    }
  }

  destroy() {
    this.lifetime.destroy();
  }
}

/**
 * A colour of a table (as pixels) for a share from 0 to 1, and whether dark text is read on it.
 * @param {Uint32Array} colours
 * @param {number} share
 */
export function shade(colours, share) {
  const pixel = colours[Math.max(0, Math.min(255, Math.round(share * 255)))];
  const channels = [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
  // The relative luminance of WCAG 2; above 0.179 black has more contrast than white.
  const [red, green, blue] = channels.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return { colour: `rgb(${channels.join(" ")})`, light: 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 };
}
