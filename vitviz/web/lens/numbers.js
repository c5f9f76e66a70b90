// The numbers of a lens: logits of some classes for every depth and reading, and what all classes add up to.
import { number } from "../shared/format.js";

/** @typedef {"p" | "z"} Mode probabilities or logits */
/**
 * What the part gets from Python: `logits` (depths, readings, classes), the others (depths, readings).
 * @typedef {{ depths: string[], classes: { index: number, name: string }[], logits: Float32Array, lse: Float32Array,
 *   best: Float32Array, bestLogit: Float32Array }} LensArrays
 */

const SEEN = 0.25; // of the colours from 0 to 1: less than a quarter is nearly the colour of nothing

export class LensNumbers {
  /** @param {LensArrays} data */
  constructor(data) {
    this.depths = data.depths.length;
    this.classes = data.classes.length;
    this.logits = data.logits;
    this.lse = data.lse;
    this.best = data.best;
    this.bestLogit = data.bestLogit;
    this.readings = this.lse.length / this.depths;
  }

  /**
   * @param {number} depth
   * @param {number} reading
   * @param {number} target number of the class among those that are followed
   */
  logit(depth, reading, target) {
    return this.logits[(depth * this.readings + reading) * this.classes + target];
  }

  /**
   * The log-sum-exp of all classes of the model.
   * @param {number} depth
   * @param {number} reading
   */
  logSum(depth, reading) {
    return this.lse[depth * this.readings + reading];
  }

  /**
   * @param {number} depth
   * @param {number} reading
   * @param {number} target
   */
  probability(depth, reading, target) {
    return Math.exp(this.logit(depth, reading, target) - this.logSum(depth, reading));
  }

  /**
   * @param {Mode} mode
   * @param {number} depth
   * @param {number} reading
   * @param {number} target
   */
  value(mode, depth, reading, target) {
    return mode === "p" ? this.probability(depth, reading, target) : this.logit(depth, reading, target);
  }

  /**
   * The class with the highest score: its index in the model, and its probability.
   * @param {number} depth
   * @param {number} reading
   */
  winner(depth, reading) {
    const at = depth * this.readings + reading;
    return { index: this.best[at], probability: Math.exp(this.bestLogit[at] - this.lse[at]) };
  }

  /**
   * One class's values of all patches at one depth.
   * @param {Mode} mode
   * @param {number} depth
   * @param {number} target
   * @param {number} first readings that stand before the patches
   */
  map(mode, depth, target, first) {
    const count = this.readings - first;
    return Float32Array.from({ length: count }, (_, i) => this.value(mode, depth, first + i, target));
  }

  /**
   * What the colours of all maps together span: 0 to 1, 0 to the largest probability, or even about 0 for logits.
   * @param {Mode} mode
   * @param {Float32Array[]} maps
   * @param {boolean} whole
   * @returns {[low: number, high: number]}
   */
  span(mode, maps, whole) {
    if (mode === "p" && whole) return [0, 1];
    const top = maps.reduce((most, map) => map.reduce((a, b) => Math.max(a, Math.abs(b)), most), 0) || 1;
    return mode === "p" ? [0, top] : [-top, top];
  }

  /**
   * Whether maps of probabilities can be read on colours from 0 to 1; with a thousand classes no patch may come near.
   * @param {Float32Array[]} maps
   */
  fillsWhole(maps) {
    return maps.some((map) => map.some((value) => value >= SEEN));
  }

  /**
   * One class's probability as a formula with its numbers.
   * @param {number} depth
   * @param {number} reading
   * @param {number} target
   * @param {string} name
   */
  formula(depth, reading, target, name) {
    const z = number(this.logit(depth, reading, target));
    const lse = number(this.logSum(depth, reading));
    const power = `e^(${z} \u2212 ${lse})`.replace("\u2212 \u2212", "+ ");
    return `p(${name}) = ${power} = ${this.probability(depth, reading, target).toFixed(4)}`;
  }
}
