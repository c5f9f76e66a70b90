// The logit lens: what a token, read at some depth, would be called. A hover moves the cursor for a moment, a click fixes
// it. Knows no host.
import { Chart } from "../../../web/plotly/chart.js";
import { colourBar, colourTable, isDark } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";
import { arrowStep } from "../../../web/shared/events.js";
import { number } from "../../../web/shared/format.js";
import { classLines, sample } from "./figures.js";
import { Maps } from "./maps.js";
import { LensNumbers } from "./numbers.js";
import { movedReading, placeOf, readingAt } from "./readings.js";

/** @import { Figure } from "../../../web/plotly/types.js" */
/** @import { LensArrays, Mode } from "./numbers.js" */
/** @import { ReadingGrid } from "./readings.js" */
/**
 * Where the cursor is; `target` is the class's index in the model.
 * @typedef {{ reading: number, depth: number, target: number }} Place
 */
/**
 * What Python sends; `first` names the readings before the patches, `target` is a number among `classes`.
 * @typedef {LensArrays & Place & { image: string, aspect: number, rows: number, columns: number, first: string[],
 *   names: Record<string, string>, scales: Record<"attention" | "activation", Scale>, figure: Figure,
 *   words: Record<string, string>, chart: Record<string, string> }} LensData
 * @typedef {import("../../../web/shared/colours.js").ColourScale} Scale
 */

const REST = 150; // milliseconds: held keys run ahead, and only where they stop is sent

export class LensView {
  /**
   * @param {HTMLElement} root
   * @param {(place: Place) => void} onChoose is called with the place where the cursor is fixed
   */
  constructor(root, onChoose) {
    this.root = root;
    this.onChoose = onChoose;
    /** @type {Mode} */
    this.mode = "p";
    this.whole = true;
    /** @type {{ reading: number | null, depth: number | null }} */
    this.hovered = { reading: null, depth: null };
    this.reading = 0;
    this.depth = 0;
    this.target = 0;
    this.dark = false;
    /** The names that are on the buttons now. */
    this.listed = "";
    /** @type {ReadingGrid} */
    this.grid = { rows: 1, columns: 1, first: 0 };
    /** @type {{ button: HTMLButtonElement, line: HTMLElement, value: HTMLElement }[]} */
    this.classButtons = [];
    root.classList.add("vl");
    root.tabIndex = 0;
    root.setAttribute("role", "application");
    this.tools = root.appendChild(make("div", "vl-tools"));
    const top = root.appendChild(make("div", "vl-top"));
    const left = top.appendChild(make("div", "vl-picture"));
    this.frame = left.appendChild(make("div", "vl-frame"));
    this.image = this.frame.appendChild(make("img"));
    this.box = this.frame.appendChild(make("div", "vl-box"));
    this.chips = left.appendChild(make("div", "vl-chips"));
    const middle = top.appendChild(make("div", "vl-middle"));
    this.classes = top.appendChild(make("div", "vl-classes"));
    this.readout = root.appendChild(make("div", "vv-readout vl-read"));
    this.readout.setAttribute("role", "status");
    this.mapTitle = root.appendChild(make("div", "vl-title"));
    const maps = root.appendChild(make("div", "vl-maps"));
    this.bar = root.appendChild(make("div", "vv-barplace"));
    this.chart = new Chart(middle, {
      hover: (x) => this.hover({ depth: x === null ? null : this.depthAt(x) }),
      choose: (x) => this.fix({ depth: this.depthAt(x) }),
    });
    this.maps = new Maps(maps, {
      hover: (depth, reading) => this.hover({ depth, reading }),
      choose: (depth, reading) => this.fix({ depth, reading }),
    });
    /** @param {MouseEvent} event */
    const at = (event) => readingAt(event, this.frame.getBoundingClientRect(), this.grid);
    this.frame.addEventListener("pointermove", (event) => this.hover({ reading: at(event) }));
    this.frame.addEventListener("pointerleave", () => this.hover({ reading: null }));
    this.frame.addEventListener("click", (event) => this.fix({ reading: at(event) }));
    root.addEventListener("keydown", (event) => this.onKey(event));
  }

  destroy() {
    this.chart.destroy();
    clearTimeout(this.pending);
    this.root.replaceChildren();
  }

