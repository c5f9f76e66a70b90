// The picture in every stage: patches grow, a window stays M x M patches, one place is followed through all of them.
import { make } from "../../../web/shared/dom.js";

const SVG = "http://www.w3.org/2000/svg";
const FINEST = 30; // lines between more patches than this would hide the picture

function drawn(tag, className, attributes) {
  const element = document.createElementNS(SVG, tag);
  element.setAttribute("class", className);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

class Journey {
  constructor(root) {
    this.root = root;
    this.at = [0.5, 0.5];
  }

  update(data) {
    this.data = data;
    const box = make("div", "vj");
    this.row = box.appendChild(make("div", "vj-row"));
    this.row.style.setProperty("--figures", data.figures.length);
    this.row.tabIndex = 0;
    this.row.setAttribute("role", "application");
    this.row.setAttribute("aria-label", data.help);
    this.row.addEventListener("keydown", (event) => this.key(event));
    this.marks = data.figures.map((figure) => this.figure(figure));
    this.readout = box.appendChild(make("div", "vj-readout"));
    this.readout.setAttribute("role", "status");
    this.root.replaceChildren(box);
    this.point(...this.at);
  }

  figure({ title, rows, columns, boxes, facts }) {
    const figure = this.row.appendChild(make("figure", "vj-figure"));
    figure.append(make("div", "vj-title", title));
    const frame = figure.appendChild(make("div", "vj-frame"));
    frame.style.aspectRatio = String(this.data.aspect);
    const image = frame.appendChild(make("img"));
    image.src = this.data.image;
    image.alt = "";
    image.draggable = false;
    const svg = frame.appendChild(drawn("svg", "", { viewBox: `0 0 ${columns} ${rows}`, preserveAspectRatio: "none" }));
    if (Math.max(rows, columns) <= FINEST) svg.append(drawn("path", "vj-thin", { d: this.lines(rows, columns) }));
    const edges = boxes.map(([top, left, height, width]) => `M${left} ${top}h${width}v${height}h${-width}z`).join("");
    for (const look of ["vj-dark", "vj-thick"]) svg.append(drawn("path", look, { d: edges }));
    const marks = { rows, columns, boxes };
    marks.window = svg.appendChild(drawn("rect", "vj-window", {}));
    marks.patch = svg.appendChild(drawn("rect", "vj-patch", { width: 1, height: 1 }));
    const list = figure.appendChild(make("div", "vj-facts"));
    for (const [text, isShape] of facts) list.append(make("div", isShape ? "vj-shape" : "", text));
    const move = (event) => {
      const area = frame.getBoundingClientRect();
      this.point((event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height);
    };
    frame.addEventListener("pointermove", move);
    frame.addEventListener("pointerdown", move);
    return marks;
  }

  lines(rows, columns) {
    let path = "";
    for (let r = 1; r < rows; r++) path += `M0 ${r}H${columns}`;
    for (let c = 1; c < columns; c++) path += `M${c} 0V${rows}`;
    return path;
  }

  /** Mark the patch and the window that hold a place of the picture, in every stage. */
  point(x, y) {
    const inside = (value) => Math.min(0.9999, Math.max(0, value));
    this.at = [inside(x), inside(y)];
    const said = this.marks.map(({ rows, columns, boxes, window, patch }, i) => {
      const [row, column] = [Math.floor(this.at[1] * rows), Math.floor(this.at[0] * columns)];
      patch.setAttribute("x", column);
      patch.setAttribute("y", row);
      const number = boxes.findIndex(
        ([top, left, height, width]) => row >= top && row < top + height && column >= left && column < left + width,
      );
      window.style.display = number < 0 ? "none" : "";
      if (number < 0) return `${this.data.words.patch} (${row}, ${column})`;
      const [top, left, height, width] = boxes[number];
      for (const [name, value] of Object.entries({ x: left, y: top, width, height })) window.setAttribute(name, value);
      return `${this.data.words.stage} ${i - 1}: (${row}, ${column}) ${this.data.words.window} ${number}`;
    });
    this.readout.textContent = said.join("  \u2192  ");
  }

  key(event) {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const { rows, columns } = this.data.figures[0];
    this.point(this.at[0] + step[0] / columns, this.at[1] + step[1] / rows);
  }
}

export function mount(element) {
  return new Journey(element);
}
