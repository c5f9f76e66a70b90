// A map on a canvas, a pixel for each of its cells, with frames around some of them.
import { contextOf, make, svg, write } from "../../../web/shared/dom.js";
import { placeAt } from "./place.js";

/** @import { Pixels } from "./pixels.js" */
/** @import { Place } from "./place.js" */
/** @typedef {{ hover?: (place: Place | null) => void, choose?: (place: Place) => void }} BoardListeners */

export class Board {
  /**
   * @param {Element} parent
   * @param {string} title
   * @param {BoardListeners} [listeners]
   * @param {string} [className]
   */
  constructor(parent, title, listeners = {}, className = "") {
    this.root = parent.appendChild(make("figure", `sg-board ${className}`.trim()));
    this.title = this.root.appendChild(make("figcaption", "", title));
    this.stage = this.root.appendChild(make("div", "sg-stage"));
    this.canvas = this.stage.appendChild(make("canvas"));
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", title);
    this.below = this.root.appendChild(make("div", "sg-below"));
    /** @type {HTMLElement[]} */
    this.frames = [];
    /** @type {SVGElement | null} */
    this.over = null;
    const { hover, choose } = listeners;
    /** @param {PointerEvent | MouseEvent} event */
    const at = (event) => placeAt(event, this.canvas.getBoundingClientRect());
    if (hover) {
      this.stage.addEventListener("pointermove", (event) => hover(at(event)));
      this.stage.addEventListener("pointerleave", () => hover(null));
    }
    if (choose) {
      this.stage.classList.add("sg-chosen");
      this.stage.addEventListener("click", (event) => choose(at(event)));
    }
  }

  /**
   * @param {string} text
   * @param {string} [below] what stands below the map
   */
  name(text, below = "") {
    write(this.title, text);
    write(this.canvas, null, { "aria-label": [text, below].filter(Boolean).join(", ") });
    write(this.below, below);
  }

  /**
   * @param {Pixels} pixels
   * @param {number} rows
   * @param {number} columns
   * @param {string} [aspect] of the drawing, where its cells are no squares
   */
  draw(pixels, rows, columns, aspect = `${columns} / ${rows}`) {
    if (this.canvas.width !== columns || this.canvas.height !== rows) {
      Object.assign(this.canvas, { width: columns, height: rows });
    }
    contextOf(this.canvas).putImageData(new ImageData(pixels, columns, rows), 0, 0);
    this.stage.style.aspectRatio = aspect;
  }

  /**
   * Lines over the map, in its cells: the `d` of an SVG path.
   * @param {string} path
   * @param {number} rows
   * @param {number} columns
   */
  lines(path, rows, columns) {
    this.over?.remove();
    this.over = svg("svg", { viewBox: `0 0 ${columns} ${rows}`, class: "sg-lines-over", "aria-hidden": "true" });
    this.over.append(svg("path", { d: path, class: "sg-line-under" }), svg("path", { d: path, class: "sg-line" }));
    this.canvas.after(this.over);
  }

  /**
   * Frame cells of a map of `rows` x `columns`.
   * @param {readonly { row: number, column: number, high?: number, wide?: number, colour?: string, kind?: string }[]} cells
   * @param {number} rows
   * @param {number} columns
   */
  frame(cells, rows, columns) {
    while (this.frames.length < cells.length) this.frames.push(this.stage.appendChild(make("div")));
    for (const [number, frame] of this.frames.entries()) {
      const cell = cells[number];
      frame.hidden = !cell;
      if (!cell) continue;
      const { row, column, high = 1, wide = 1, colour = "", kind = "" } = cell;
      frame.className = `sg-frame ${kind}`.trim();
      Object.assign(frame.style, {
        top: `${(100 * row) / rows}%`,
        left: `${(100 * column) / columns}%`,
        height: `${(100 * high) / rows}%`,
        width: `${(100 * wide) / columns}%`,
        borderColor: colour,
      });
    }
  }
}
