// One cell of a tensor that layer norm averages, in words: its group, and the formulas with their numbers.
import { number } from "../../../web/shared/format.js";

export const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWX";
const LISTED = 6; // a longer sum is shortened in its middle

/**
 * A three-dimensional tensor `x` and what is averaged in it; `group`, `mean` and so on are null or empty where torch
 * refuses the shape that was asked for.
 * @typedef {{ shape: [number, number, number], x: number[], group: number[] | null, mean: number[],
 *   variance: number[], out: number[] | null, eps: string, words: { group: string, numbers: string } }} Grouped
 */

/**
 * @param {Grouped} tensor
 * @param {number} i number of the cell
 */
export function groupWords({ shape, x, group, mean, variance, out, eps, words }, i) {
  const [, rows, columns] = shape;
  const index = [Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows, i % columns].join(", ");
  if (!group || !out) return `x[${index}] = ${number(x[i])}`;
  const g = group[i];
  const members = x.filter((_, j) => group[j] === g);
  const count = members.length;
  const below = `\u221a(${number(variance[g])} + ${eps})`;
  return [
    `x[${index}] = ${number(x[i])}   ${words.group} ${LETTERS[g]}: ${count} ${words.numbers}`,
    `\u03bc = (${sum(members)}) / ${count} = ${number(mean[g])}`,
    `\u03c3\u00b2 = \u03a3(x \u2212 \u03bc)\u00b2 / ${count} = ${number(variance[g] * count)} / ${count} = ${number(variance[g])}`,
    `x\u0302 = (${number(x[i])} \u2212 ${bracketed(mean[g])}) / ${below} = ${number(out[i])}`,
  ].join("\n");
}

/** @param {number[]} members */
function sum(members) {
  const texts = members.map(number);
  const listed = members.length > LISTED ? [...texts.slice(0, 3), "\u2026", texts[members.length - 1]] : texts;
  return listed.join(" + ").replaceAll("+ \u2212", "\u2212 ");
}

/**
 * A number in a formula after a minus or a times: a negative one in brackets.
 * @param {number} value
 */
export function bracketed(value) {
  return value < 0 ? `(${number(value)})` : number(value);
}
