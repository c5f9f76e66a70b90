// A map of changes around 0: read a cell with the pointer or the arrow keys, choose one with a click or Enter.
import { Chosen } from "../../../web/shared/chosen.js";
import { colourBar, colourTable, cssColour, isDark, paint } from "../../../web/shared/colours.js";
import { make, svg } from "../../../web/shared/dom.js";
import { arrowStep } from "../../../web/shared/events.js";
import { number } from "../../../web/shared/format.js";
import { Lifetime } from "../../../web/shared/lifetime.js";
import { Mark } from "../../../web/shared/marks.js";
import { sentFigure } from "../../../web/shared/save_figure.js";
import { filled } from "../../../web/shared/words.js";
import { cellBeside, everyLabel } from "./map_cells.js";

/** @import { Scale, Send, Words } from "../../../web/shared/types.d.ts" */
/**
 * @typedef {object} Data
 * @property {Float32Array} values (rows, columns), NaN where there is none
 * @property {number} rows
 * @property {number} columns
 * @property {number[]} counts columns that each row has
 * @property {number} high
 * @property {Scale} scale
 * @property {string} image
 * @property {number} aspect
 * @property {number} chosen a cell, -1 for none
 * @property {string} cell
 * @property {string} label
 * @property {string} name
 * @property {[string, string]} ends what the lowest and the highest colour mean
 * @property {[string, string]} axes what stands along the rows and the columns; none for a picture
 * @property {Words} words
 */

const [CELL, LINE] = [46, 24]; // CSS pixels across and down, where there is room
const WIDEST = 500; // CSS pixels of a map without a picture
const PICTURE = 340; // and of one over a picture
const TALLEST = 340;

