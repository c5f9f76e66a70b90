// The logit lens: what a token, read at some depth, would be called. A hover moves the cursor for a moment, a click fixes
// it. Knows no host.
import { Chart } from "../plotly/chart.js";
import { colourBar, colourTable, isDark } from "../shared/colours.js";
import { make } from "../shared/dom.js";
import { arrowStep } from "../shared/events.js";
import { number } from "../shared/format.js";
import { Lifetime } from "../shared/lifetime.js";
import { arraysIn } from "../shared/save_figure.js";
import { filled } from "../shared/words.js";
import { ClassList } from "./class_list.js";
import { LensCursor, placeAfterKey } from "./cursor.js";
import { classLines } from "./figures.js";
import { LensTools } from "./lens_tools.js";
import { depthName, placeWords, readingName } from "./lens_words.js";
import { Maps } from "./maps.js";
import { LensNumbers } from "./numbers.js";
import { LensPicture } from "./picture.js";

/** @import { Figure } from "../plotly/types.js" */
/** @import { Scale } from "../shared/types.d.ts" */
/** @import { Place } from "./cursor.js" */
/** @import { Named } from "./lens_words.js" */
/** @import { Quantity } from "./lens_tools.js" */
/** @import { LensArrays } from "./numbers.js" */
/** @import { PictureData } from "./picture.js" */
/** @import { ReadingGrid } from "./readings.js" */
/**
 * What Python sends; `target` is a number among `classes`.
 * @typedef {LensArrays & Place & Named & PictureData & { rows: number, columns: number, figure: Figure,
 *   scales: Record<"attention" | "activation", Scale>, chart: Record<string, string> }} LensData
 */
/** @typedef {{ data: LensData, numbers: LensNumbers, grid: ReadingGrid, dark: boolean }} Scene all that is drawn from */

const REST = 150; // milliseconds: held keys run ahead, and only where they stop is sent

export class LensView {
  /**
   * @param {HTMLElement} root
   * @param {(place: Place) => void} onChoose is called with the place where the cursor is fixed, its `target` the class's
   * index in the model
   */
  constructor(root, onChoose) {
    this.root = root;
    this.lifetime = new Lifetime();
    this.cursor = new LensCursor();
    /** @type {Quantity} */
    this.quantity = { mode: "p", whole: null };
    this.whole = true; // whether probabilities are drawn on a scale to 1
    /** @type {Scene | null} */
    this.scene = null;
    this.send = this.lifetime.afterRest(REST, () => onChoose(this.cursor.sent()));
    root.classList.add("vl");
    root.tabIndex = 0;
    root.setAttribute("role", "application");
    this.tools = new LensTools(root.appendChild(make("div", "vl-tools")), (quantity) => {
      Object.assign(this.quantity, quantity);
      this.draw();
    });
    const top = root.appendChild(make("div", "vl-top"));
    this.picture = new LensPicture(top.appendChild(make("div", "vl-picture")), {
      hover: (reading) => this.hover({ reading }),
      choose: (reading) => this.fix({ reading }),
    });
    this.chart = new Chart(top.appendChild(make("div", "vl-middle")), {
      hover: (x) => this.hover({ depth: x === null ? null : this.depthAt(x) }),
      choose: (x) => this.fix({ depth: this.depthAt(x) }),
    });
    this.classes = new ClassList(top.appendChild(make("div", "vl-classes")), (target) => this.fix({ target }));
    this.readout = root.appendChild(make("div", "vv-readout vl-read"));
    this.readout.setAttribute("role", "status");
    this.mapTitle = root.appendChild(make("div", "vl-title"));
    this.maps = new Maps(root.appendChild(make("div", "vl-maps")), {
      hover: (depth, reading) => this.hover({ depth, reading }),
      choose: (depth, reading) => this.fix({ depth, reading }),
    });
    this.bar = root.appendChild(make("div", "vv-barplace"));
    this.lifetime.listen(root, "keydown", (/** @type {KeyboardEvent} */ event) => this.onKey(event));
  }

  /** The maps with the numbers that they are made of, and the chart. */
  figures() {
    const { scene } = this;
    if (!scene) return [];
    const { data, numbers, grid } = scene;
    const { target } = this.cursor.fixed;
    const maps = data.depths.map((_, depth) => numbers.map(this.quantity.mode, depth, target, grid.first));
    const values = Float32Array.from(maps.flatMap((map) => Array.from(map)));
    const { logits, lse, best, bestLogit } = data;
    const shape = [maps.length, grid.rows, grid.columns];
    const arrays = { maps: { values, shape }, ...arraysIn({ logits, lse, best, bestLogit }) };
    return [
      { name: this.mapTitle.textContent ?? "", element: this.maps.root, arrays },
      this.chart.saved(data.words.chart),
      { name: data.words.classes, element: this.root, arrays: arraysIn({ logits, lse }) },
    ];
  }

