// The little language in the browser: which words may follow, and what becomes of a sentence when one is exchanged.

/** @import { Grammar } from "./types.d.ts" */

/** Words that change with how many there are; "fish" are as they is. @type {Record<string, string>} */
const TWINS = { is: "are", are: "is" };

/**
 * What a word is called when there is one, or when there are several; null where there is no such word.
 * @param {Grammar} grammar
 * @param {string} word
 */
function twin({ arrows }, word) {
  if (TWINS[word]) return TWINS[word];
  const known = Object.values(arrows).some((next) => `${word}s` in next);
  return known ? `${word}s` : word.endsWith("s") ? word.slice(0, -1) : null;
}

/**
 * The state behind some words; null where they cannot stand so.
 * @param {Grammar} grammar
 * @param {readonly string[]} words
 * @returns {string | null}
 */
export function stateAfter({ arrows, start }, words) {
  /** @type {string | undefined} */
  let state = start;
  for (const word of words) {
    state = arrows[state]?.[word];
    if (state === undefined) return null;
  }
  return state;
}

/**
 * The words that may follow.
 * @param {Grammar} grammar
 * @param {readonly string[]} words
 */
export function following(grammar, words) {
  const state = stateAfter(grammar, words);
  return state === null ? [] : Object.keys(grammar.arrows[state] ?? {});
}

/**
 * @param {Grammar} grammar
 * @param {readonly string[]} words
 */
export const isWhole = (grammar, words) => stateAfter(grammar, words) === grammar.end;

/**
 * The sentence with `word` at a place: in place of the word there, else before it, else all behind it goes. Words behind
 * it agree with it (a boat is, two boats are).
 * @param {Grammar} grammar
 * @param {readonly string[]} words
 * @param {number} at
 * @param {string} word
 */
export function placed(grammar, words, at, word) {
  const begin = [...words.slice(0, at), word];
  return (
    agreeing(grammar, begin, words.slice(at + 1)) ??
    agreeing(grammar, begin, words.slice(at)) ??
    completed(grammar, begin)
  );
}

/**
 * The sentence without the word at a place; null where the others cannot stand alone.
 * @param {Grammar} grammar
 * @param {readonly string[]} words
 * @param {number} at
 */
export const without = (grammar, words, at) => agreeing(grammar, words.slice(0, at), words.slice(at + 1));

/**
 * @param {Grammar} grammar
 * @param {readonly string[]} begin
 * @param {readonly string[]} rest
 * @returns {string[] | null} a whole sentence
 */
function agreeing(grammar, begin, rest) {
  const words = [...begin];
  for (const word of rest) {
    const known = following(grammar, words);
    const other = twin(grammar, word);
    if (known.includes(word)) words.push(word);
    else if (other !== null && known.includes(other)) words.push(other);
    else return null;
  }
  return isWhole(grammar, words) ? words : null;
}

/**
 * Words whose only possible continuation is one word get it: nobody has to choose where there is no choice.
 * @param {Grammar} grammar
 * @param {readonly string[]} begin
 */
export function completed(grammar, begin) {
  const words = [...begin];
  let known = following(grammar, words);
  while (known.length === 1) {
    words.push(known[0]);
    known = following(grammar, words);
  }
  return words;
}

/**
 * The words among `known` that begin with what somebody typed.
 * @param {readonly string[]} known
 * @param {string} typed
 */
export const matching = (known, typed) => known.filter((word) => word.startsWith(typed.toLowerCase()));

/**
 * Some sentence.
 * @param {Grammar} grammar
 * @param {() => number} random from 0 to 1, without 1
 */
export function someSentence(grammar, random) {
  /** @type {string[]} */
  const words = [];
  let known = following(grammar, words);
  while (known.length) {
    words.push(known[Math.floor(random() * known.length)]);
    known = following(grammar, words);
  }
  return words;
}