class ChangeMap {
  /**
   * @param {HTMLElement} root
   * @param {Send} send
   */
  constructor(root, send) {
    this.send = send;
    /** @type {Data | null} */
    this.data = null;
    this.current = new Chosen();
    this.lifetime = new Lifetime();
    this.box = root.appendChild(make("div", "vv-map"));
    this.columns = this.box.appendChild(make("div", "vv-map-columns"));
    this.rows = this.box.appendChild(make("div", "vv-map-rows"));
    this.stage = this.box.appendChild(make("div", "vv-map-stage"));
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "application");
    this.axis = this.box.appendChild(make("div", "vv-map-axis"));
    this.image = this.stage.appendChild(make("img"));
    this.canvas = this.stage.appendChild(make("canvas"));
    const marks = this.stage.appendChild(svg("svg", { preserveAspectRatio: "none", class: "vv-map-lines" }));
    this.marks = marks;
    this.chosen = new Mark("rect", "vv-map-chosen").on(marks).around(null);
    this.at = new Mark("rect", "vv-map-at", "vv-rim-thin").on(marks).around(null);
    this.readout = root.appendChild(make("div", "vv-readout"));
    this.readout.setAttribute("role", "status");
    this.bar = root.appendChild(make("div", "vv-barplace"));
    this.cursor = 0; // of the keys
    this.lifetime.listen(this.stage, "pointermove", (event) => this.read(this.cellAt(event)));
    this.lifetime.listen(this.stage, "pointerleave", () => this.read(this.current.value));
    this.lifetime.listen(this.stage, "click", (event) => this.choose(this.cellAt(event)));
    this.lifetime.listen(this.stage, "keydown", (event) => this.key(event));
  }

  /** @param {Data} data */
  update(data) {
    this.data = data;
    this.current.restart(data.chosen);
    this.cursor = Math.max(0, this.current.value);
    const { rows, columns, aspect, high, values, axes } = data;
    const width = aspect ? Math.min(PICTURE, TALLEST * aspect) : Math.min(WIDEST, CELL * columns);
    const height = Math.min(TALLEST, LINE * rows);
    this.stage.style.width = this.columns.style.width = `min(100%, ${width}px)`;
    this.stage.style.minWidth = `${Math.min(width, aspect ? 0 : 6 * columns)}px`;
    this.stage.style.aspectRatio = aspect ? String(aspect) : `${width} / ${height}`;
    this.stage.setAttribute("aria-label", `${data.name}. ${data.words.help}`);
    this.stage.classList.toggle("vv-over", Boolean(data.image));
    this.image.hidden = !data.image;
    if (data.image && this.image.getAttribute("src") !== data.image) this.image.src = data.image;
    this.image.alt = "";
    this.marks.setAttribute("viewBox", `0 0 ${columns} ${rows}`);
    const dark = isDark(this.stage);
    const table = colourTable(data.scale, dark);
    paint(this.canvas, values, 0, rows, columns, table, -high, high);
    this.bar.replaceChildren(
      ...(this.empty() ? [] : [colourBar(data.scale, dark, -high, high, data.label), ends(data, table)]),
    );
    this.rows.replaceChildren(...this.labels(axes[0] ? rows : 0, height));
    this.columns.replaceChildren(...this.labels(axes[1] ? columns : 0, width));
    this.axis.textContent = axes[0] ? filled(data.words.axes, { rows: axes[0], columns: axes[1] }) : axes[1];
    this.read(this.current.value);
  }

  /**
   * The numbers beside or above the cells, as many as there is room for.
   * @param {number} count
   * @param {number} length CSS pixels
   */
  labels(count, length) {
    const every = everyLabel(count, length);
    return Array.from({ length: count }, (_, at) => make("span", "", at % every ? "" : String(at)));
  }

  /** Whether there is no value yet. */
  empty() {
    return this.data?.values.every(Number.isNaN) ?? true;
  }

  /** @param {MouseEvent} event */
  cellAt(event) {
    const { rows, columns } = this.data ?? { rows: 1, columns: 1 };
    const box = this.stage.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
    return Math.min(rows - 1, Math.max(0, row)) * columns + Math.min(columns - 1, Math.max(0, column));
  }

  /** @param {number} cell */
  placeOf(cell) {
    const { columns = 1, counts = [] } = this.data ?? {};
    /** @type {[number, number]} */
    const place = [Math.floor(cell / columns), cell % columns];
    return cell >= 0 && place[1] < counts[place[0]] ? place : null;
  }

  /**
   * Say what is in a cell.
   * @param {number} cell
   */
  read(cell) {
    if (!this.data) return;
    const { values, words } = this.data;
    const place = this.placeOf(cell);
    this.at.around(place);
    this.chosen.around(this.placeOf(this.current.value));
    const value = Number.isNaN(values[cell]) ? words.missing : number(values[cell]);
    const rest = this.empty() ? words.empty : words.help;
    const text = place ? filled(this.data.cell, { row: place[0], column: place[1], value }) : rest;
    if (this.readout.textContent !== text) this.readout.textContent = text;
  }

  /** @param {number} cell */
  choose(cell) {
    if (!this.data || !this.placeOf(cell)) return;
    this.cursor = cell;
    this.current.choose(cell);
    this.send("cell", cell);
    this.read(cell);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.data) return;
    const arrow = arrowStep(event);
    if (arrow) {
      this.cursor = cellBeside(this.cursor, arrow, this.data);
      this.read(this.cursor);
    } else if (event.key === "Enter" || event.key === " ") this.choose(this.cursor);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/**
 * What both ends of the colours mean, each beside its colour.
 * @param {Data} data
 * @param {Uint8Array} table
 */
function ends(data, table) {
  const line = make("div", "vv-map-ends");
  for (const [at, text] of data.ends.entries()) {
    const swatch = make("span", "vv-map-swatch");
    swatch.style.background = cssColour(table, at ? 215 : 40);
    const end = line.appendChild(make("span"));
    end.append(swatch, text);
  }
  return line;
}

/**
 * @param {HTMLElement} element
 * @param {Send} send is called with every "cell" that is chosen
 */
export function mount(element, send) {
  const map = new ChangeMap(element, send);
  return {
    /** @param {Data} data */
    update: (data) => map.update(data),
    figures: () => (map.data ? [sentFigure(element, { values: map.data.values })] : []),
    destroy: () => map.lifetime.destroy(),
  };
}
