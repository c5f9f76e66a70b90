// Softmax with a temperature, step by step: what the part shows, and what its tests check against Python.
import { number } from "../../../web/shared/format.js";

/**
 * exp((z - top) / T), their sum, their shares, and the entropy of the shares in nats.
 * @typedef {{ top: number, powers: Float64Array, total: number, p: Float64Array, entropy: number }} Shares
 */
/**
 * One class at one temperature.
 * @typedef {{ index: number, z: number, scaled: number, power: number, p: number }} ClassShare
 */

const DECADES = 1; // the slider goes from 10^-1 to 10^1
export const STEPS = 100; // of the slider to each side of T = 1

/** @param {number} step of the slider, from -STEPS to STEPS */
export const temperatureAt = (step) => 10 ** ((DECADES * step) / STEPS);

/**
 * @param {Float32Array} logits of all classes
 * @param {number} temperature
 * @returns {Shares}
 */
export function shares(logits, temperature) {
  const top = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = Float64Array.from(logits, (z) => Math.exp((z - top) / temperature));
  const total = powers.reduce((a, b) => a + b, 0);
  const p = powers.map((power) => power / total);
  const entropy = p.reduce((sum, share) => sum - (share > 0 ? share * Math.log(share) : 0), 0);
  return { top, powers, total, p, entropy };
}

/**
 * Some classes one by one, and what all the others come to.
 * @param {Float32Array} logits
 * @param {Shares} now
 * @param {number} temperature
 * @param {number[]} listed indices of the classes
 * @returns {{ classes: ClassShare[], others: { count: number, power: number, p: number } }}
 */
export function listedShares(logits, now, temperature, listed) {
  const classes = listed.map((index) => {
    const z = logits[index];
    return { index, z, scaled: z / temperature, power: now.powers[index], p: now.p[index] };
  });
  const power = classes.reduce((sum, one) => sum - one.power, now.total);
  const p = classes.reduce((sum, one) => sum - one.p, 1);
  // Rounding may leave less than nothing.
  const others = { count: logits.length - listed.length, power: Math.max(0, power), p: Math.max(0, p) };
  return { classes, others };
}

/**
 * The chosen class's probability and the entropy, with the numbers in the formulas.
 * @param {Float32Array} logits
 * @param {Shares} now
 * @param {number} temperature
 * @param {{ index: number, name: string }} chosen
 * @param {{ entropy: string, most: string }} words
 */
export function softmaxFormulas(logits, now, temperature, { index, name }, words) {
  const difference = `${number(logits[index])} \u2212 ${number(now.top)}`.replace("\u2212 \u2212", "+ ");
  const e = `e^((${difference}) / ${temperature.toFixed(2)})`;
  const share = `${number(now.powers[index])} / ${number(now.total)} = ${now.p[index].toFixed(6)}`;
  const most = `ln ${logits.length} = ${Math.log(logits.length).toFixed(4)}`;
  return [
    `p(${name}) = ${e} / \u03a3 = ${share}`,
    `${words.entropy} H = \u2212\u03a3 p ln p = ${now.entropy.toFixed(4)}   (${words.most} ${most})`,
  ].join("\n");
}
