// The statistics of all layer norms as the browser takes them apart, against the run's own and Python's places.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Statistics } from "../../../vitviz/web/norms/statistics.js";

/** @import { Described } from "../../../vitviz/web/norms/statistics.js" */
/**
 * @type {{ kind: string, prefix: string[], finest: [number, number], tokens: number[][], values: number[],
 *   norms: Described[], expected: { mean: number[], scale: number[], norm: number[], variance: number[],
 *   median: number }[] }[]}
 */
const cases = JSON.parse(readFileSync(new URL("statistics.json", import.meta.url), "utf8"));

for (const { kind, prefix, finest, tokens, values, norms, expected } of cases) {
  const statistics = new Statistics({ values: Float32Array.from(values), norms }, prefix, finest);

  test(`${kind}: every token's numbers are the run's`, () => {
    for (const [at, { mean, scale, norm, variance, median }] of expected.entries()) {
      const found = statistics.norms[at];
      assert.deepEqual([...found.mean], mean);
      assert.deepEqual([...found.scale], scale);
      assert.deepEqual([...found.norm], norm);
      assert.deepEqual(found.variance, Float32Array.from(variance));
      assert.deepEqual(
        found.ratio,
        Float32Array.from(norm, (one) => one / median),
      );
      assert.deepEqual(found.prefix, found.grid ? prefix : []);
      assert.equal(found.variance[0], 0, "a rounded variance is never below 0");
    }
  });

  test(`${kind}: a token is followed to every layer norm and back`, () => {
    for (const [at, there] of tokens.entries())
      for (const [token, expectedThere] of there.entries()) {
        assert.equal(statistics.tokenAt(at, token), expectedThere);
        assert.equal(statistics.finestToken(at, expectedThere, token), token, "the finest token is remembered");
        const other = statistics.finestToken(at, expectedThere, -1);
        if (norms[at].grid) assert.equal(statistics.tokenAt(at, other), expectedThere);
      }
  });
}
