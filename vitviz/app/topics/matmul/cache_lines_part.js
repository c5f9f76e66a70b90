// The numbers that a matrix product touches, step by step, in two orders of its loops: which lines a small cache keeps
// and which it has to fetch. One step for both orders: a slider, a play button, and the pointer on the charts of time.
import { Chart } from "../../../web/plotly/chart.js";
import { make } from "../../../web/shared/dom.js";

const MATRICES = ["A", "B", "C"];
const CURSOR = "rgba(135,130,125,.9)";
const PAUSE = 320; // milliseconds a step

class Accesses {
  constructor(root) {
    this.root = root.querySelector(".vv-accesses");
    this.step = 0;
  }

  update(data) {
    this.destroy();
    this.data = data;
    this.step = Math.min(this.step, data.orders[0].touches.length - 1);
    this.root.replaceChildren(this.controls());
    const panes = this.root.appendChild(make("div", "vv-accesses-panes"));
    this.panes = data.orders.map((order) => this.pane(panes, order));
    this.show();
  }

  destroy() {
    this.stop();
    for (const { chart } of this.panes ?? []) chart.destroy();
  }

  controls() {
    const { words, orders } = this.data;
    const bar = make("div", "vv-accesses-controls");
    this.button = make("button", "vv-accesses-play", words.play);
    this.button.type = "button";
    this.button.addEventListener("click", () => (this.timer ? this.stop() : this.play()));
    this.slider = make("input");
    Object.assign(this.slider, { type: "range", min: 0, max: orders[0].touches.length - 1, step: 1 });
    this.slider.setAttribute("aria-label", words.step);
    this.slider.addEventListener("input", () => this.go(Number(this.slider.value)));
    this.slider.addEventListener("keydown", (event) => event.stopPropagation());
    this.readout = make("span", "vv-mono vv-accesses-step");
    bar.append(this.button, this.slider, this.readout);
    return bar;
  }

  pane(parent, order) {
    const pane = parent.appendChild(make("section", "vv-accesses-pane"));
    const head = pane.appendChild(make("div", "vv-accesses-head"));
    head.append(make("b", "vv-mono", order.name), make("span", "", order.text));
    const now = pane.appendChild(make("div", "vv-mono vv-accesses-now"));
    now.setAttribute("role", "status");
    const squares = pane.appendChild(make("div", "vv-accesses-squares"));
    const cells = MATRICES.flatMap((name) => this.square(squares, name));
    const count = pane.appendChild(make("div", "vv-mono vv-accesses-count"));
    return { order, now, cells, count, chart: this.chart(pane, order) };
  }

  /** One matrix; its cells stand in the order of their addresses. */
  square(parent, name) {
    const { n } = this.data;
    const figure = parent.appendChild(make("figure", "vv-accesses-square"));
    const grid = figure.appendChild(make("div", "vv-accesses-grid"));
    grid.style.gridTemplateColumns = `repeat(${n}, 1fr)`;
    figure.prepend(make("figcaption", "vv-mono", name));
    return Array.from({ length: n * n }, (_, at) =>
      grid.appendChild(make("div", "vv-accesses-cell", `${Math.floor(at / n)}${at % n}`)),
    );
  }

  /** Every touch as a dot: time to the right, address downward. */
  chart(parent, order) {
    const seek = (x) => x !== null && this.go(Math.round(x) - 1);
    const chart = new Chart(parent.appendChild(make("div", "vv-accesses-chart")), { hover: seek, choose: seek });
    const show = (step) => {
      const now = { type: "rect", xref: "x", yref: "y domain", x0: step + 0.5, x1: step + 1.5, y0: 0, y1: 1 };
      const shapes = [{ ...now, line: { width: 1, color: CURSOR } }];
      chart.update({ data: order.figure.data, layout: { ...order.figure.layout, shapes } }, this.data.chart);
    };
    return { show, destroy: () => chart.destroy() };
  }

  go(step) {
    this.stop();
    this.at(step);
  }

  at(step) {
    const last = this.data.orders[0].touches.length - 1;
    this.step = Math.min(last, Math.max(0, step));
    this.show();
  }

  show() {
    const { words, line } = this.data;
    this.slider.value = this.step;
    this.readout.textContent = `${words.step} ${this.step + 1} / ${this.data.orders[0].touches.length}`;
    for (const { order, now, cells, count, chart } of this.panes) {
      const touch = order.touches[this.step];
      const kept = new Set(touch.kept);
      for (const [address, cell] of cells.entries()) {
        const matrix = touch.addresses.indexOf(address);
        cell.classList.toggle("vv-kept", kept.has(Math.floor(address / line)));
        cell.classList.toggle("vv-touched", matrix >= 0);
        cell.classList.toggle("vv-missed", matrix >= 0 && touch.missed[matrix]);
      }
      const [i, j, k] = touch.ijk;
      now.textContent = `C[${i},${j}] += A[${i},${k}] \u00b7 B[${k},${j}]`;
      const counts = [0, 0, 0];
      for (const past of order.touches.slice(0, this.step + 1))
        past.missed.forEach((miss, matrix) => {
          counts[matrix] += miss;
        });
      const sum = counts.reduce((a, b) => a + b);
      count.textContent = `${words.fetched}  ${MATRICES.map((name, m) => `${name} ${counts[m]}`).join("   ")}   = ${sum}   (${words.end} ${order.total})`;
      chart.show(this.step);
    }
  }

  play() {
    if (this.step === this.data.orders[0].touches.length - 1) this.at(0);
    this.button.textContent = this.data.words.pause;
    this.timer = setInterval(() => {
      if (!this.root.isConnected || this.step >= this.data.orders[0].touches.length - 1) this.stop();
      else this.at(this.step + 1);
    }, PAUSE);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    if (this.button) this.button.textContent = this.data.words.play;
  }
}

export function mount(element) {
  return new Accesses(element);
}
