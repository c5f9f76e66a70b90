// The figure that Python made (vitviz/plot/lens.py) with other numbers: the cursor moves in the browser.

/** @import { Annotation, Axis, Figure, Layout } from "../plotly/types.js" */
/**
 * How the line of the class that is looked at is drawn, and those of the others.
 * @typedef {{ color: string, width: number }} Look
 * @typedef {{ target: number, depth: number, range: [number, number], label: string }} Cursor
 */

const APART = 11; // pixels between two numbers at the lines' ends

/**
 * Classes against depth: other values, another class and depth looked at.
 * @param {Figure} figure of `class_lines`
 * @param {number[][]} series for each class its value at every depth
 * @param {Cursor} cursor
 * @returns {Figure}
 */
export function classLines({ data, layout }, series, { target, depth, range, label }) {
  const { looks } = /** @type {{ looks: { chosen: Look, other: Look } }} */ (layout.meta);
  const look = (/** @type {number} */ i) => (i === target ? looks.chosen : looks.other);
  const traces = data.map((trace, i) => ({
    ...trace,
    y: Float64Array.from(series[i]),
    line: { .../** @type {object} */ (trace.line), ...look(i) },
  }));
  const shapes = layout.shapes?.map((shape) => {
    if (shape.name === "depth") return { ...shape, x0: depth, x1: depth };
    const i = Number(shape.name);
    const radius = i === target ? 4 : 2.5;
    const size = { x0: -radius, x1: radius, y0: -radius, y1: radius };
    return { ...shape, ...size, xanchor: depth, yanchor: series[i][depth], fillcolor: look(i).color };
  });
  const ends = spaced(
    series.map((values) => values[values.length - 1]),
    (APART * (range[1] - range[0])) / inner(layout),
    range[0],
  );
  const annotations = layout.annotations?.map((/** @type {Annotation} */ one, i) => ({
    ...one,
    y: ends[i],
    font: { color: look(i).color },
  }));
  const yaxis = { .../** @type {Axis} */ (layout.yaxis), range };
  return { data: traces, layout: { ...layout, shapes, annotations, yaxis, meta: { ...layout.meta, label } } };
}

/** @param {Layout} layout */
const inner = ({ height = 0, margin }) => height - (margin?.t ?? 0) - (margin?.b ?? 0);

/**
 * Where lines that end at `heights` get their numbers: in order, never closer than `apart`, not below `floor`.
 * @param {number[]} heights
 * @param {number} apart
 * @param {number} floor
 */
export function spaced(heights, apart, floor) {
  const order = heights.map((_, i) => i).sort((a, b) => heights[b] - heights[a]);
  const placed = [...heights];
  let above = Infinity;
  for (const i of order) {
    placed[i] = Math.min(placed[i], above - apart);
    above = placed[i];
  }
  let below = floor;
  for (const i of order.reverse()) {
    placed[i] = Math.max(placed[i], below);
    below = placed[i] + apart;
  }
  return placed;
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * A sample of one class's line, for the list of classes.
 * @param {{ color?: string, width?: number, dash?: string }} line of the figure
 */
export function sample({ color = "", width = 1, dash = "solid" }) {
  const svg = document.createElementNS(SVG, "svg");
  const path = svg.appendChild(document.createElementNS(SVG, "path"));
  for (const [name, value] of Object.entries({ viewBox: "0 0 26 8", width: "26", height: "8", "aria-hidden": "true" }))
    svg.setAttribute(name, value);
  const look = { d: "M0 4H26", stroke: color, "stroke-width": String(width), fill: "none" };
  for (const [name, value] of Object.entries(look)) path.setAttribute(name, value);
  if (dash !== "solid") path.setAttribute("stroke-dasharray", dash);
  return svg;
}
