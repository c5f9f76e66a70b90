import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fixed, formatted, number } from "../../../vitviz/web/shared/format.js";
import { filled } from "../../../vitviz/web/shared/words.js";

const cases = JSON.parse(readFileSync(new URL("./format.json", import.meta.url), "utf8"));
const value = (/** @type {string} */ text) => Number(text);

test("numbers are written as Python's short writes them", () => {
  for (const [text, expected] of cases.short) assert.equal(number(value(text)), expected, text);
});

test("so many digits behind the point are Python's", () => {
  for (const [text, digits, expected] of cases.fixed) assert.equal(fixed(value(text), digits), expected, text);
});

test("formats are Python's, ties to the even digit", () => {
  for (const [text, spec, expected] of cases.format) {
    assert.equal(formatted(value(text), spec), expected, `${text} as ${spec}`);
  }
});

test("what is no number has a sign that everybody knows", () => {
  assert.deepEqual([Number.NaN, Infinity, -Infinity].map(number), ["NaN", "\u221e", "\u2212\u221e"]);
  assert.equal(formatted("blocks.0-1", ".3f"), "blocks.0-1");
  assert.throws(() => formatted(1, "x"), /not a format/);
});

test("places of a sentence are filled, others stay", () => {
  assert.equal(
    filled("{n} of {name}: {y:.2e} {unknown}", { n: -3, name: "a-b", y: 0.00123 }),
    "\u22123 of a-b: 1.23e\u221203 {unknown}",
  );
});
