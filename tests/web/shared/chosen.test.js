import assert from "node:assert/strict";
import { test } from "node:test";
import { Chosen } from "../../../vitviz/web/shared/chosen.js";

test("a late answer takes no later choice back", () => {
  const chosen = new Chosen();
  chosen.restart(4);
  assert.equal(chosen.choose(5), true);
  assert.equal(chosen.choose(6), true);
  chosen.restart(5);
  assert.equal(chosen.value, 6);
  chosen.restart(6);
  assert.equal(chosen.value, 6);
});

test("choices of a held key that were never sent are answered by the last one", () => {
  const chosen = new Chosen();
  for (const value of [1, 2, 3]) chosen.choose(value);
  chosen.restart(3);
  chosen.restart(2); // chosen elsewhere, for the second time
  assert.equal(chosen.value, 2);
});

test("what is chosen elsewhere is news", () => {
  const chosen = new Chosen();
  chosen.choose(5);
  chosen.restart(9);
  assert.equal(chosen.value, 9);
});

test("what was only moved to is not waited for", () => {
  const chosen = new Chosen();
  for (const value of [5, 6]) chosen.move(value);
  chosen.restart(5); // another picture's
  assert.equal(chosen.value, 5);
});

test("the same number again is no choice", () => {
  const chosen = new Chosen();
  chosen.restart(7);
  assert.equal(chosen.choose(7), false);
});
