// The N x C x T block: what layer norm and batch norm average, on a drawing of the block and on the real numbers.
import { colourBar, colourTable, isDark, paint } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";
import { arrowStep, mergeHeldKeys } from "../../../web/shared/events.js";
import { number } from "../../../web/shared/format.js";
import { sentFigure } from "../../../web/shared/save_figure.js";
import { filled } from "../../../web/shared/words.js";
import { cube } from "./cube.js";

/**
 * @typedef {{ title: string, image: string, values: Float32Array }} Picture
 * @typedef {{ pictures: Picture[], sizes: { N: number, C: number, T: number }, rows: number[], columns: number[],
 *   row: number, column: number, scale: import("../../../web/shared/colours.js").ColourScale, low: number, high: number,
 *   words: Record<string, string> }} BlockData `rows` and `columns` are the channels and tokens that are drawn
 * @typedef {(name: "cell", place: [channel: number, token: number]) => void} Send
 */

class Block {
  /**
   * @param {HTMLElement} root
   * @param {Send} send is called with the channel and token that are chosen
   */
  constructor(root, send) {
    this.send = send;
    this.root = root;
    /** @type {BlockData | null} */
    this.data = null;
    this.row = 0;
    this.column = 0;
    this.box = this.root.appendChild(make("div", "vn"));
    this.cubes = this.box.appendChild(make("div", "vn-cubes"));
    this.slabs = this.box.appendChild(make("div", "vn-slabs"));
    this.slabs.tabIndex = 0;
    this.slabs.setAttribute("role", "application");
    this.slabs.addEventListener("keydown", (event) => this.onKey(event));
    this.readout = this.box.appendChild(make("div", "vv-readout vn-read"));
    this.readout.setAttribute("role", "status");
    this.bar = this.box.appendChild(make("div"));
  }

  /** @param {BlockData} data */
  update(data) {
    this.data = data;
    [this.row, this.column] = [data.row, data.column];
    const dark = isDark(this.root);
    const table = colourTable(data.scale, dark);
    this.slabs.setAttribute("aria-label", data.words.label);
    this.slabs.replaceChildren(...data.pictures.map((_, i) => this.slab(data, i, table)));
    this.bar.replaceChildren(colourBar(data.scale, dark, data.low, data.high, data.words.scale));
    this.draw(data);
  }

  /** What it draws, with every array that it was sent. */
  figures() {
    return [sentFigure(this.box, this.data)];
  }

  destroy() {
    this.box.remove();
  }

  /**
   * One picture's numbers, with the marks of what is averaged.
   * @param {BlockData} data
   * @param {number} index
   * @param {Uint8Array} table
   */
  slab(data, index, table) {
    const { rows, columns, low, high, pictures, words } = data;
    const picture = pictures[index];
    const figure = make("figure", "vn-slab");
    const head = figure.appendChild(make("figcaption", "vn-slab-head"));
    const image = head.appendChild(make("img"));
    image.src = picture.image;
    image.alt = "";
    head.append(make("span", "", `${index}  ${picture.title}`));
    const holder = figure.appendChild(make("div", "vn-holder"));
    const canvas = holder.appendChild(make("canvas"));
    paint(canvas, picture.values, 0, rows.length, columns.length, table, low, high);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", filled(words.slab, { n: index, title: picture.title }));
    if (index === 0) holder.append(make("div", "vn-mark vn-ln"));
    holder.append(make("div", "vn-mark vn-bn"));
    if (index === 0) holder.append(make("div", "vn-mark vn-cell"));
    /** @param {MouseEvent} event @returns {[row: number, column: number]} */
    const at = (event) => {
      const box = holder.getBoundingClientRect();
      return [
        cellAt((event.clientY - box.top) / box.height, rows.length),
        cellAt((event.clientX - box.left) / box.width, columns.length),
      ];
    };
    holder.addEventListener("pointermove", (event) => this.read(data, index, ...at(event)));
    holder.addEventListener("pointerleave", () => this.read(data, 0, this.row, this.column));
    holder.addEventListener("click", (event) => this.select(...at(event)));
    return figure;
  }

  /**
   * @param {number} row
   * @param {number} column
   */
  select(row, column) {
    const { data } = this;
    if (!data || (row === this.row && column === this.column)) return;
    [this.row, this.column] = [row, column];
    this.draw(data);
    this.send("cell", [data.rows[row], data.columns[column]]);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const move = arrowStep(event);
    if (!move || !this.data) return;
    event.preventDefault();
    event.stopPropagation();
    const { rows, columns } = this.data;
    this.select(
      Math.min(rows.length - 1, Math.max(0, this.row + move[0])),
      Math.min(columns.length - 1, Math.max(0, this.column + move[1])),
    );
  }

  /**
   * The two groups of the chosen cell, on the block and on the numbers.
   * @param {BlockData} data
   */
  draw(data) {
    const { rows, columns, pictures, words } = data;
    const [top, left] = [this.row / rows.length, this.column / columns.length];
    const [height, width] = [`${100 / rows.length}%`, `${100 / columns.length}%`];
    this.place(".vn-ln", { left: `${100 * left}%`, width, top: "0", bottom: "0" });
    this.place(".vn-bn", { top: `${100 * top}%`, height, left: "0", right: "0" });
    this.place(".vn-cell", { top: `${100 * top}%`, height, left: `${100 * left}%`, width });
    const block = { pictures: pictures.length, top, left, tokens: words.tokens };
    this.cubes.replaceChildren(
      panel(data, "ln", cube({ ...block, kind: "layer" }, words.lnAlt)),
      panel(data, "bn", cube({ ...block, kind: "batch" }, words.bnAlt)),
    );
    this.read(data, 0, this.row, this.column);
  }

  /**
   * @param {string} selector
   * @param {Partial<CSSStyleDeclaration>} style
   */
  place(selector, style) {
    for (const mark of this.slabs.querySelectorAll(selector))
      Object.assign(/** @type {HTMLElement} */ (mark).style, style);
  }

  /**
   * @param {BlockData} data
   * @param {number} picture
   * @param {number} row
   * @param {number} column
   */
  read({ pictures, rows, columns, words }, picture, row, column) {
    const value = pictures[picture].values[row * columns.length + column];
    const place = { n: picture, c: rows[row], t: columns[column] };
    this.readout.textContent = `${filled(words.read, place)} = ${number(value)}`;
  }
}

/**
 * @param {BlockData} data
 * @param {"ln" | "bn"} kind
 * @param {SVGElement} drawing
 */
function panel({ sizes, words }, kind, drawing) {
  const panel = make("div", "vn-panel");
  const text = make("div", "vn-panel-text");
  text.append(make("b", `vn-${kind}-name`, words[`${kind}Name`]));
  text.append(make("div", "", filled(words[`${kind}Text`], { ...sizes, NT: sizes.N * sizes.T })));
  panel.append(drawing, text);
  return panel;
}

/**
 * @param {number} share of the side, from 0 to 1
 * @param {number} count of cells
 */
const cellAt = (share, count) => Math.min(count - 1, Math.max(0, Math.floor(share * count)));

/**
 * @param {HTMLElement} element
 * @param {Send} send
 */
export function mount(element, send) {
  return new Block(element, mergeHeldKeys(send));
}
