// Vectors of one length as rows of coloured cells over one axis: move over an index to read all of them, click to choose it.
import { Chosen } from "../shared/chosen.js";
import { colourBar, colourTable, isDark, paint } from "../shared/colours.js";
import { segments } from "../shared/controls.js";
import { make } from "../shared/dom.js";
import { mergeHeldKeys } from "../shared/events.js";
import { number } from "../shared/format.js";
import { Lifetime } from "../shared/lifetime.js";

/** @import { Scale, Send } from "../shared/types.d.ts" */
/**
 * `low` and `high` are shared with rows that are alike, `own` is what this one's values need.
 * @typedef {{ label: string, values: Float32Array, low: number, high: number, own: [number, number], scale: Scale }} Row
 */
/**
 * `scales` name the two ways to colour, shared and own; none where they are the same. `own` is the one to begin with.
 * @typedef {{ rows: Row[], length: number, index: number, scales: string[], own: boolean,
 *   words: { index: string, label: string, scales: string } }} Data
 */

const NARROWEST = 2; // CSS pixels of a cell; longer vectors scroll
/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -10, ArrowDown: 10 };

class Strips {
  /**
   * @param {HTMLElement} root
   * @param {Send} send
   */
  constructor(root, send) {
    const inside = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(name));
    this.root = root;
    this.send = send;
    this.labels = inside(".vv-strips-labels");
    this.bars = inside(".vv-strips-bars");
    this.scroll = inside(".vv-strips-scroll");
    this.readout = inside(".vv-readout");
    this.scales = inside(".vv-strips-scales");
    this.lanes = this.scroll.appendChild(make("div", "vv-strips-lanes"));
    this.hovered = make("div", "vv-strips-cursor vv-hovered-index");
    this.chosen = make("div", "vv-strips-cursor vv-chosen-index");
    /** @type {Data} */
    this.data = {
      ...{ rows: [], length: 0, index: 0, scales: [], own: false },
      words: { index: "", label: "", scales: "" },
    };
    /** @type {boolean | undefined} what a person chose */
    this.own = undefined;
    this.current = new Chosen();
    this.lifetime = new Lifetime();
    this.lifetime.listen(this.scroll, "pointermove", (event) => this.hover(this.indexAt(event)));
    this.lifetime.listen(this.scroll, "pointerleave", () => this.hover(null));
    this.lifetime.listen(this.lanes, "click", (event) => this.select(this.indexAt(event)));
    this.lifetime.listen(this.scroll, "keydown", (event) => this.key(event));
  }

  get index() {
    return this.current.value;
  }

  /** @param {Data} data */
  update(data) {
    this.data = data;
    this.current.restart(data.index);
    this.offerScales(data);
    this.draw(data);
  }

  /** @param {Data} data */
  offerScales({ scales, words, own }) {
    this.scales.replaceChildren();
    if (!scales.length) return;
    const choice = segments(this.scales, words.scales, scales, (which) => {
      this.own = which === 1;
      choice.set(which);
      this.draw(this.data);
    });
    choice.set(Number(this.own ?? own));
  }

  /**
   * What a row's colours span.
   * @param {Row} row
   */
  spanOf({ low, high, own }) {
    return (this.own ?? this.data.own) ? own : [low, high];
  }

  /** @param {Data} data */
  draw(data) {
    const dark = isDark(this.scroll);
    this.scroll.setAttribute("aria-label", data.words.label);
    this.labels.replaceChildren(...data.rows.map((row) => make("span", "vv-strips-label", row.label)));
    this.bars.replaceChildren(
      ...data.rows.map((row) => {
        const [low, high] = this.spanOf(row);
        const bar = colourBar(row.scale, dark, low, high, "");
        bar.dataset.label = row.label; // seen where the bars stand below the lanes and not beside them
        return bar;
      }),
    );
    this.lanes.style.minWidth = `${NARROWEST * data.length}px`;
    this.lanes.replaceChildren(...data.rows.map((row) => this.lane(row, dark)), this.hovered, this.chosen);
    this.place(this.chosen, this.index);
    this.hover(null);
  }

  /**
   * @param {Row} row
   * @param {boolean} dark
   */
  lane(row, dark) {
    const lane = make("div", "vv-strips-lane");
    const canvas = make("canvas");
    const [low, high] = this.spanOf(row);
    paint(canvas, row.values, 0, 1, this.data.length, colourTable(row.scale, dark), low, high);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", row.label);
    lane.append(canvas);
    return lane;
  }

  /**
   * @param {HTMLElement} cursor
   * @param {number | null} index
   */
  place(cursor, index) {
    cursor.hidden = index === null;
    cursor.style.left = `${(100 * (index ?? 0)) / this.data.length}%`;
    cursor.style.width = `${100 / this.data.length}%`;
  }

  /** @param {MouseEvent} event */
  indexAt(event) {
    const box = this.lanes.getBoundingClientRect();
    const index = Math.floor(((event.clientX - box.left) / box.width) * this.data.length);
    return Math.min(this.data.length - 1, Math.max(0, index));
  }

  /** @param {number | null} index */
  hover(index) {
    this.place(this.hovered, index);
    const at = index ?? this.index;
    // A name and its number stay on one line.
    const parts = this.data.rows.map((row) => `${row.label} ${number(row.values[at])}`.replaceAll(" ", "\u00a0"));
    this.readout.textContent = `${this.data.words.index} ${at}:  ${parts.join("   ")}`;
  }

  /** @param {number} index */
  select(index) {
    if (!this.current.choose(index)) return;
    this.place(this.chosen, index);
    this.hover(null);
    this.send("index", index);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!(event.key in STEPS)) return;
    event.preventDefault();
    event.stopPropagation();
    this.select(Math.min(this.data.length - 1, Math.max(0, this.index + STEPS[event.key])));
  }

  /** The vectors as columns of a table. */
  figures() {
    const { rows, length, words } = this.data;
    const columns = rows.map(({ label, values }) => [label, values]);
    const table = { [words.index]: Array.from({ length }, (_, i) => i), ...Object.fromEntries(columns) };
    return [{ element: this.root, table }];
  }

  destroy() {
    this.lifetime.destroy();
  }
}

/**
 * @param {HTMLElement} element
 * @param {Send} send is called with every "index" that is chosen
 */
export function mount(element, send) {
  return new Strips(element, mergeHeldKeys(send));
}