  /** @param {LensData} data */
  update(data) {
    this.data = data;
    this.numbers = new LensNumbers(data);
    this.grid = { rows: data.rows, columns: data.columns, first: data.first.length };
    Object.assign(this, { reading: data.reading, depth: data.depth, target: data.target });
    this.hovered = { reading: null, depth: null };
    this.dark = isDark(this.root);
    this.root.setAttribute("aria-label", data.words.help);
    this.image.src = data.image;
    this.image.alt = data.words.picture;
    this.frame.style.aspectRatio = String(data.aspect);
    this.box.style.width = `${100 / data.columns}%`;
    this.box.style.height = `${100 / data.rows}%`;
    const depths = data.depths.map((_, depth) => depthName(data, depth));
    this.maps.build(this.grid, data.aspect, depths);
    this.listReadings(data);
    this.listClasses(data);
    this.draw();
  }

  /**
   * The depth at a place of the chart.
   * @param {number} x
   */
  depthAt(x) {
    return Math.min((this.data?.depths.length ?? 1) - 1, Math.max(0, Math.round(x)));
  }

  /**
   * Move the cursor for as long as the pointer is there.
   * @param {{ reading?: number | null, depth?: number | null }} place
   */
  hover(place) {
    Object.assign(this.hovered, place);
    this.point();
  }

  /**
   * Fix the cursor, and send its place.
   * @param {{ reading?: number, depth?: number, target?: number }} place
   */
  fix(place) {
    Object.assign(this, place);
    if (place.target !== undefined) this.drawMaps();
    this.point();
    clearTimeout(this.pending);
    this.pending = setTimeout(() => {
      const target = this.data?.classes[this.target].index ?? 0;
      this.onChoose({ reading: this.reading, depth: this.depth, target });
    }, REST);
  }

  draw() {
    this.drawTools();
    this.drawMaps();
    this.point();
  }

  drawTools() {
    if (!this.data) return;
    const { words } = this.data;
    /**
     * @param {string} text
     * @param {boolean} pressed
     * @param {Partial<Pick<LensView, "mode" | "whole">>} change
     */
    const tool = (text, pressed, change) => {
      const button = make("button", "vl-tool", text);
      button.type = "button";
      button.setAttribute("aria-pressed", String(pressed));
      button.addEventListener("click", () => {
        Object.assign(this, change);
        this.draw();
      });
      return button;
    };
    const scale = [
      make("span", "vl-gap", words.scale),
      tool(words.whole, this.whole, { whole: true }),
      tool(words.largest, !this.whole, { whole: false }),
    ];
    this.tools.replaceChildren(
      tool(words.probability, this.mode === "p", { mode: "p" }),
      tool(words.logit, this.mode === "z", { mode: "z" }),
      ...(this.mode === "p" ? scale : []),
    );
  }

  drawMaps() {
    const { data, numbers, mode, target, dark } = this;
    if (!data || !numbers) return;
    const values = data.depths.map((_, depth) => numbers.map(mode, depth, target, this.grid.first));
    const span = numbers.span(mode, values, this.whole);
    const scale = mode === "p" ? data.scales.attention : data.scales.activation;
    const name = `${mode}(${data.classes[target].name})`;
    this.maps.draw(values, colourTable(scale, dark), span, (depth) => `${name}, ${depthName(data, depth)}`);
    this.mapTitle.textContent = data.words.maps.replace("{name}", name);
    this.bar.replaceChildren(colourBar(scale, dark, ...span, name));
  }

  /** Everything that follows the cursor, hovered or fixed. */
  point() {
    const { data, numbers, grid } = this;
    if (!data || !numbers) return;
    const reading = this.hovered.reading ?? this.reading;
    const depth = this.hovered.depth ?? this.depth;
    const [row, column] = placeOf(reading, grid);
    this.box.hidden = reading < grid.first;
    this.box.style.left = `${(100 * column) / grid.columns}%`;
    this.box.style.top = `${(100 * row) / grid.rows}%`;
    this.maps.point(reading, depth);
    const figure = this.figure(data, numbers, reading, depth);
    this.chart.update(figure, data.chart);
    for (const [at, chip] of [...this.chips.children].entries())
      chip.setAttribute("aria-pressed", String(at === reading));
    for (const [target, { button, line, value }] of this.classButtons.entries()) {
      button.setAttribute("aria-pressed", String(target === this.target));
      line.replaceChildren(sample(/** @type {object} */ (figure.data[target].line)));
      const found = numbers.value(this.mode, depth, reading, target);
      value.textContent = this.mode === "p" ? found.toFixed(4) : number(found);
    }
    this.readout.textContent = this.describe(data, numbers, reading, depth);
  }

