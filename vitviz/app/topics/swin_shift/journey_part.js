// The picture in every stage: patches grow, a window stays M x M patches, one place is followed through all of them.
import { make } from "../../../web/shared/dom.js";
import { arrowStep } from "../../../web/shared/events.js";

/** @import { Figure, JourneyData } from "../../../web/swin_shift/types.js" */
/**
 * What follows the pointer in one figure.
 * @typedef {{ figure: Figure, window: SVGElement, patch: SVGElement }} Marks
 */

const SVG = "http://www.w3.org/2000/svg";
const FINEST = 30; // lines between more patches than this would hide the picture

/**
 * @param {string} tag
 * @param {string} className
 * @param {Record<string, string | number>} [attributes]
 * @returns {SVGElement}
 */
function drawn(tag, className, attributes = {}) {
  const element = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
  element.setAttribute("class", className);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/**
 * The lines between patches, as an SVG path.
 * @param {number} rows
 * @param {number} columns
 */
function lines(rows, columns) {
  let path = "";
  for (let r = 1; r < rows; r++) path += `M0 ${r}H${columns}`;
  for (let c = 1; c < columns; c++) path += `M${c} 0V${rows}`;
  return path;
}

class Journey {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.at = [0.5, 0.5]; // across and down, as shares of the picture
    /** @type {Marks[]} */
    this.marks = [];
  }

  /** @param {JourneyData} data */
  update(data) {
    this.data = data;
    const box = make("div", "vj");
    const row = box.appendChild(make("div", "vj-row"));
    row.style.setProperty("--figures", String(data.figures.length));
    row.tabIndex = 0;
    row.setAttribute("role", "application");
    row.setAttribute("aria-label", data.words.help);
    row.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.key(event, data));
    this.marks = data.figures.map((figure) => this.figure(row, figure, data));
    const readout = box.appendChild(make("div", "vj-readout"));
    readout.setAttribute("role", "status");
    this.readout = readout;
    this.root.replaceChildren(box);
    this.point(this.at[0], this.at[1]);
  }

  /**
   * @param {HTMLElement} row
   * @param {Figure} figure
   * @param {JourneyData} data
   * @returns {Marks}
   */
  figure(row, figure, data) {
    const { title, rows, columns, boxes, facts } = figure;
    const element = row.appendChild(make("figure", "vj-figure"));
    element.append(make("div", "vj-title", title));
    const frame = element.appendChild(make("div", "vj-frame"));
    frame.style.aspectRatio = String(data.aspect);
    const image = frame.appendChild(make("img"));
    Object.assign(image, { src: data.image, alt: "", draggable: false });
    const svg = frame.appendChild(drawn("svg", "", { viewBox: `0 0 ${columns} ${rows}`, preserveAspectRatio: "none" }));
    if (Math.max(rows, columns) <= FINEST) svg.append(drawn("path", "vj-thin", { d: lines(rows, columns) }));
    const edges = boxes.map(([top, left, height, width]) => `M${left} ${top}h${width}v${height}h${-width}z`).join("");
    for (const line of ["vj-dark", "vj-thick"]) svg.append(drawn("path", line, { d: edges }));
    const window = svg.appendChild(drawn("rect", "vj-window"));
    const patch = svg.appendChild(drawn("rect", "vj-patch", { width: 1, height: 1 }));
    const list = element.appendChild(make("div", "vj-facts"));
    for (const [text, isShape] of facts) list.append(make("div", isShape ? "vj-shape" : "", text));
    /** @param {PointerEvent} event */
    const move = (event) => {
      const area = frame.getBoundingClientRect();
      this.point((event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height);
    };
    frame.addEventListener("pointermove", move);
    frame.addEventListener("pointerdown", move);
    return { figure, window, patch };
  }

  /**
   * Mark the patch and the window that hold a place of the picture, in every stage.
   * @param {number} x
   * @param {number} y
   */
  point(x, y) {
    const { data } = this;
    if (!data || !this.readout) return;
    const inside = (/** @type {number} */ value) => Math.min(0.9999, Math.max(0, value));
    this.at = [inside(x), inside(y)];
    const spoken = this.marks.map(({ figure, window, patch }, i) => {
      const [row, column] = [Math.floor(this.at[1] * figure.rows), Math.floor(this.at[0] * figure.columns)];
      patch.setAttribute("x", String(column));
      patch.setAttribute("y", String(row));
      const number = figure.boxes.findIndex(
        ([top, left, height, width]) => row >= top && row < top + height && column >= left && column < left + width,
      );
      window.style.display = number < 0 ? "none" : "";
      if (number < 0) return `${data.words.patch} (${row}, ${column})`;
      const [top, left, height, width] = figure.boxes[number];
      const box = { x: left, y: top, width, height };
      for (const [name, value] of Object.entries(box)) window.setAttribute(name, String(value));
      // Before the stages stands the picture in patches.
      return `${data.words.stage} ${i - 1}: (${row}, ${column}) ${data.words.window} ${number}`;
    });
    this.readout.textContent = spoken.join("  \u2192  ");
  }

  /**
   * @param {KeyboardEvent} event
   * @param {JourneyData} data
   */
  key(event, data) {
    const step = arrowStep(event);
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const { rows, columns } = data.figures[0];
    this.point(this.at[0] + step[1] / columns, this.at[1] + step[0] / rows);
  }

  /** The stages, with the size of each map. */
  figures() {
    const figures = this.data?.figures ?? [];
    const table = {
      stage: figures.map(({ title }) => title),
      rows: figures.map(({ rows }) => rows),
      columns: figures.map(({ columns }) => columns),
      windows: figures.map(({ boxes }) => boxes.length),
    };
    return [{ element: this.root, table }];
  }

  destroy() {
    this.root.replaceChildren();
  }
}

/** @param {HTMLElement} element */
export function mount(element) {
  return new Journey(element);
}
