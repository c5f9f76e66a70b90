// A figure for the room that it has: panels that stand side by side go into rows, and the legend gets the lines it needs.

/** @import { Axis, Figure, Layout, Shape, Trace } from "./types.js" */

const LEAST = 140; // pixels that a panel needs beside others
const BETWEEN = 14; // least pixels between panels side by side
const LETTER = 6.6; // mean width of a letter of the legend
const SAMPLE = 46; // width of a sample line of the legend with the room around it
const LINE = 19; // height of a line of the legend
const MARGIN = { l: 56, r: 8, t: 20, b: 36 };

/**
 * @param {Figure} figure
 * @param {number} width in pixels
 * @returns {Figure} the traces stay the very same where their panel stays in the first row
 */
export function arranged(figure, width) {
  const { data, layout } = figure.layout.meta?.panels === "beside" ? inRows(figure, width) : figure;
  const lines = legendLines(data, layout, width);
  const margin = { ...MARGIN, ...layout.margin };
  if (lines < 2) return { data, layout: { ...layout, width, margin } };
  const more = (lines - 1) * LINE;
  const height = (layout.height ?? 0) + more;
  return { data, layout: { ...layout, width, height, margin: { ...margin, t: margin.t + more } } };
}

/**
 * @param {Trace[]} data
 * @param {Layout} layout
 * @param {number} width
 */
export function legendLines(data, layout, width) {
  if (!layout.showlegend) return 0;
  const margin = { ...MARGIN, ...layout.margin };
  const names = data.flatMap(({ name, showlegend }) => (name && showlegend !== false ? [name] : []));
  const widest = Math.max(0, ...names.map((name) => SAMPLE + LETTER * name.length)); // plotly gives each the same room
  return Math.ceil(names.length / Math.max(1, Math.floor((width - margin.l - margin.r) / widest)));
}

/** @param {number} i */
const suffix = (i) => (i ? String(i + 1) : "");

/**
 * @param {Figure} figure
 * @param {number} width
 * @returns {Figure}
 */
function inRows({ data, layout }, width) {
  const count = Object.keys(layout).filter((key) => /^xaxis\d*$/.test(key)).length;
  const margin = { ...MARGIN, ...layout.margin };
  const room = width - margin.l - margin.r;
  const between = Math.max(BETWEEN, (layout.meta?.gap ?? 0) * room);
  const columns = Math.min(count, Math.max(1, Math.floor((room + between) / (LEAST + between))));
  const rows = Math.ceil(count / columns);
  const gap = between / (2 * room);
  const height = layout.height ?? 0;
  const inner = height - margin.t - margin.b;
  const all = rows * height;
  const drawn = all - margin.t - margin.b; // pixels between the outer margins
  /** @type {Layout} */
  const placed = { ...layout, height: all };
  for (let i = 0; i < count; i++) {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const share = 1 / columns;
    const own = /** @type {Axis} */ (layout[`xaxis${suffix(i)}`]);
    const left = column ? column * share + gap : 0;
    const right = column < columns - 1 ? (column + 1) * share - gap : 1;
    placed[`xaxis${suffix(i)}`] = { ...own, domain: [left, right], anchor: `y${suffix(row)}` };
  }
  for (let row = 0; row < rows; row++) {
    const top = 1 - (row * height) / drawn;
    const one = /** @type {Axis} */ (layout.yaxis);
    const domain = [Math.max(0, top - inner / drawn), top];
    placed[`yaxis${suffix(row)}`] = {
      ...one,
      domain,
      anchor: `x${suffix(row * columns)}`,
      ...(row ? { matches: "y" } : {}),
    };
  }
  if (rows === 1) return { data, layout: placed };
  /** @param {string} [axis] x, x2, ... */
  const rowOf = (axis = "x") => Math.floor((Number(axis.slice(1) || 1) - 1) / columns);
  /** @template {Shape} S @param {S} one @returns {S} */
  const moved = (one) => {
    const y = `y${suffix(rowOf(one.xref?.split(" ")[0]))}`;
    return /^y(?: |$)/.test(one.yref ?? "") ? { ...one, yref: one.yref?.replace(/^y/, y) } : one;
  };
  placed.shapes = layout.shapes?.map(moved);
  placed.annotations = layout.annotations?.map(moved);
  const traces = data.map((trace) =>
    rowOf(trace.xaxis) ? { ...trace, yaxis: `y${suffix(rowOf(trace.xaxis))}` } : trace,
  );
  return { data: traces, layout: placed };
}
