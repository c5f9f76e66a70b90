// The numbers that a matrix product touches, step by step, in two orders of its loops: which lines a small cache keeps
// and which it has to fetch. One step for both orders: a slider, a play button, and the pointer on the charts of time.
import { make } from "../../../web/shared/canvas.js";

const MATRICES = ["A", "B", "C"];
const DOT = { width: 6, height: 3 };
const GAP = 5; // pixels between the bands of two matrices
const PAUSE = 320; // milliseconds a step

class Accesses {
  constructor(root) {
    this.root = root.querySelector(".vv-accesses");
    this.step = 0;
  }

  update(data) {
    this.stop();
    this.data = data;
    this.step = Math.min(this.step, data.orders[0].touches.length - 1);
    this.root.replaceChildren(this.controls());
    const panes = this.root.appendChild(make("div", "vv-accesses-panes"));
    this.panes = data.orders.map((order) => this.pane(panes, order));
    this.show();
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
    const { n, words } = this.data;
    const holder = parent.appendChild(make("div", "vv-accesses-chart"));
    const box = holder.appendChild(make("div", "vv-accesses-time"));
    const canvas = box.appendChild(make("canvas"));
    canvas.width = order.touches.length * DOT.width;
    canvas.height = 3 * n * n * DOT.height + 2 * GAP;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${order.name}: ${words.chart}`);
    const style = getComputedStyle(this.root);
    const colour = (name) => style.getPropertyValue(name).trim();
    const context = canvas.getContext("2d");
    for (const [step, { addresses, missed }] of order.touches.entries()) {
      for (const [matrix, address] of addresses.entries()) {
        const top = address * DOT.height + matrix * GAP;
        context.globalAlpha = missed[matrix] ? 1 : 0.38;
        context.fillStyle = missed[matrix] ? colour("--st-primary-color") : colour("--st-text-color");
        // A miss fills its place, a hit is a thin line: told apart without colour too.
        if (missed[matrix]) context.fillRect(step * DOT.width, top - 1, DOT.width - 1, DOT.height + 1);
        else context.fillRect(step * DOT.width, top, DOT.width - 1, DOT.height - 1);
      }
    }
    const cursor = box.appendChild(make("div", "vv-accesses-cursor"));
    const seek = (event) => {
      const { left, width } = canvas.getBoundingClientRect();
      this.go(Math.floor(((event.clientX - left) / width) * order.touches.length));
    };
    canvas.addEventListener("pointermove", seek);
    canvas.addEventListener("pointerdown", seek);
    for (const [matrix, name] of MATRICES.entries()) {
      const label = holder.appendChild(make("span", "vv-mono vv-accesses-band", name));
      label.style.top = `${(100 * (matrix * (n * n * DOT.height + GAP))) / canvas.height}%`;
    }
    return { cursor, steps: order.touches.length };
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
      chart.cursor.style.left = `${(100 * this.step) / chart.steps}%`;
      chart.cursor.style.width = `${100 / chart.steps}%`;
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
