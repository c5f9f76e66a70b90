// The softmax of the class scores page against Python's, at every temperature.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  listedShares,
  shares,
  softmaxFormulas,
  temperatureAt,
} from "../../../vitviz/app/topics/class_scores/softmax.js";

/**
 * @type {{ logits: number[], cases: { step: number, temperature: number, powers: number[], p: number[], total: number,
 *   entropy: number }[] }}
 */
const fixture = JSON.parse(readFileSync(new URL("softmax.json", import.meta.url), "utf8"));
const logits = Float32Array.from(fixture.logits);
const WORDS = { entropy: "entropy", most: "at most" };

/**
 * @param {number} found
 * @param {number} expected
 */
const near = (found, expected) =>
  assert.ok(Math.abs(found - expected) <= 1e-12 * Math.max(1, Math.abs(expected)), `${found} is not ${expected}`);

for (const { step, temperature, powers, p, total, entropy } of fixture.cases) {
  test(`every number at T = ${temperature.toFixed(2)}`, () => {
    near(temperatureAt(step), temperature);
    const now = shares(logits, temperatureAt(step));
    powers.forEach((power, i) => {
      near(now.powers[i], power);
    });
    p.forEach((share, i) => {
      near(now.p[i], share);
    });
    near(now.total, total);
    near(now.entropy, entropy);
  });

  test(`the listed classes and the others are all at T = ${temperature.toFixed(2)}`, () => {
    const now = shares(logits, temperature);
    const listed = [7, 0, 3];
    const { classes, others } = listedShares(logits, now, temperature, listed);
    assert.deepEqual(
      classes.map(({ index }) => index),
      listed,
    );
    for (const { index, z, scaled, power, p: share } of classes) {
      assert.equal(z, logits[index]);
      near(scaled, z / temperature);
      near(power, Math.exp((z - Math.max(...logits)) / temperature));
      near(share, p[index]);
    }
    assert.equal(others.count, logits.length - 3);
    near(
      others.p,
      p.reduce((sum, one, i) => (listed.includes(i) ? sum : sum + one), 0),
    );
    near(others.power, total - classes.reduce((sum, { power }) => sum + power, 0));
  });
}

test("formulas hold the numbers that they name", () => {
  const now = shares(logits, 2);
  const text = softmaxFormulas(logits, now, 2, { index: 4, name: "cat" }, WORDS);
  assert.match(text, /^p\(cat\) = e\^\(\(.+\) \/ 2\.00\) \/ Σ = /);
  assert.ok(text.includes(`= ${now.p[4].toFixed(6)}\n`));
  assert.ok(text.includes(`Σ p ln p = ${now.entropy.toFixed(4)}   (at most ln 11 = ${Math.log(11).toFixed(4)})`));
  const below = softmaxFormulas(
    Float32Array.of(-2, -1),
    shares(Float32Array.of(-2, -1), 1),
    1,
    { index: 0, name: "a" },
    WORDS,
  );
  assert.ok(below.includes("e^((−2.000 + 1.000) / 1.00)"), "two minus signs are a plus");
});

test("nothing is left for others where every class is listed", () => {
  const all = fixture.logits.map((_, i) => i);
  const { others } = listedShares(logits, shares(logits, 1), 1, all);
  assert.equal(others.count, 0);
  assert.ok(others.p >= 0 && others.p < 1e-12);
  assert.ok(others.power >= 0);
});
