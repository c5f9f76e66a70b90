// Classes against depth as lines: told apart by dashes and by the numbers at their ends, not by colour alone.
import { number } from "../../../web/shared/format.js";

const SVG = "http://www.w3.org/2000/svg";
const DASHES = ["", "6 3", "2 3", "9 3 2 3", "12 4", "4 2 1 2", "1 4", "8 2 2 2 2 2"];
const PAD = { left: 44, right: 26, top: 8, bottom: 34 };
const HEIGHT = 248;
const APART = 11; // pixels between two numbers at the lines' ends

function shape(tag, attributes, text) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

export const dash = (target) => DASHES[target % DASHES.length];

/** A sample of one class's line, for the list of classes. */
export function sample(target, chosen) {
  const svg = shape("svg", { viewBox: "0 0 26 8", width: 26, height: 8, "aria-hidden": "true" });
  svg.append(
    shape("path", { d: "M0 4H26", class: chosen ? "vl-line vl-line-on" : "vl-line", "stroke-dasharray": dash(target) }),
  );
  return svg;
}

/** Where lines that end at `heights` get their numbers: in order, never closer than `APART`, inside `bottom`. */
export function spaced(heights, bottom) {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b]);
  const placed = [...heights];
  let above = -Infinity;
  for (const i of order) above = placed[i] = Math.max(placed[i], above + APART);
  let below = bottom;
  for (const i of order.reverse()) {
    placed[i] = Math.min(placed[i], below);
    below = placed[i] - APART;
  }
  return placed;
}

export class Chart {
  constructor(root, { hover, choose }) {
    this.svg = root.appendChild(shape("svg", { class: "vl-chart", role: "img" }));
    const depthAt = (event) => {
      const box = this.svg.getBoundingClientRect();
      const share = (event.clientX - box.left - PAD.left) / (box.width - PAD.left - PAD.right);
      return Math.min(this.depths - 1, Math.max(0, Math.round(share * (this.depths - 1))));
    };
    this.svg.addEventListener("pointermove", (event) => hover(depthAt(event)));
    this.svg.addEventListener("pointerleave", () => hover(null));
    this.svg.addEventListener("click", (event) => choose(depthAt(event)));
  }

  /** `series[target][depth]` are the values, `range` what the axis spans. */
  draw(series, { target, depth, mode, range, label, axis }) {
    const width = Math.max(240, this.svg.clientWidth || 480);
    this.depths = series[0].length;
    const [low, high] = range;
    const x = (d) => PAD.left + ((width - PAD.left - PAD.right) * d) / Math.max(1, this.depths - 1);
    const y = (value) => PAD.top + (HEIGHT - PAD.top - PAD.bottom) * (1 - (value - low) / (high - low || 1));
    this.svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    this.svg.setAttribute("aria-label", label);
    const parts = [];
    for (const tick of mode === "p" ? [0, 0.25, 0.5, 0.75, 1] : [low, 0, high]) {
      parts.push(shape("path", { d: `M${PAD.left} ${y(tick)}H${width - PAD.right}`, class: "vl-tick" }));
      parts.push(
        shape(
          "text",
          { x: PAD.left - 6, y: y(tick) + 4, class: "vl-text", "text-anchor": "end" },
          mode === "p" ? tick : number(tick),
        ),
      );
    }
    const every = Math.ceil(this.depths / 13);
    for (let d = 0; d < this.depths; d += every)
      parts.push(shape("text", { x: x(d), y: HEIGHT - PAD.bottom + 15, class: "vl-text", "text-anchor": "middle" }, d));
    parts.push(
      shape(
        "text",
        { x: (PAD.left + width - PAD.right) / 2, y: HEIGHT - 4, class: "vl-text", "text-anchor": "middle" },
        axis,
      ),
    );
    parts.push(shape("path", { d: `M${x(depth)} ${PAD.top}V${HEIGHT - PAD.bottom}`, class: "vl-cursor" }));
    const ends = spaced(
      series.map((values) => y(values.at(-1))),
      HEIGHT - PAD.bottom,
    );
    const order = series.map((_, i) => i).sort((a, b) => (a === target) - (b === target)); // the chosen one on top
    for (const i of order) {
      const on = i === target;
      const d = series[i].map((value, at) => `${at ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join("");
      parts.push(shape("path", { d, class: on ? "vl-line vl-line-on" : "vl-line", "stroke-dasharray": dash(i) }));
      parts.push(
        shape("circle", {
          cx: x(depth),
          cy: y(series[i][depth]),
          r: on ? 4 : 2.4,
          class: on ? "vl-dot vl-dot-on" : "vl-dot",
        }),
      );
      parts.push(
        shape(
          "text",
          { x: width - PAD.right + 6, y: ends[i] + 4, class: on ? "vl-text vl-text-on" : "vl-text" },
          i + 1,
        ),
      );
    }
    this.svg.replaceChildren(...parts);
  }
}
