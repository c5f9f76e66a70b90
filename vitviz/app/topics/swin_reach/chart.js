// A small chart of sizes against depth on a logarithmic axis: one line for each way, and a mark at the chosen step.
import { make } from "../../../web/shared/dom.js";
import { percent, whole } from "./format.js";

const WIDTH = 420;
const HEIGHT = 270;
const SVG = "http://www.w3.org/2000/svg";
const EDGE = { left: 44, right: 10, top: 10, bottom: 40 };

export class GrowthChart {
  /** `chosen(step)` hears the step that is clicked. */
  constructor(parent, chosen) {
    this.chosen = chosen;
    this.svg = parent.appendChild(
      svgShape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "wr-chart" }),
    );
    this.svg.addEventListener("click", (event) => {
      if (!this.steps) return;
      const box = this.svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * WIDTH;
      const at = Math.round(((x - EDGE.left) / this.span) * (this.steps.length - 1));
      this.chosen(Math.min(this.steps.length - 1, Math.max(0, at)));
    });
    this.key = parent.appendChild(make("div", "wr-key"));
  }

  get span() {
    return WIDTH - EDGE.left - EDGE.right;
  }

  /** `lines`: [{label, sizes, dashed}], sizes in patches; `all` patches of the picture; `at` the chosen step. */
  draw(steps, lines, all, at, words) {
    this.steps = steps;
    const x = (i) => EDGE.left + (this.span * i) / Math.max(1, steps.length - 1);
    const floor = Math.log(Math.max(1, Math.min(...lines.flatMap(({ sizes }) => sizes)) / 2));
    const ceiling = Math.log(all * 1.15);
    const y = (size) =>
      HEIGHT - EDGE.bottom - ((Math.log(size) - floor) / (ceiling - floor)) * (HEIGHT - EDGE.top - EDGE.bottom);
    this.svg.replaceChildren();
    this.svg.setAttribute("aria-label", words.chart);
    for (const share of [0.01, 0.03, 0.1, 0.3, 1]) {
      if (Math.log(share * all) < floor) continue;
      const at = y(share * all);
      this.svg.append(svgShape("line", { x1: EDGE.left, x2: WIDTH - EDGE.right, y1: at, y2: at, class: "wr-rule" }));
      this.svg.append(
        svgShape("text", { x: EDGE.left - 6, y: at + 3.5, "text-anchor": "end" }, `${Math.round(100 * share)} %`),
      );
    }
    const dense = steps.length > 16;
    steps.forEach(({ title }, i) => {
      if (!title)
        this.svg.append(
          svgShape("line", { x1: x(i), x2: x(i), y1: EDGE.top, y2: HEIGHT - EDGE.bottom, class: "wr-merge" }),
        );
      else if (!dense || title.endsWith(".0")) {
        this.svg.append(svgShape("text", { x: x(i), y: HEIGHT - EDGE.bottom + 14, "text-anchor": "middle" }, title));
      }
    });
    this.svg.append(
      svgShape("text", { x: EDGE.left + this.span / 2, y: HEIGHT - 6, "text-anchor": "middle" }, words.chartAxis),
    );
    this.svg.append(
      svgShape("line", { x1: x(at), x2: x(at), y1: EDGE.top, y2: HEIGHT - EDGE.bottom, class: "wr-here" }),
    );
    for (const { sizes, dashed } of lines) {
      const points = sizes.map((size, i) => `${x(i).toFixed(1)},${y(size).toFixed(1)}`).join(" ");
      this.svg.append(svgShape("polyline", { points, class: dashed ? "wr-line wr-dashed" : "wr-line" }));
      sizes.forEach((size, i) => {
        if (!steps[i].title) return;
        const mark = dashed
          ? svgShape("rect", { x: x(i) - 2.6, y: y(size) - 2.6, width: 5.2, height: 5.2, class: "wr-dot wr-dashed" })
          : svgShape("circle", { cx: x(i), cy: y(size), r: i === at ? 4.6 : 3, class: "wr-dot" });
        mark.append(
          svgShape("title", {}, `${steps[i].title}: ${whole(size)} / ${whole(all)} = ${percent(size / all)}`),
        );
        this.svg.append(mark);
      });
    }
    this.key.replaceChildren(
      ...lines.map(({ label, sizes, dashed }) => {
        const item = make("div", "wr-key-item");
        item.append(make("span", dashed ? "wr-swatch wr-dashed" : "wr-swatch"));
        item.append(make("span", "", `${label}: ${whole(sizes[at])} / ${whole(all)} = ${percent(sizes[at] / all)}`));
        return item;
      }),
    );
  }
}

function svgShape(tag, attributes = {}, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  return element;
}
