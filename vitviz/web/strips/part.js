// Vectors of one length as rows of coloured cells over one axis: move over an index to read all of them, click to choose it.
import { colourBar, colourTable, isDark, paint } from "../shared/colours.js";
import { make } from "../shared/dom.js";
import { mergeHeldKeys } from "../shared/events.js";
import { number } from "../shared/format.js";

const NARROWEST = 2; // CSS pixels of a cell; longer vectors scroll
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -10, ArrowDown: 10 };

class Strips {
  constructor(root, choose) {
    this.choose = choose;
    this.labels = root.querySelector(".vv-strips-labels");
    this.bars = root.querySelector(".vv-strips-bars");
    this.scroll = root.querySelector(".vv-strips-scroll");
    this.readout = root.querySelector(".vv-readout");
    this.lanes = this.scroll.appendChild(make("div", "vv-strips-lanes"));
    this.scroll.addEventListener("pointermove", (event) => this.hover(this.indexAt(event)));
    this.scroll.addEventListener("pointerleave", () => this.hover(null));
    this.lanes.addEventListener("click", (event) => this.select(this.indexAt(event)));
    this.scroll.addEventListener("keydown", (event) => this.key(event));
  }

  update(data) {
    this.data = data;
    this.index = data.index;
    this.values = data.rows.map((row) => row.values);
    const dark = isDark(this.scroll);
    this.scroll.setAttribute("aria-label", data.words.label);
    this.labels.replaceChildren(...data.rows.map((row) => make("span", "vv-strips-label", row.label)));
    this.bars.replaceChildren(...data.rows.map((row) => colourBar(row.scale, dark, row.low, row.high, "")));
    this.lanes.style.minWidth = `${NARROWEST * data.length}px`;
    this.lanes.replaceChildren(...data.rows.map((row, i) => this.lane(row, this.values[i], dark)));
    this.hovered = this.lanes.appendChild(make("div", "vv-strips-cursor vv-hovered-index"));
    this.chosen = this.lanes.appendChild(make("div", "vv-strips-cursor vv-chosen-index"));
    this.place(this.chosen, this.index);
    this.hover(null);
  }

  lane(row, values, dark) {
    const lane = make("div", "vv-strips-lane");
    const canvas = make("canvas");
    paint(canvas, values, 0, 1, this.data.length, colourTable(row.scale, dark), row.low, row.high);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", row.label);
    lane.append(canvas);
    return lane;
  }

  place(cursor, index) {
    cursor.hidden = index === null;
    cursor.style.left = `${(100 * index) / this.data.length}%`;
    cursor.style.width = `${100 / this.data.length}%`;
  }

  indexAt(event) {
    const box = this.lanes.getBoundingClientRect();
    const index = Math.floor(((event.clientX - box.left) / box.width) * this.data.length);
    return Math.min(this.data.length - 1, Math.max(0, index));
  }

  hover(index) {
    this.place(this.hovered, index);
    const at = index ?? this.index;
    const parts = this.data.rows.map((row, i) => `${row.label} ${number(this.values[i][at])}`);
    this.readout.textContent = `${this.data.words.index} ${at}:  ${parts.join("   ")}`;
  }

  select(index) {
    if (index === this.index) return;
    this.index = index;
    this.place(this.chosen, index);
    this.hover(null);
    this.choose("index", index);
  }

  key(event) {
    if (!(event.key in STEPS)) return;
    event.preventDefault();
    event.stopPropagation();
    this.select(Math.min(this.data.length - 1, Math.max(0, this.index + STEPS[event.key])));
  }
}

export function mount(element, send) {
  return new Strips(element, mergeHeldKeys(send));
}