  destroy() {
    this.lifetime.destroy();
    this.chart.destroy();
    this.root.replaceChildren();
  }

  /** @param {LensData} data */
  update(data) {
    const grid = { rows: data.rows, columns: data.columns, first: data.first.length };
    this.scene = { data, grid, numbers: new LensNumbers(data), dark: isDark(this.root) };
    this.cursor.restart(data);
    this.root.setAttribute("aria-label", data.words.help);
    this.picture.show(data, grid);
    const depths = data.depths.map((_, depth) => depthName(data, depth));
    this.maps.build(grid, data.aspect, depths);
    const names = data.classes.map(({ name }) => name);
    this.classes.list(data.words.classes, names);
    this.draw();
  }

  /**
   * The depth at a place of the chart.
   * @param {number} x
   */
  depthAt(x) {
    return Math.min((this.scene?.data.depths.length ?? 1) - 1, Math.max(0, Math.round(x)));
  }

  /**
   * Move the cursor for as long as the pointer is there.
   * @param {{ reading?: number | null, depth?: number | null }} place
   */
  hover(place) {
    this.cursor.hover(place);
    if (this.scene) this.point(this.scene);
  }

  /**
   * Fix the cursor, and send its place.
   * @param {Partial<Place>} place
   */
  fix(place) {
    if (!this.scene) return;
    this.cursor.fix(place);
    if (place.target !== undefined) this.drawMaps(this.scene);
    this.point(this.scene);
    this.send();
  }

  draw() {
    if (!this.scene) return;
    this.drawMaps(this.scene);
    this.point(this.scene);
  }

  /** @param {Scene} scene */
  drawMaps({ data, numbers, grid, dark }) {
    const { mode } = this.quantity;
    const { target } = this.cursor.fixed;
    const values = data.depths.map((_, depth) => numbers.map(mode, depth, target, grid.first));
    const whole = this.quantity.whole ?? numbers.fillsWhole(values);
    this.whole = whole;
    this.tools.show({ mode, whole }, data.words);
    const span = numbers.span(mode, values, whole);
    const scale = mode === "p" ? data.scales.attention : data.scales.activation;
    const name = `${mode}(${data.classes[target].name})`;
    this.maps.draw(values, colourTable(scale, dark), span, (depth) => `${name}, ${depthName(data, depth)}`);
    this.mapTitle.textContent = filled(data.words.maps, {
      name,
      first: data.before[0],
      last: data.before[data.before.length - 1],
    });
    this.bar.replaceChildren(colourBar(scale, dark, ...span, name));
  }

  /**
   * Everything that follows the cursor, hovered or fixed.
   * @param {Scene} scene
   */
  point(scene) {
    const { data, numbers, grid } = scene;
    const { mode } = this.quantity;
    const { place } = this.cursor;
    this.picture.point(place.reading);
    this.maps.point(place.reading, place.depth);
    const figure = this.figure(scene, place);
    this.chart.update(figure, data.chart);
    const lines = figure.data.map(({ line }) => /** @type {object} */ (line));
    const values = data.classes.map((_, target) => {
      const value = numbers.value(mode, place.depth, place.reading, target);
      return mode === "p" ? value.toFixed(4) : number(value);
    });
    this.classes.show(place.target, lines, values);
    this.readout.textContent = placeWords(data, grid, numbers, place);
  }

  /**
   * All classes against depth, for one reading.
   * @param {Scene} scene
   * @param {Place} place
   */
  figure({ data, numbers, grid }, { reading, depth, target }) {
    const { mode } = this.quantity;
    const series = data.classes.map((_, each) => data.depths.map((_, at) => numbers.value(mode, at, reading, each)));
    const all = series.flat();
    /** @type {[number, number]} */
    const range = mode === "p" && this.whole ? [0, 1] : [Math.min(0, ...all), Math.max(0, ...all)];
    const label = `${data.words.chart}: ${readingName(data, grid, reading)}`;
    return classLines(data.figure, series, { target, depth, range, label });
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.scene) return;
    const { data, grid } = this.scene;
    const limits = { grid, depths: data.depths.length, classes: data.classes.length };
    const place = placeAfterKey(event.key, arrowStep(event), this.cursor.fixed, limits);
    if (!place) return;
    this.fix(place);
    event.preventDefault();
    event.stopPropagation();
  }
}