  /**
   * All classes against depth, for one reading.
   * @param {LensData} data
   * @param {LensNumbers} numbers
   * @param {number} reading
   * @param {number} depth
   */
  figure(data, numbers, reading, depth) {
    const series = data.classes.map((_, target) =>
      data.depths.map((_, at) => numbers.value(this.mode, at, reading, target)),
    );
    const all = series.flat();
    /** @type {[number, number]} */
    const range = this.mode === "p" ? [0, 1] : [Math.min(0, ...all), Math.max(0, ...all)];
    const label = `${data.words.chart}: ${readingName(data, this.grid, reading)}`;
    return classLines(data.figure, series, { target: this.target, depth, range, label });
  }

  /**
   * The cursor in words: where it is, the followed class's probability, and the highest of all classes.
   * @param {LensData} data
   * @param {LensNumbers} numbers
   * @param {number} reading
   * @param {number} depth
   */
  describe(data, numbers, reading, depth) {
    const best = numbers.winner(depth, reading);
    return [
      `${readingName(data, this.grid, reading)}, ${depthName(data, depth)} = ${data.depths[depth]}`,
      numbers.formula(depth, reading, this.target, data.classes[this.target].name),
      `${data.words.best}: ${data.names[best.index] ?? best.index} ${best.probability.toFixed(4)}`,
    ].join("\n");
  }

  /**
   * A button for every reading before the patches.
   * @param {LensData} data
   */
  listReadings({ first }) {
    const names = [...this.chips.children].map((chip) => chip.textContent);
    if (names.join("\n") === first.join("\n")) return;
    this.chips.replaceChildren(
      ...first.map((name, reading) => {
        const chip = make("button", "vl-chip", name);
        chip.type = "button";
        chip.addEventListener("click", () => this.fix({ reading }));
        chip.addEventListener("pointerenter", () => this.hover({ reading }));
        chip.addEventListener("pointerleave", () => this.hover({ reading: null }));
        return chip;
      }),
    );
  }

  /**
   * A button for every followed class; those that are there already keep the focus.
   * @param {LensData} data
   */
  listClasses({ classes, words }) {
    /** @type {string} */
    const listed = [words.classes, ...classes.map(({ name }) => name)].join("\n");
    if (this.listed === listed) return;
    this.listed = listed;
    this.classButtons = classes.map(({ name }, target) => {
      const button = make("button", "vl-class");
      button.type = "button";
      button.append(make("b", "", String(target + 1)));
      const line = button.appendChild(make("span"));
      button.append(make("span", "vl-class-name", name));
      const value = button.appendChild(make("span", "vl-value"));
      button.addEventListener("click", () => this.fix({ target }));
      return { button, line, value };
    });
    const buttons = this.classButtons.map(({ button }) => button);
    this.classes.replaceChildren(make("div", "vl-title", words.classes), ...buttons);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.data) return;
    const last = this.data.depths.length - 1;
    const move = arrowStep(event);
    if (move) this.fix({ reading: movedReading(this.reading, move, this.grid) });
    else if (event.key === "PageUp") this.fix({ depth: Math.max(0, this.depth - 1) });
    else if (event.key === "PageDown") this.fix({ depth: Math.min(last, this.depth + 1) });
    else if (event.key === "Home" && this.grid.first) this.fix({ reading: 0 });
    else if (event.key === "[" || event.key === "]") {
      const count = this.data.classes.length;
      this.fix({ target: (this.target + (event.key === "]" ? 1 : count - 1)) % count });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/**
 * @param {LensData} data
 * @param {number} depth
 */
const depthName = ({ words }, depth) => (depth ? `z${depth}` : words.before);

/**
 * @param {LensData} data
 * @param {ReadingGrid} grid
 * @param {number} reading
 */
function readingName({ first, words }, grid, reading) {
  if (reading < grid.first) return first[reading];
  const [row, column] = placeOf(reading, grid);
  return `${words.patch} (${row}, ${column})`;
}
