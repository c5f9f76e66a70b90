// One thread after one step, in words: the operands, the formula with the numbers in it, the result.
import { number } from "../../../web/shared/canvas.js";

const signed = (value) => (value < 0 ? `(${number(value)})` : number(value));

/** What `thread` has after `step`; `of` has the steps, the row, the mode and the words. */
export function cellWords(of, step, thread) {
  const { steps, row, words, mode } = of;
  const now = steps[step];
  const after = part(now, thread);
  const head = `${words.thread} ${thread}, ${of.label(now)}:`;
  const operand = now.operand[thread];
  if (now.kind === "read")
    return `${head}\n${readWords(step ? part(steps[step - 1], thread) : null, row[operand], operand, after, mode)}`;
  const before = part(steps[step - 1], thread);
  if (operand < 0)
    return `${head} ${now.held.includes(thread) ? words[now.kind === "global_write" ? "inGlobal" : "inShared"] : words.waits}\n${plain(after, mode)}`;
  const unused = now.live[thread] ? "" : `  ${words.unused}`;
  return `${head} ${words.own} \u2295 ${words.thread} ${operand}${unused}\n${combined(before, part(steps[step - 1], operand), after, mode)}`;
}

function part(step, thread) {
  const [n, sum, mean, m2] = step.parts.subarray(4 * thread, 4 * thread + 4);
  return { n, sum, mean, m2 };
}

function plain({ n, sum, mean, m2 }, mode) {
  return mode === "sum" ? `\u03a3 = ${number(sum)}` : `n = ${n}   mean = ${number(mean)}   M2 = ${number(m2)}`;
}

function readWords(before, x, place, after, mode) {
  if (mode === "sum")
    return before
      ? `\u03a3 = ${number(before.sum)} + ${signed(x)} = ${number(after.sum)}`
      : `\u03a3 = x[${place}] = ${number(x)}`;
  if (!before) return `n = 1   mean = x[${place}] = ${number(x)}   M2 = 0`;
  const delta = x - before.mean;
  return [
    `\u03b4 = x[${place}] \u2212 mean = ${number(x)} \u2212 ${signed(before.mean)} = ${number(delta)}`,
    `mean = ${number(before.mean)} + ${signed(delta)} / ${after.n} = ${number(after.mean)}`,
    `M2 = ${number(before.m2)} + ${signed(delta)} \u00b7 (${number(x)} \u2212 ${signed(after.mean)}) = ${number(after.m2)}`,
  ].join("\n");
}

function combined(a, b, after, mode) {
  if (mode === "sum") return `\u03a3 = ${number(a.sum)} + ${signed(b.sum)} = ${number(after.sum)}`;
  const delta = b.mean - a.mean;
  return [
    `n = ${a.n} + ${b.n} = ${after.n}   \u03b4 = mean\u1d2e \u2212 mean\u1d2c = ${number(b.mean)} \u2212 ${signed(a.mean)} = ${number(delta)}`,
    `mean = mean\u1d2c + \u03b4 n\u1d2e/n = ${number(a.mean)} + ${signed(delta)} \u00b7 ${b.n}/${after.n} = ${number(after.mean)}`,
    `M2 = M2\u1d2c + M2\u1d2e + \u03b4\u00b2 n\u1d2c n\u1d2e/n = ${number(a.m2)} + ${number(b.m2)} + ${signed(delta)}\u00b2 \u00b7 ${a.n}\u00b7${b.n}/${after.n} = ${number(after.m2)}`,
  ].join("\n");
}
