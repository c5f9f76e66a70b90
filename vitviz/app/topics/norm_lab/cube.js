// The block of N pictures x C channels x T tokens, with the numbers that share one mean filled in.
import { svg } from "../../../web/shared/dom.js";

const WIDTH = 92;
const HEIGHT = 66;
const MOST_DEPTH = 44;

/**
 * Layer norm averages over all channels of one token of picture 0, batch norm over one channel in every token of every
 * picture. `top` and `left` are where on a face the channel and the token are, from 0 to 1.
 * @param {{ kind: "layer" | "batch", pictures: number, top: number, left: number, tokens: string }} block
 * @param {string} label
 */
export function cube({ kind, pictures, top, left, tokens }, label) {
  const step = Math.min(11, MOST_DEPTH / Math.max(1, pictures - 1));
  const depth = step * (pictures - 1);
  const [x0, y0] = [16, 16 + depth * 0.7];
  const drawing = svg("svg", {
    class: "vn-cube",
    width: x0 + WIDTH + depth + 16,
    height: y0 + HEIGHT + 18,
    role: "img",
    "aria-label": label,
  });
  for (let n = pictures - 1; n >= 0; n--) {
    const [x, y] = [x0 + n * step, y0 - n * step * 0.7];
    drawing.append(svg("rect", { x, y, width: WIDTH, height: HEIGHT, class: "vn-face" }));
    if (kind === "batch")
      drawing.append(svg("rect", { x, y: y + top * (HEIGHT - 6), width: WIDTH, height: 6, class: "vn-bn-fill" }));
    if (kind === "layer" && n === 0)
      drawing.append(svg("rect", { x: x + left * (WIDTH - 6), y, width: 6, height: HEIGHT, class: "vn-ln-fill" }));
  }
  drawing.append(
    svg("text", { x: x0 - 6, y: y0 + HEIGHT / 2 + 4, "text-anchor": "end", class: "vn-axis" }, "C"),
    svg("text", { x: x0 + WIDTH / 2, y: y0 + HEIGHT + 14, "text-anchor": "middle", class: "vn-axis" }, tokens),
    svg("text", { x: x0 + depth / 2 - 7, y: y0 - (depth * 0.7) / 2 - 3, "text-anchor": "end", class: "vn-axis" }, "N"),
  );
  return drawing;
}
