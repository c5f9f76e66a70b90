// A square map of numbers as coloured cells, with the cursor on it; what the mask cuts is hatched.
import { colourBar, colourTable, paint } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";
import { arrow } from "./controls.js";
import { hatch, ORANGE, sized } from "./pane.js";

export class CellMap {
  /** `events`: `hover(row, column)`, `move(step)` for arrow keys. */
  constructor(parent, title, events) {
    this.root = parent.appendChild(make("figure", "wr-map"));
    this.title = this.root.appendChild(make("figcaption", "wr-map-title", title));
    this.stage = this.root.appendChild(make("div", "wr-map-stage"));
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "application");
    this.canvas = this.stage.appendChild(make("canvas"));
    this.value = this.root.appendChild(make("div", "wr-map-value"));
    this.bar = this.root.appendChild(make("div"));
    this.cells = document.createElement("canvas");
    this.stage.addEventListener("pointermove", (event) => this.pointed(event, events));
    this.stage.addEventListener("pointerdown", (event) => this.pointed(event, events));
    this.stage.addEventListener("keydown", (event) => {
      const step = arrow(event);
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      events.move(step);
    });
  }

  pointed(event, events) {
    const box = this.stage.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.columns);
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.rows);
    if (row >= 0 && column >= 0 && row < this.rows && column < this.columns) events.hover(row, column);
  }

  /** Colours for `values` from `low` to `high`; the bar is made anew only when they change. */
  scale(colours, dark, low, high, label = "") {
    const key = `${dark} ${low} ${high} ${label}`;
    if (key === this.scaled) return;
    this.scaled = key;
    this.table = colourTable(colours, dark);
    Object.assign(this, { low, high });
    this.bar.replaceChildren(colourBar(colours, dark, low, high, label));
  }

  /** `boxes`: [{row, column, colour}], `cut`: places to hatch, `faint(place)`: places to step back. */
  draw(values, rows, columns, { boxes = [], cut = [], faint = null, text = null } = {}) {
    Object.assign(this, { rows, columns });
    paint(this.cells, values, 0, rows, columns, this.table, this.low, this.high);
    const [width, height] = [this.stage.clientWidth, this.stage.clientHeight];
    const context = sized(this.canvas, width, height);
    const [across, down] = [width / columns, height / rows];
    context.imageSmoothingEnabled = false;
    context.drawImage(this.cells, 0, 0, width, height);
    if (faint) this.stepBack(context, rows, columns, faint, width, height);
    hatch(
      context,
      cut.map((place) => [(place % columns) * across, Math.floor(place / columns) * down, across, down]),
      ORANGE,
    );
    for (const { row, column, colour } of boxes) {
      for (const [ink, thickness] of [
        ["#fff", 4.5],
        [colour, 2.2],
      ]) {
        context.strokeStyle = ink;
        context.lineWidth = thickness;
        context.strokeRect(column * across, row * down, across, down);
      }
    }
    if (text !== null) this.value.textContent = typeof text === "number" ? number(text) : text;
  }

  stepBack(context, rows, columns, faint, width, height) {
    const veil = document.createElement("canvas");
    Object.assign(veil, { width: columns, height: rows });
    const draw = veil.getContext("2d");
    const cells = draw.createImageData(columns, rows);
    for (let place = 0; place < rows * columns; place++)
      cells.data.set(faint(place) ? [128, 130, 136, 215] : [0, 0, 0, 0], 4 * place);
    draw.putImageData(cells, 0, 0);
    context.drawImage(veil, 0, 0, width, height);
  }
}
