// The numbers of the logit lens against torch's softmax over all classes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { LensNumbers } from "../../../vitviz/web/lens/numbers.js";

/**
 * @type {{ depths: string[], classes: number[], logits: number[], lse: number[], best: number[], bestLogit: number[],
 *   probabilities: number[], winners: number[] }}
 */
const fixture = JSON.parse(readFileSync(new URL("lens.json", import.meta.url), "utf8"));
const numbers = new LensNumbers({
  depths: fixture.depths,
  classes: fixture.classes.map((index) => ({ index, name: `class ${index}` })),
  logits: Float32Array.from(fixture.logits),
  lse: Float32Array.from(fixture.lse),
  best: Float32Array.from(fixture.best),
  bestLogit: Float32Array.from(fixture.bestLogit),
});
const { depths, classes, readings } = numbers;

/**
 * @param {number} found
 * @param {number} expected
 */
const near = (found, expected) => assert.ok(Math.abs(found - expected) < 2e-4, `${found} is not ${expected}`);

test("there is a number for every depth, reading and class", () => {
  assert.equal(depths * readings * classes, fixture.logits.length);
  assert.equal(readings, fixture.winners.length / depths);
});

test("a probability is the softmax over all classes, not over the followed ones", () => {
  for (let depth = 0; depth < depths; depth++)
    for (let reading = 0; reading < readings; reading++)
      for (let target = 0; target < classes; target++) {
        const at = (depth * readings + reading) * classes + target;
        near(numbers.probability(depth, reading, target), fixture.probabilities[at]);
        assert.equal(numbers.value("p", depth, reading, target), numbers.probability(depth, reading, target));
        assert.equal(numbers.value("z", depth, reading, target), Math.fround(fixture.logits[at]));
      }
});

test("the winner is the class with the highest score", () => {
  for (let depth = 0; depth < depths; depth++)
    for (let reading = 0; reading < readings; reading++) {
      const { index, probability } = numbers.winner(depth, reading);
      assert.equal(index, fixture.best[depth * readings + reading]);
      near(probability, fixture.winners[depth * readings + reading]);
    }
});

test("a map leaves out what stands before the patches", () => {
  const map = numbers.map("z", 1, 2, 1);
  assert.equal(map.length, readings - 1);
  map.forEach((value, patch) => {
    assert.equal(value, numbers.logit(1, patch + 1, 2));
  });
});

test("maps share one span: 1, the largest, or even about 0", () => {
  const maps = [Float32Array.of(0.25, 0.5), Float32Array.of(0.125, 0)];
  assert.deepEqual(numbers.span("p", maps, true), [0, 1]);
  assert.deepEqual(numbers.span("p", maps, false), [0, 0.5]);
  assert.equal(numbers.fillsWhole([Float32Array.of(0.03, 0.01), Float32Array.of(0.2)]), false);
  assert.equal(numbers.fillsWhole([Float32Array.of(0.03, 0.01), Float32Array.of(0.25)]), true);
  assert.deepEqual(numbers.span("z", [Float32Array.of(-3, 2)], true), [-3, 3]);
  assert.deepEqual(numbers.span("p", [Float32Array.of(0)], false), [0, 1]);
});

test("the formula holds z, the log-sum-exp and the result", () => {
  for (let reading = 0; reading < readings; reading++) {
    const found = /^p\(cat\) = e\^\((\S+) (\S) (\S+)\) = (\S+)$/.exec(numbers.formula(0, reading, 0, "cat"));
    assert.ok(found);
    const [z, size] = [found[1], found[3]].map((text) => Number(text.replace("−", "-")));
    near(Math.exp(found[2] === "+" ? z + size : z - size), Number(found[4]));
  }
});
