import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  completed,
  following,
  isWhole,
  matching,
  placed,
  someSentence,
  without,
} from "../../../vitviz/app/topics/translation/grammar.js";

/** @type {{ grammar: import("../../../vitviz/app/topics/translation/types.d.ts").Grammar, sentences: string[] }} */
const { grammar, sentences } = JSON.parse(readFileSync(new URL("grammar.json", import.meta.url), "utf8"));
const words = (/** @type {string} */ text) => text.split(" ");

test("every sentence can be composed word by word, and nothing follows it", () => {
  for (const text of sentences) {
    const sentence = words(text);
    for (const [i, word] of sentence.entries()) assert.ok(following(grammar, sentence.slice(0, i)).includes(word));
    assert.ok(isWhole(grammar, sentence));
    assert.deepEqual(following(grammar, sentence), []);
  }
  assert.deepEqual(following(grammar, ["there", "cat"]), []);
});

test("an exchanged word takes those with it that agree with it, an added one moves them, any other one ends them", () => {
  const boat = words("the red boat is above a tree .");
  assert.equal(placed(grammar, boat, 2, "house").join(" "), "the red house is above a tree .");
  assert.equal(placed(grammar, boat, 0, "two").join(" "), "two red boats are above a tree .");
  assert.equal(placed(grammar, boat, 5, "four").join(" "), "the red boat is above four trees .");
  assert.equal(placed(grammar, boat, 1, "old").join(" "), "the old boat is above a tree .");
  assert.equal(placed(grammar, boat, 2, "car").join(" "), "the red car is above a tree .");
  assert.equal(placed(grammar, boat, 4, "not").join(" "), "the red boat is not above a tree .");
  assert.equal(placed(grammar, boat, 4, "left").join(" "), "the red boat is left of");
  assert.equal(placed(grammar, boat, 0, "there").join(" "), "there");
  assert.deepEqual(without(grammar, boat, 1), words("the boat is above a tree ."));
  assert.equal(without(grammar, boat, 2), null);
});

test("whatever is chosen at whatever place, only words that may stand there follow one another", () => {
  for (const text of sentences) {
    const sentence = words(text);
    for (let at = 0; at < sentence.length; at++) {
      for (const word of following(grammar, sentence.slice(0, at))) {
        const made = placed(grammar, sentence, at, word);
        assert.deepEqual(made.slice(0, at + 1), [...sentence.slice(0, at), word]);
        assert.ok(isWhole(grammar, made) || following(grammar, made).length > 1, made.join(" "));
      }
    }
  }
});

test("typing finds words, and where there is no choice nobody chooses", () => {
  assert.deepEqual(matching(["blue", "black", "boat"], "bl"), ["blue", "black"]);
  assert.deepEqual(matching(["blue"], "x"), []);
  assert.deepEqual(completed(grammar, words("a boat is next")), words("a boat is next to"));
  assert.deepEqual(completed(grammar, words("a boat is above a tree")), words("a boat is above a tree ."));
});

test("some sentence is a whole one", () => {
  let seed = 1;
  const random = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  for (let i = 0; i < 50; i++) assert.ok(isWhole(grammar, someSentence(grammar, random)));
});
