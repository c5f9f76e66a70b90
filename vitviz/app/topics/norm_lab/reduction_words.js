// One thread after one step, in words: the operands, the formula with the numbers in it, the result.
import { number } from "../../../web/shared/format.js";
import { bracketed } from "./group_words.js";

/** @typedef {"sum" | "moments"} Mode */
/**
 * The state of all threads after one step, as `vitviz/analysis/norm_lab/reduction.py` has it; `parts` is (threads, 4):
 * count, sum, mean, M2.
 * @typedef {{ kind: "read" | "shuffle" | "shared_write" | "shared_merge" | "global_write" | "global_merge",
 *   offset: number, parts: Float32Array, operand: number[], live: boolean[], held: number[] }} Step
 * @typedef {{ steps: Step[], row: Float32Array, mode: Mode, words: Record<string, string> }} Run
 * @typedef {{ n: number, sum: number, mean: number, m2: number }} Part
 */

/**
 * The name of a step.
 * @param {Step} step
 * @param {Record<string, string>} words
 */
export function stepName(step, words) {
  return words[step.kind].replace("{offset}", String(step.offset)).replace("{number}", String(step.offset + 1));
}

/**
 * What `thread` has after step number `step`.
 * @param {Run} run
 * @param {number} step
 * @param {number} thread
 */
export function cellWords({ steps, row, words, mode }, step, thread) {
  const now = steps[step];
  const after = partOf(now, thread);
  const head = `${words.thread} ${thread}, ${stepName(now, words)}:`;
  const operand = now.operand[thread];
  if (now.kind === "read") {
    const before = step ? partOf(steps[step - 1], thread) : null;
    return `${head}\n${readWords(before, row[operand], operand, after, mode)}`;
  }
  if (operand < 0) {
    const memory = words[now.kind === "global_write" ? "inGlobal" : "inShared"];
    return `${head} ${now.held.includes(thread) ? memory : words.waits}\n${plain(after, mode)}`;
  }
  const unused = now.live[thread] ? "" : `  ${words.unused}`;
  const [own, other] = [partOf(steps[step - 1], thread), partOf(steps[step - 1], operand)];
  return `${head} ${words.own} \u2295 ${words.thread} ${operand}${unused}\n${combined(own, other, after, mode)}`;
}

/**
 * @param {Step} step
 * @param {number} thread
 * @returns {Part}
 */
function partOf(step, thread) {
  const [n, sum, mean, m2] = step.parts.subarray(4 * thread, 4 * thread + 4);
  return { n, sum, mean, m2 };
}

/**
 * @param {Part} part
 * @param {Mode} mode
 */
function plain({ n, sum, mean, m2 }, mode) {
  return mode === "sum" ? `\u03a3 = ${number(sum)}` : `n = ${n}   mean = ${number(mean)}   M2 = ${number(m2)}`;
}

/**
 * One more number of the row.
 * @param {Part | null} before null for the first one
 * @param {number} x
 * @param {number} place
 * @param {Part} after
 * @param {Mode} mode
 */
function readWords(before, x, place, after, mode) {
  if (mode === "sum")
    return before
      ? `\u03a3 = ${number(before.sum)} + ${bracketed(x)} = ${number(after.sum)}`
      : `\u03a3 = x[${place}] = ${number(x)}`;
  if (!before) return `n = 1   mean = x[${place}] = ${number(x)}   M2 = 0`;
  const delta = x - before.mean;
  const apart = `(${number(x)} \u2212 ${bracketed(after.mean)})`;
  return [
    `\u03b4 = x[${place}] \u2212 mean = ${number(x)} \u2212 ${bracketed(before.mean)} = ${number(delta)}`,
    `mean = ${number(before.mean)} + ${bracketed(delta)} / ${after.n} = ${number(after.mean)}`,
    `M2 = ${number(before.m2)} + ${bracketed(delta)} \u00b7 ${apart} = ${number(after.m2)}`,
  ].join("\n");
}

/**
 * Two parts of the row as one.
 * @param {Part} a
 * @param {Part} b
 * @param {Part} after
 * @param {Mode} mode
 */
function combined(a, b, after, mode) {
  if (mode === "sum") return `\u03a3 = ${number(a.sum)} + ${bracketed(b.sum)} = ${number(after.sum)}`;
  const delta = b.mean - a.mean;
  const difference = `${number(b.mean)} \u2212 ${bracketed(a.mean)} = ${number(delta)}`;
  const added = `${bracketed(delta)}\u00b2 \u00b7 ${a.n}\u00b7${b.n}/${after.n}`;
  return [
    `n = ${a.n} + ${b.n} = ${after.n}   \u03b4 = mean\u1d2e \u2212 mean\u1d2c = ${difference}`,
    `mean = mean\u1d2c + \u03b4 n\u1d2e/n = ${number(a.mean)} + ${bracketed(delta)} \u00b7 ${b.n}/${after.n} = ${number(after.mean)}`,
    `M2 = M2\u1d2c + M2\u1d2e + \u03b4\u00b2 n\u1d2c n\u1d2e/n = ${number(a.m2)} + ${number(b.m2)} + ${added} = ${number(after.m2)}`,
  ].join("\n");
}
