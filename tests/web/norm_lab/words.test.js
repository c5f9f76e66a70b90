// What the layer norm lab writes of a cell: every formula holds its operands, and its result is what Python computed.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { bracketed, groupWords } from "../../../vitviz/app/topics/norm_lab/group_words.js";
import { cellWords, stepName } from "../../../vitviz/app/topics/norm_lab/reduction_words.js";

/** @import { Step } from "../../../vitviz/app/topics/norm_lab/reduction_words.js" */

/** @param {string} name */
const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));
/** @param {string} text */
const numbers = (text) => [...text.replaceAll("−", "-").matchAll(/-?\d+\.?\d*(?:e-?\d+)?/g)].map(Number);
/**
 * @param {number} found
 * @param {number} expected
 * @param {number} size of the operands, of which four digits are written
 */
const near = (found, expected, size) =>
  assert.ok(Math.abs(found - expected) <= 2e-3 * Math.max(1e-6, size), `${found} is not ${expected}`);

const WORDS = {
  thread: "thread",
  own: "own",
  waits: "waits",
  unused: "unused",
  inShared: "in shared memory",
  inGlobal: "in global memory",
  read: "read {number}",
  shuffle: "shuffle {offset}",
  shared_write: "write",
  shared_merge: "merge",
  global_write: "global write",
  global_merge: "global merge",
};

for (const [number, { row, steps }] of read("reduction.json").entries()) {
  const run = {
    row: Float32Array.from(row),
    words: WORDS,
    steps: steps.map((/** @type {Step} */ step) => ({ ...step, parts: Float32Array.from(step.parts) })),
  };

  test(`every cell of tree ${number} is the sum that it says`, () => {
    for (const [s, step] of run.steps.entries())
      for (let thread = 0; thread < 16; thread++) {
        const text = cellWords({ ...run, mode: "sum" }, s, thread);
        assert.ok(text.startsWith(`thread ${thread}, ${stepName(step, WORDS)}:`));
        const written = numbers(text.split("Σ =")[1].replace(/x\[\d+\] = /, ""));
        const total = step.parts[4 * thread + 1];
        near(written[written.length - 1], total, Math.abs(total));
        if (written.length === 3) near(written[0] + written[1], total, Math.abs(written[0]) + Math.abs(written[1]));
        else assert.equal(written.length, 1);
      }
  });

  test(`every cell of tree ${number} ends in its mean and M2`, () => {
    for (const [s, step] of run.steps.entries())
      for (let thread = 0; thread < 16; thread++) {
        const text = cellWords({ ...run, mode: "moments" }, s, thread);
        const [n, , mean, m2] = step.parts.subarray(4 * thread, 4 * thread + 4);
        /** @param {string} line */
        const last = (line) => numbers(line)[numbers(line).length - 1];
        const squares = text.slice(text.lastIndexOf("M2 ="));
        near(last(squares), m2, Math.abs(m2) || 1);
        const means = text.split("\n").find((line) => line.startsWith("mean ="));
        if (means) near(last(means), mean, Math.abs(mean));
        if (text.includes("n = ")) assert.ok(text.includes(`${n}`));
      }
  });
}

test("a thread that only waits or whose part lies in memory says so", () => {
  const run = read("reduction.json")[1];
  const steps = run.steps.map((/** @type {Step} */ step) => ({ ...step, parts: Float32Array.from(step.parts) }));
  const s = steps.findIndex((/** @type {Step} */ step) => step.kind === "global_write");
  const mode = /** @type {const} */ ("sum");
  const given = { steps, row: Float32Array.from(run.row), words: WORDS, mode };
  assert.match(cellWords(given, s, steps[s].held[0]), /in global memory\nΣ = /);
  assert.match(cellWords(given, s, 1), /waits\nΣ = /);
});

for (const grouped of read("groups.json")) {
  const words = { group: "group", numbers: "numbers" };

  test(`every cell of ${grouped.mean.length} groups is opened into its mean and variance`, () => {
    for (let i = 0; i < 24; i++) {
      const [head, mean, variance, out] = groupWords({ ...grouped, words }, i).split("\n");
      const g = grouped.group[i];
      const index = [Math.floor(i / 6), Math.floor(i / 3) % 2, i % 3].join(", ");
      assert.ok(head.startsWith(`x[${index}] = `) && head.endsWith(`group ${"ABCDEFGH"[g]}: ${grouped.size} numbers`));
      near(numbers(mean)[numbers(mean).length - 1], grouped.mean[g], Math.abs(grouped.mean[g]) || 1);
      near(numbers(variance)[numbers(variance).length - 1], grouped.variance[g], grouped.variance[g]);
      near(numbers(out)[numbers(out).length - 1], grouped.out[i], 1);
      if (grouped.size <= 6) {
        const members = numbers(mean.slice(mean.indexOf("("), mean.indexOf(")")));
        near(members.reduce((sum, x) => sum + x, 0) / members.length, grouped.mean[g], 24);
      } else assert.ok(mean.includes("…"));
    }
  });
}

test("a refused shape leaves only the number", () => {
  const words = { group: "group", numbers: "numbers" };
  const refused = { ...read("groups.json")[0], group: null, out: null, mean: [], variance: [], words };
  assert.equal(groupWords(refused, 8), "x[1, 0, 2] = 8.000");
});

test("negative operands stand in brackets", () => {
  assert.equal(bracketed(-2), "(−2.000)");
  assert.equal(bracketed(2), "2.000");
});
