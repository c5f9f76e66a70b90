// A figure of heads whose rings are around another one. Knows no page.

/** @import { Figure } from "../../../web/plotly/types.js" */

const RINGS = ["chosen", "chosen own"]; // around a point of the first and of the second trace

/**
 * @param {Figure} figure its first trace are the heads, its second the same of one picture; the shapes "chosen" and
 *   "chosen own" are rings around one of each
 * @param {number} row number of the head
 * @returns {Figure}
 */
export function withRing({ data, layout }, row) {
  const shapes = (layout.shapes ?? []).map((shape) => {
    const at = RINGS.indexOf(String(shape.name));
    const [x, y] = [Number(data[at]?.x?.[row]), Number(data[at]?.y?.[row])];
    return at >= 0 && Number.isFinite(x) && Number.isFinite(y) ? { ...shape, xanchor: x, yanchor: y } : shape;
  });
  return { data, layout: { ...layout, shapes } };
}
