// The figures that Python made (vitviz/plot/norms.py), with other numbers and marks: one cursor moves them in the browser.

/** @import { Axis, Figure, Shape } from "../../../web/plotly/types.js" */
/**
 * The numbers of every token at one layer norm.
 * @typedef {{ count: number, prefix: string[], large: number[], threshold: number,
 *   mean: Float32Array, scale: Float32Array, norm: Float32Array }} Norm
 * @typedef {"mean" | "scale" | "norm"} Quantity
 */

const ROOM = 1.08; // above the highest norm

/** @param {number} from @param {number} to */
const numbered = (from, to) => Int32Array.from({ length: to - from }, (_, i) => from + i);

/**
 * Mean, scale and norm of every token of another layer norm, with another token marked.
 * @param {Figure} figure of `token_lines`
 * @param {Norm} norm
 * @param {number} token
 * @param {string} label the figure in words
 * @returns {Figure}
 */
export function overTokens({ data, layout }, norm, token, label) {
  const first = norm.prefix.length;
  /** @type {Record<string, Int32Array>} */
  const places = {
    patches: numbered(first, norm.count),
    prefix: numbered(0, first),
    large: Int32Array.from(norm.large),
  };
  const traces = data.map((trace) => {
    const { quantity, tokens } = /** @type {{ quantity: Quantity, tokens: string }} */ (trace.meta);
    return { ...trace, x: places[tokens], y: Float32Array.from(places[tokens], (at) => norm[quantity][at]) };
  });
  const top = norm.norm.reduce((most, value) => Math.max(most, value), norm.threshold);
  const shapes = layout.shapes?.map((shape) => {
    if (shape.name === "threshold") return { ...shape, y0: norm.threshold, y1: norm.threshold };
    return marked(shape, token, norm[/** @type {Quantity} */ (shape.name)][token]);
  });
  const changed = {
    shapes,
    xaxis: { .../** @type {Axis} */ (layout.xaxis), range: [-0.02 * norm.count, 1.02 * norm.count] },
    yaxis3: { .../** @type {Axis} */ (layout.yaxis3), range: [0, ROOM * top] },
    meta: { ...layout.meta, label },
  };
  return { data: traces, layout: { ...layout, ...changed } };
}

/** @param {Shape} shape @param {number} x @param {number} y */
const marked = (shape, x, y) => ({ ...shape, xanchor: x, yanchor: y });
