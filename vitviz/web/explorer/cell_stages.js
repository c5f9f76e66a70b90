// The three stages of an opened weight: the score of q and k, the softmax of its row, what it adds to the output.
import { contextOf, make } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { filled } from "../shared/words.js";
import { contribution } from "./contribution.js";
import { addStrips } from "./strips.js";

/** @import { Words } from "../shared/types.d.ts" */
/** @import { LayerMaths } from "./maths.js" */
/** @import { Ink, Theme } from "./types.d.ts" */
/** @typedef {{ i: string, j: string, map: string }} Names the query, the key and the head */
/** @typedef {ReturnType<LayerMaths["cell"]>} Weight all that one weight is made of */
/** @typedef {{ v: Float32Array, proj: Float32Array | null }} Values v (W, K, d) and proj (D, d) of its head; null where there is none */

const BARS_HEIGHT = 44;
const MANY = 400; // keys from which on a bar is one pixel wide

/**
 * @param {HTMLElement} stage
 * @param {(string | Node)[]} content
 */
function addLine(stage, ...content) {
  stage.appendChild(make("p", "vx-line")).append(...content);
}

/** @param {string} text */
const bold = (text) => make("b", "", text);

/**
 * s = q k^T / sqrt(d) + bias + mask.
 * @param {HTMLElement} stage
 * @param {Weight} weight
 * @param {Names} names
 * @param {Theme} theme
 * @param {Words} words
 */
export function addScore(stage, weight, names, theme, words) {
  const { q, k, products, product, bias, mask, score } = weight;
  const rows = [
    { symbol: "q", values: q, label: `q ${names.i}` },
    { symbol: "k", values: k, label: `k ${names.j}` },
    { symbol: "q\u00b7k", values: products, label: "q * k" },
  ];
  addStrips(stage, rows, theme.activation, words.readStrip);
  addLine(stage, `\u03a3 q[c] k[c] = ${number(product)}`);
  const terms = [`${number(product)} / \u221a${q.length}`];
  if (bias !== null) terms.push(`${number(bias)} (${words.bias})`);
  if (mask !== null) terms.push(`${number(mask)} (${words.mask})`);
  addLine(stage, `s = ${terms.join(" + ")} = `, bold(number(score)));
}

/**
 * A = e^(s - max) / sum e^(s - max), among the weights of its row.
 * @param {HTMLElement} stage
 * @param {Weight} weight
 * @param {Theme} theme
 * @param {Words} words
 */
export function addSoftmax(stage, { weights, weight, column, score, maximum, total }, theme, words) {
  const rowOf = filled(words.rowOf, { n: weights.length });
  const bars = stage.appendChild(make("canvas", "vx-bars"));
  bars.setAttribute("role", "img");
  bars.setAttribute("aria-label", rowOf);
  drawBars(bars, weights, column, theme.ink);
  addLine(stage, `${rowOf}  max s = ${number(maximum)}`);
  const power = `e^(${number(score)} \u2212 ${number(maximum)})`.replace("\u2212 \u2212", "+ ");
  addLine(stage, `\u03a3 e^(s \u2212 max) = ${number(total)}`);
  const share = `${number(Math.exp(score - maximum))} / ${number(total)}`;
  addLine(stage, `A = ${power} / ${number(total)} = ${share} = `, bold(number(weight)));
  let sum = 0;
  for (const each of weights) sum += each;
  addLine(stage, `${words.rowSum} ${sum.toFixed(6)}`);
}

/**
 * The weights of a row as bars, one of them marked.
 * @param {HTMLCanvasElement} canvas
 * @param {Float64Array} weights
 * @param {number} column
 * @param {Ink} ink
 */
function drawBars(canvas, weights, column, ink) {
  Object.assign(canvas, { width: weights.length * (weights.length > MANY ? 1 : 3), height: BARS_HEIGHT });
  const context = contextOf(canvas);
  const step = canvas.width / weights.length;
  const top = Math.max(...weights);
  context.fillStyle = ink.faint;
  context.fillRect(column * step, 0, Math.max(2, step), BARS_HEIGHT);
  for (const [i, weight] of weights.entries()) {
    context.fillStyle = i === column ? ink.second : ink.middle;
    const tall = Math.max(i === column ? 2 : 0, (weight / top) * (BARS_HEIGHT - 2));
    context.fillRect(i * step, BARS_HEIGHT - tall, Math.max(1, step - (step > 2 ? 1 : 0)), tall);
  }
}

/**
 * A v W_O, which the weight adds to the output, beside that of the whole head.
 * @param {HTMLElement} stage
 * @param {Weight} weight
 * @param {Values} values
 * @param {number} window
 * @param {Theme} theme
 * @param {Words} words
 */
export function addContribution(stage, weight, values, window, theme, words) {
  const { own, weighted, z, added, norm, normOfHead } = contribution(weight, values, weight.q.length, window);
  const rows = [
    { symbol: "v", values: own, label: "v" },
    { symbol: "A v", values: weighted, label: "A * v" },
    { symbol: "z", values: z, label: words.zOf },
  ];
  addStrips(stage, rows, theme.activation, words.readStrip);
  const matrix = values.proj ? " W_O" : "";
  if (values.proj)
    addStrips(stage, [{ symbol: "A v W_O", values: added, label: words.adds }], theme.activation, words.readStrip);
  const whole = `   \u2016z${matrix}\u2016 = ${number(normOfHead)}  (${words.wholeHead})`;
  addLine(stage, `\u2016A v${matrix}\u2016 = `, bold(number(norm)), whole);
}
