// The figures through the depth that Python made (vitviz/plot/norms.py), with another token's numbers in them.

/** @import { Figure, Shape } from "../plotly/types.js" */

/**
 * Another token's number at every layer norm, with another of these marked.
 * @param {Figure} figure of `depth_band`
 * @param {Float64Array} chosen
 * @param {number} at
 * @returns {Figure}
 */
export function throughDepth({ data, layout }, chosen, at) {
  const traces = data.map((trace) => (trace.meta ? { ...trace, y: chosen } : trace));
  const shapes = layout.shapes?.map((shape) => (shape.name === "chosen" ? marked(shape, at, chosen[at]) : shape));
  return { data: traces, layout: { ...layout, shapes } };
}

/** @param {Shape} shape @param {number} x @param {number} y */
const marked = (shape, x, y) => ({ ...shape, xanchor: x, yanchor: y });
