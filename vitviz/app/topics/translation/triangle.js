// The decoder's self-attention as the triangle it is: each token looks at itself and those before, the rest is masked.
import { make, pointIn, write } from "../../../web/shared/dom.js";
import { Lifetime } from "../../../web/shared/lifetime.js";
import { Cells, Shades } from "../../../web/shared/shades.js";

/** @import { Shown } from "./types.d.ts" */

export class Triangle {
  /**
   * @param {HTMLElement} root
   * @param {(row: number, column: number) => void} choose
   * @param {(row: number, column: number) => void} point with -1 where the pointer is nowhere
   */
  constructor(root, choose, point) {
    this.root = root;
    this.lifetime = new Lifetime();
    root.classList.add("vt-triangle");
    this.columns = root.appendChild(make("div", "vt-columns"));
    this.rows = root.appendChild(make("div", "vt-rows"));
    this.frame = root.appendChild(make("div", "vt-cells"));
    this.cells = new Cells(this.frame.appendChild(make("canvas")));
    this.later = this.frame.appendChild(make("div", "vt-veil"));
    this.row = this.frame.appendChild(make("div", "vt-row"));
    this.cell = this.frame.appendChild(make("div", "vt-cell"));
    this.written = root.appendChild(make("div", "vt-rows vt-written"));
    this.count = 1;
    this.step = 0;
    /** @type {Float32Array | null} */
    this.map = null;
    /** @type {Uint32Array | null} */
    this.colours = null;
    this.key = "";
    const place = (/** @type {PointerEvent} */ event) => {
      const { x, y } = pointIn(this.frame, event);
      const [column, row] = [x / this.frame.clientWidth, y / this.frame.clientHeight].map((share) =>
        Math.min(this.count - 1, Math.max(0, Math.floor(share * this.count))),
      );
      return { row, column, there: column <= row && row <= this.step };
    };
    this.lifetime.listen(this.frame, "click", (event) => {
      const { row, column, there } = place(event);
      if (there) choose(row, column);
    });
    this.lifetime.listen(this.frame, "pointermove", (event) => {
      const { row, column, there } = place(event);
      point(there ? row : -1, column);
    });
    this.lifetime.listen(this.frame, "pointerleave", () => point(-1, -1));
  }

  /**
   * @param {Shown} shown
   * @param {Float32Array} map (T, T)
   * @param {Uint32Array} colours
   * @param {string} start what the token before the first piece is called
   */
  draw({ answer, sizes, choice, step }, map, colours, start) {
    const given = [start, ...answer.pieces.slice(0, -1)];
    this.count = sizes.written;
    const key = JSON.stringify([given, sizes.written]);
    if (key !== this.key) {
      this.key = key;
      const names = (/** @type {string[]} */ list) => list.map((name) => make("span", "", name));
      this.columns.replaceChildren(...names(given));
      this.rows.replaceChildren(...names(given));
      this.written.replaceChildren(...names(answer.pieces));
    }
    if (this.map !== map || this.colours !== colours) {
      const cells = Float32Array.from(map, (weight, i) => (i % this.count > Math.floor(i / this.count) ? NaN : weight));
      this.cells.draw(cells, 0, this.count, this.count, new Shades(colours, 1));
      this.map = map;
      this.colours = colours;
    }
    this.step = step;
    const part = 100 / this.count;
    this.later.style.top = `${part * (step + 1)}%`;
    Object.assign(this.row.style, { top: `${part * step}%`, height: `${part}%`, width: `${part * (step + 1)}%` });
    const chosen = choice.attention === "own" && choice.key >= 0 ? choice.key : -1;
    this.cell.hidden = chosen < 0;
    Object.assign(this.cell.style, {
      top: `${part * step}%`,
      left: `${part * chosen}%`,
      width: `${part}%`,
      height: `${part}%`,
    });
    for (const [list, last] of /** @type {[HTMLElement, number][]} */ ([
      [this.columns, step],
      [this.rows, step],
      [this.written, step],
    ]))
      for (const [i, name] of [...list.children].entries())
        write(name, null, { class: i > last ? "vt-later" : i === last && list !== this.columns ? "vt-on" : "" });
  }

  destroy() {
    this.lifetime.destroy();
  }
}
