// A matrix whose cells can be chosen by pointer and arrows, a name for each row and column; many columns go without text.
import { make, write } from "../../../web/shared/dom.js";
import { arrowStep } from "../../../web/shared/events.js";
import { Lifetime } from "../../../web/shared/lifetime.js";

/**
 * @typedef {object} GridCells
 * @property {string[]} rows
 * @property {string[]} columns
 * @property {string} label
 * @property {boolean} many
 * @property {[number, number]} chosen
 * @property {(row: number, column: number) => { text: string, colour: string, light: boolean | null, kind: string }} cell
 * @property {(row: number, column: number) => void} over
 */

export class Grid {
  /**
   * @param {HTMLElement} root
   * @param {(row: number, column: number) => void} choose
   */
  constructor(root, choose) {
    this.lifetime = new Lifetime();
    this.root = root;
    root.classList.add("vr-grid-box");
    root.tabIndex = 0;
    root.setAttribute("role", "application");
    /** @type {HTMLElement[][]} */
    this.cells = [];
    this.shape = "";
    /** @type {GridCells | null} */
    this.drawn = null;
    this.lifetime.listen(root, "click", (event) => {
      const at = this.at(event);
      if (at) choose(...at);
    });
    this.lifetime.listen(root, "pointerover", (/** @type {PointerEvent} */ event) => {
      const at = event.pointerType === "mouse" ? this.at(event) : null;
      if (at) this.drawn?.over(...at);
    });
    this.lifetime.listen(root, "pointerleave", () => this.drawn?.over(...this.drawn.chosen));
    this.lifetime.listen(root, "keydown", (/** @type {KeyboardEvent} */ event) => {
      const step = arrowStep(event);
      if (!step || !this.drawn) return;
      const { rows, columns, chosen } = this.drawn;
      const row = Math.max(0, Math.min(rows.length - 1, chosen[0] + step[0]));
      choose(row, Math.max(0, Math.min(columns.length - 1, chosen[1] + step[1])));
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /**
   * @param {Event} event
   * @returns {[number, number] | null}
   */
  at(event) {
    const { row, column } = /** @type {HTMLElement} */ (event.target).dataset ?? {};
    return row === undefined ? null : [Number(row), Number(column)];
  }

  /** @param {GridCells} drawn */
  draw(drawn) {
    this.drawn = drawn;
    const { rows, columns, label, many, chosen, cell } = drawn;
    const shape = JSON.stringify([rows, columns]);
    if (shape !== this.shape) {
      this.shape = shape;
      this.root.classList.toggle("vr-many", many);
      this.root.style.gridTemplateColumns = `auto repeat(${columns.length}, minmax(${many ? 7 : 44}px, 1fr))`;
      const heads = [make("span"), ...columns.map((name) => make("span", "vr-head", many ? "" : name))];
      this.cells = rows.map((_, row) =>
        columns.map((_, column) => {
          const made = make("span", "vr-cell");
          Object.assign(made.dataset, { row, column });
          return made;
        }),
      );
      this.root.replaceChildren(
        ...heads,
        ...rows.flatMap((name, row) => [make("span", "vr-head", name), ...this.cells[row]]),
      );
    }
    write(this.root, null, { "aria-label": `${label} ${rows[chosen[0]]} ${columns[chosen[1]]}` });
    for (const [row, line] of this.cells.entries()) {
      for (const [column, element] of line.entries()) {
        const { text, colour, light, kind } = cell(row, column);
        write(element, text);
        element.style.backgroundColor = colour;
        element.style.color = light === null ? "" : light ? "#000" : "#fff";
        const own = row === chosen[0] && column === chosen[1];
        element.className = `vr-cell ${kind}${own ? " vr-cell-own" : ""}`;
      }
    }
  }

  destroy() {
    this.lifetime.destroy();
  }
}
