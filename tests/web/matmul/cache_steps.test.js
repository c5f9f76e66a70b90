// What a cache holds and has fetched after each step, against the simulation in Python.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cellStates, fetchedUntil, stepText } from "../../../vitviz/app/topics/matmul/cache_steps.js";

/** @typedef {import("../../../vitviz/app/topics/matmul/cache_steps.js").Step} Step */
/** @type {{ n: number, line: number, steps: Step[], fetched: number[][] }[]} */
const cases = JSON.parse(readFileSync(new URL("cache_steps.json", import.meta.url), "utf8"));

for (const [number, { n, line, steps, fetched }] of cases.entries()) {
  test(`case ${number}: fetched lines are counted up to each step`, () => {
    assert.deepEqual(fetchedUntil(steps), fetched);
  });

  test(`case ${number}: cells are kept line by line, and three of them are accessed`, () => {
    for (const step of steps) {
      const cells = cellStates(step, 3 * n * n, line);
      for (const [address, { kept }] of cells.entries())
        assert.equal(kept, step.kept.includes(Math.floor(address / line)));
      const accessed = cells.flatMap(({ accessed }, address) => (accessed ? [address] : []));
      assert.deepEqual(accessed, step.addresses);
      assert.deepEqual(
        step.addresses.map((address) => Number(cells[address].missed)),
        step.missed,
      );
    }
  });
}

test("a step as its line of the program: ijk and ikj meet at the sixth step", () => {
  assert.equal(stepText(cases[0].steps[5]), "C[0,1] += A[0,1] \u00b7 B[1,1]");
  assert.equal(stepText(cases[1].steps[5]), "C[0,1] += A[0,1] \u00b7 B[1,1]");
  assert.deepEqual(fetchedUntil(cases[0].steps)[5], [1, 6, 1]);
  assert.deepEqual(fetchedUntil(cases[1].steps)[5], [1, 2, 1]);
  assert.equal(
    fetchedUntil(cases[0].steps)
      .at(-1)
      ?.reduce((a, b) => a + b),
    72,
  );
});
