// The logit lens: what a token, read at some depth, would be called. Hover looks, a click fixes the cursor. Knows no host.
import { Chart } from "../../../web/plotly/chart.js";
import { colourBar, colourTable, isDark } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";
import { classLines, sample } from "./figures.js";
import { Maps } from "./maps.js";
import { LensNumbers } from "./numbers.js";

const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const REST = 150; // milliseconds: held keys run ahead, only where they stop is told

export class LensView {
  constructor(root, events) {
    this.root = root;
    this.events = events;
    this.mode = "p";
    this.whole = true;
    this.hover = { reading: null, depth: null };
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
      hover: (x) => this.look({ depth: x === null ? null : this.depthAt(x) }),
      choose: (x) => this.fix({ depth: this.depthAt(x) }),
    });
    this.maps = new Maps(maps, {
      hover: (depth, reading) => this.look({ depth, reading }),
      choose: (depth, reading) => this.fix({ depth, reading }),
    });
    this.frame.addEventListener("pointermove", (event) => this.look({ reading: this.readingAt(event) }));
    this.frame.addEventListener("pointerleave", () => this.look({ reading: null }));
    this.frame.addEventListener("click", (event) => this.fix({ reading: this.readingAt(event) }));
    root.addEventListener("keydown", (event) => this.key(event));
  }

  destroy() {
    this.chart.destroy();
    clearTimeout(this.pending);
  }

  update(data) {
    this.data = data;
    this.numbers = new LensNumbers(data);
    this.first = data.first.length;
    Object.assign(this, { reading: data.reading, depth: data.depth, target: data.target });
    this.hover = { reading: null, depth: null };
    this.dark = isDark(this.root);
    this.root.setAttribute("aria-label", data.words.help);
    this.image.src = data.image;
    this.image.alt = data.words.picture;
    this.frame.style.aspectRatio = String(data.aspect);
    this.box.style.width = `${100 / data.columns}%`;
    this.box.style.height = `${100 / data.rows}%`;
    const grid = { rows: data.rows, columns: data.columns, first: this.first };
    const depths = data.depths.map((_, depth) => this.depthName(depth));
    this.maps.build(grid, data.aspect, depths);
    this.drawTools();
    this.drawMaps();
    this.point();
  }

  /** The depth below a place of the chart. */
  depthAt(x) {
    return Math.min(this.data.depths.length - 1, Math.max(0, Math.round(x)));
  }

  depthName(depth) {
    return depth ? `z${depth}` : this.data.words.before;
  }

  readingName(reading) {
    const { first, columns, words } = this.data;
    if (reading < this.first) return first[reading];
    const patch = reading - this.first;
    return `${words.patch} (${Math.floor(patch / columns)}, ${patch % columns})`;
  }

  readingAt(event) {
    const { rows, columns } = this.data;
    const box = this.frame.getBoundingClientRect();
    const row = Math.min(rows - 1, Math.max(0, Math.floor(((event.clientY - box.top) / box.height) * rows)));
    const column = Math.min(columns - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * columns)));
    return this.first + row * columns + column;
  }

  get shownReading() {
    return this.hover.reading ?? this.reading;
  }

  get shownDepth() {
    return this.hover.depth ?? this.depth;
  }

  /** Move the cursor for as long as the pointer is there. */
  look(place) {
    Object.assign(this.hover, place);
    this.point();
  }

  /** Fix the cursor, and tell the page. */
  fix(place) {
    Object.assign(this, place);
    if ("target" in place) this.drawMaps();
    this.point();
    clearTimeout(this.pending);
    this.pending = setTimeout(() => {
      this.events.place({ reading: this.reading, depth: this.depth, target: this.data.classes[this.target].index });
    }, REST);
  }

  drawTools() {
    const { words } = this.data;
    const tool = (text, pressed, act) => {
      const button = make("button", "vl-tool", text);
      button.type = "button";
      button.setAttribute("aria-pressed", String(pressed));
      button.addEventListener("click", () => {
        act();
        this.drawTools();
        this.drawMaps();
        this.point();
      });
      return button;
    };
    const scale = [
      tool(words.whole, this.whole, () => (this.whole = true)),
      tool(words.largest, !this.whole, () => (this.whole = false)),
    ];
    this.tools.replaceChildren(
      tool(words.probability, this.mode === "p", () => (this.mode = "p")),
      tool(words.logit, this.mode === "z", () => (this.mode = "z")),
      ...(this.mode === "p" ? [make("span", "vl-gap", words.scale), ...scale] : []),
    );
  }

  drawMaps() {
    const { data, numbers, mode, target } = this;
    const values = data.depths.map((_, depth) => numbers.map(mode, depth, target, this.first));
    const top = values.reduce((most, map) => map.reduce((a, b) => Math.max(a, Math.abs(b)), most), 0) || 1;
    const [low, high] = mode === "p" ? [0, this.whole ? 1 : top] : [-top, top];
    const scale = mode === "p" ? data.scales.attention : data.scales.activation;
    const what = `${mode === "p" ? "p" : "z"}(${data.classes[target].name})`;
    this.maps.draw(values, colourTable(scale, this.dark), [low, high], (depth) => `${what}, ${this.depthName(depth)}`);
    this.mapTitle.textContent = data.words.maps.replace("{name}", what);
    this.bar.replaceChildren(colourBar(scale, this.dark, low, high, what));
  }

  drawChart() {
    const { data, numbers, mode } = this;
    const reading = this.shownReading;
    const series = data.classes.map((_, target) =>
      data.depths.map((_, depth) => numbers.value(mode, depth, reading, target)),
    );
    const all = series.flat();
    const range = mode === "p" ? [0, 1] : [Math.min(0, ...all), Math.max(0, ...all)];
    const label = `${data.words.chart}: ${this.readingName(reading)}`;
    this.figure = classLines(data.figure, series, { target: this.target, depth: this.shownDepth, range, label });
    this.chart.update(this.figure, data.chart);
  }

  point() {
    const { data } = this;
    const reading = this.shownReading;
    const patch = reading - this.first;
    this.box.hidden = patch < 0;
    this.box.style.left = `${(100 * (patch % data.columns)) / data.columns}%`;
    this.box.style.top = `${(100 * Math.floor(patch / data.columns)) / data.rows}%`;
    this.maps.point(reading, this.shownDepth);
    this.drawChart();
    this.drawChips();
    this.drawClasses();
    this.readout.textContent = this.describe(reading, this.shownDepth);
  }

  drawChips() {
    if (this.chips.childElementCount !== this.first) {
      this.chips.replaceChildren(
        ...this.data.first.map((name, reading) => {
          const chip = make("button", "vl-chip", name);
          chip.type = "button";
          chip.addEventListener("click", () => this.fix({ reading }));
          chip.addEventListener("pointerenter", () => this.look({ reading }));
          chip.addEventListener("pointerleave", () => this.look({ reading: null }));
          return chip;
        }),
      );
    }
    for (const [reading, chip] of [...this.chips.children].entries())
      chip.setAttribute("aria-pressed", String(reading === this.shownReading));
  }

  drawClasses() {
    const { data, numbers } = this;
    const names = data.classes.map(({ name }) => name).join("\n");
    if (this.listed !== names) {
      this.listed = names;
      this.classes.replaceChildren(
        make("div", "vl-title", data.words.classes),
        ...data.classes.map(({ name }, target) => this.classButton(name, target)),
      );
    }
    for (const [target, button] of [...this.classes.querySelectorAll("button")].entries()) {
      const on = target === this.target;
      button.setAttribute("aria-pressed", String(on));
      button.children[1].replaceChildren(sample(this.figure.data[target].line));
      const value = numbers.value(this.mode, this.shownDepth, this.shownReading, target);
      button.children[3].textContent = this.mode === "p" ? value.toFixed(4) : number(value);
    }
  }

  classButton(name, target) {
    const button = make("button", "vl-class");
    button.type = "button";
    button.append(
      make("b", "", String(target + 1)),
      make("span"),
      make("span", "vl-class-name", name),
      make("span", "vl-value"),
    );
    button.addEventListener("click", () => this.fix({ target }));
    return button;
  }

  describe(reading, depth) {
    const { data, numbers, target } = this;
    const best = numbers.winner(depth, reading);
    const z = numbers.logit(depth, reading, target);
    const lse = numbers.lse[depth * numbers.readings + reading];
    const p = numbers.probability(depth, reading, target);
    return [
      `${this.readingName(reading)}, ${this.depthName(depth)} = ${data.depths[depth]}`,
      `p(${data.classes[target].name}) = e^(${number(z)} \u2212 ${number(lse)}) = ${p.toFixed(4)}`.replace(
        "\u2212 \u2212",
        "+ ",
      ),
      `${data.words.best}: ${data.names[best.index] ?? best.index} ${best.probability.toFixed(4)}`,
    ].join("\n");
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.data.depths.length - 1;
    const move = MOVES[event.key];
    if (move) this.fix({ reading: this.moved(move) });
    else if (event.key === "PageUp") this.fix({ depth: Math.max(0, this.depth - 1) });
    else if (event.key === "PageDown") this.fix({ depth: Math.min(last, this.depth + 1) });
    else if (event.key === "Home" && this.first) this.fix({ reading: 0 });
    else if (event.key === "[" || event.key === "]") {
      const count = this.data.classes.length;
      this.fix({ target: (this.target + (event.key === "]" ? 1 : count - 1)) % count });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The reading a step away; from before the patches down to the first patch, from the top row up to before them. */
  moved([down, across]) {
    const { rows, columns } = this.data;
    if (this.reading < this.first)
      return down > 0 ? this.first : Math.min(this.first, Math.max(0, this.reading + (across || down)));
    const patch = this.reading - this.first;
    const row = Math.floor(patch / columns) + down;
    if (row < 0) return this.first ? this.first - 1 : this.reading;
    const column = Math.min(columns - 1, Math.max(0, (patch % columns) + across));
    return this.first + Math.min(rows - 1, row) * columns + column;
  }
}
