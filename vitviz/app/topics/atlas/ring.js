// A figure of heads whose ring is around another one. Knows no page.

/** @import { Figure } from "../../../web/plotly/types.js" */

/**
 * @param {Figure} figure its first trace are the heads, and a shape called "chosen" is the ring
 * @param {number} row number of the head
 * @returns {Figure}
 */
export function withRing({ data, layout }, row) {
  const x = Number(data[0]?.x?.[row]);
  const y = Number(data[0]?.y?.[row]);
  if (!Number.isFinite(x) || !Number.isFinite(y)) return { data, layout };
  const shapes = (layout.shapes ?? []).map((shape) =>
    shape.name === "chosen" ? { ...shape, xanchor: x, yanchor: y } : shape,
  );
  return { data, layout: { ...layout, shapes } };
}
