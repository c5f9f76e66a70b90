// The numbers that a matrix product accesses, step by step, in two orders of its loops: which lines a small cache keeps
// and which it has to fetch. One step for both orders: a slider, a play button, and the pointer on the charts of time.
import { Chart } from "../../../web/plotly/chart.js";
import { make } from "../../../web/shared/dom.js";
import { cellStates, fetchedUntil, stepText } from "./cache_steps.js";

const MATRICES = ["A", "B", "C"];
const CURSOR = "rgba(135,130,125,.9)";
const STEP_MS = 320; // a step takes while it plays

/** @typedef {import("./cache_steps.js").Step} Step */
/** @typedef {{ name: string, text: string, total: number, figure: import("../../../web/plotly/types.js").Figure, steps: Step[] }} Order */
/**
 * @typedef {{ n: number, line: number, orders: Order[], words: Record<string, string>,
 *   chart: Record<string, string> }} Data
 */
/**
 * One order on the page; `fetched` counts the lines of A, B and C up to each step.
 * @typedef {{ order: Order, fetched: number[][], now: HTMLElement, cells: HTMLElement[], count: HTMLElement,
 *   chart: Chart }} Pane
 */

class CacheLinesPart {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root.appendChild(make("div", "vv-accesses"));
    this.step = 0;
    /** @type {Data | null} */
    this.data = null;
    /** @type {Pane[]} */
    this.panes = [];
    this.button = make("button", "vv-accesses-play");
    this.slider = make("input");
    this.readout = make("span", "vv-mono vv-accesses-step");
    /** @type {ReturnType<typeof setInterval> | null} */
    this.timer = null;
    this.button.type = "button";
    this.button.addEventListener("click", () => (this.timer ? this.stop() : this.play()));
    this.slider.addEventListener("input", () => this.go(Number(this.slider.value)));
    this.slider.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => event.stopPropagation());
  }

  /** How many steps every order has. */
  get length() {
    return this.data?.orders[0].steps.length ?? 0;
  }

  /** @param {Data} data */
  update(data) {
    const before = this.data;
    this.data = data;
    this.stop();
    this.step = Math.min(this.step, this.length - 1);
    Object.assign(this.slider, { type: "range", min: 0, max: this.length - 1, step: 1 });
    this.slider.setAttribute("aria-label", data.words.step);
    if (before && sameOrders(before, data)) this.panes = this.panes.map((pane, i) => another(pane, data.orders[i]));
    else this.build(data);
    this.draw();
  }

  /**
   * Put up a pane for each order.
   * @param {Data} data
   */
  build(data) {
    for (const { chart } of this.panes) chart.destroy();
    const controls = make("div", "vv-accesses-controls");
    controls.append(this.button, this.slider, this.readout);
    const panes = make("div", "vv-accesses-panes");
    this.root.replaceChildren(controls, panes);
    this.panes = data.orders.map((order) => this.pane(panes, order, data.n));
  }

  /**
   * @param {HTMLElement} parent
   * @param {Order} order
   * @param {number} n
   * @returns {Pane}
   */
  pane(parent, order, n) {
    const pane = parent.appendChild(make("section", "vv-accesses-pane"));
    const head = pane.appendChild(make("div", "vv-accesses-head"));
    head.append(make("b", "vv-mono", order.name), make("span", "", order.text));
    const now = pane.appendChild(make("div", "vv-mono vv-accesses-now"));
    now.setAttribute("role", "status");
    const squares = pane.appendChild(make("div", "vv-accesses-squares"));
    const cells = MATRICES.flatMap((name) => this.square(squares, name, n));
    const count = pane.appendChild(make("div", "vv-mono vv-accesses-count"));
    const seek = (/** @type {number | null} */ x) => {
      if (x !== null) this.go(Math.round(x) - 1);
    };
    const chart = new Chart(pane.appendChild(make("div", "vv-accesses-chart")), { hover: seek, choose: seek });
    return { order, fetched: fetchedUntil(order.steps), now, cells, count, chart };
  }

  /**
   * One matrix; its cells stand in the order of their addresses.
   * @param {HTMLElement} parent
   * @param {string} name
   * @param {number} n
   * @returns {HTMLElement[]}
   */
  square(parent, name, n) {
    const figure = parent.appendChild(make("figure", "vv-accesses-square"));
    const grid = make("div", "vv-accesses-grid");
    grid.style.gridTemplateColumns = `repeat(${n}, 1fr)`;
    figure.append(make("figcaption", "vv-mono", name), grid);
    return Array.from({ length: n * n }, (_, at) =>
      grid.appendChild(make("div", "vv-accesses-cell", `${Math.floor(at / n)}${at % n}`)),
    );
  }

  /**
   * Go to a step that a person chose; what plays stops.
   * @param {number} step
   */
  go(step) {
    this.stop();
    this.set(step);
  }

  /** @param {number} step */
  set(step) {
    this.step = Math.min(this.length - 1, Math.max(0, step));
    this.draw();
  }

  draw() {
    if (!this.data) return;
    const { words, line } = this.data;
    this.slider.value = String(this.step);
    this.readout.textContent = `${words.step} ${this.step + 1} / ${this.length}`;
    for (const { order, fetched, now, cells, count, chart } of this.panes) {
      const step = order.steps[this.step];
      for (const [address, { kept, accessed, missed }] of cellStates(step, cells.length, line).entries()) {
        cells[address].classList.toggle("vv-kept", kept);
        cells[address].classList.toggle("vv-touched", accessed);
        cells[address].classList.toggle("vv-missed", missed);
      }
      now.textContent = stepText(step);
      const counts = fetched[this.step];
      const each = MATRICES.map((name, matrix) => `${name} ${counts[matrix]}`).join("   ");
      const sum = counts.reduce((a, b) => a + b);
      count.textContent = `${words.fetched}  ${each}   = ${sum}   (${words.end} ${order.total})`;
      this.drawChart(chart, order, this.data.chart);
    }
  }

  /**
   * Every access as a dot, time to the right and address downward, with a frame around the step.
   * @param {Chart} chart
   * @param {Order} order
   * @param {Record<string, string>} words
   */
  drawChart(chart, { figure }, words) {
    const [x0, x1] = [this.step + 0.5, this.step + 1.5];
    const frame = {
      type: "rect",
      xref: "x",
      yref: "y domain",
      x0,
      x1,
      y0: 0,
      y1: 1,
      line: { width: 1, color: CURSOR },
    };
    chart.update({ data: figure.data, layout: { ...figure.layout, shapes: [frame] } }, words);
  }

  play() {
    if (this.step === this.length - 1) this.set(0);
    this.button.textContent = this.data?.words.pause ?? "";
    this.timer = setInterval(() => {
      if (!this.root.isConnected || this.step >= this.length - 1) this.stop();
      else this.set(this.step + 1);
    }, STEP_MS);
  }

  stop() {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    this.button.textContent = this.data?.words.play ?? "";
  }

  /** The lines fetched until each step, by each order; and each order's accesses. */
  figures() {
    const total = (/** @type {number[]} */ counts) => counts.reduce((a, b) => a + b);
    const orders = this.panes.map(({ order, fetched }) => [order.name, fetched.map(total)]);
    const table = { step: Array.from({ length: this.length }, (_, i) => i + 1), ...Object.fromEntries(orders) };
    return [{ element: this.root, table }, ...this.panes.map(({ order, chart }) => chart.saved(order.name))];
  }

  destroy() {
    this.stop();
    for (const { chart } of this.panes) chart.destroy();
    this.root.remove();
  }
}

/**
 * Whether two payloads are of the same orders of the same product, in the same words: only the cache is another one.
 * @param {Data} a
 * @param {Data} b
 */
const sameOrders = (a, b) =>
  a.n === b.n &&
  a.line === b.line &&
  a.orders.length === b.orders.length &&
  a.orders.every(({ name, text }, i) => name === b.orders[i].name && text === b.orders[i].text);

/**
 * A pane with the steps of another cache: plotly then draws anew only what is different.
 * @param {Pane} pane
 * @param {Order} order
 * @returns {Pane}
 */
const another = (pane, order) => ({ ...pane, order, fetched: fetchedUntil(order.steps) });

/** @param {HTMLElement} element */
export function mount(element) {
  return new CacheLinesPart(element);
}
