// What is said of a head for one sentence: which of several sentences holds is decided by its numbers.
import { filled } from "../../../web/shared/words.js";
import { crossingsOf } from "./maths.js";

/** @import { Answer, Shown } from "./types.d.ts" */

const MOST = 0.8; // of the pieces: a head that aligns
const FEW = 0.5;
const RESTS = 0.5; // of the weight
const SHORT = 0.5; // of a word's value: what is fetched there is next to nothing

/**
 * Sentences on the chosen head, or on the mean of all.
 * @param {Shown} shown
 */
export function statements({ answer, sizes, choice, map, words, data }) {
  const { layer, head } = choice;
  const { counterparts, habits, pieces } = answer;
  if (!habits) return [words.no_habits];
  const rows = counterparts.flatMap(({ begins, words: own }, t) => (begins && own[0] < sizes.read - 2 ? [t] : []));
  const crossed = crossingsOf(map, sizes.read, rows);
  const crossing = filled(words.crossings, { crossed, right: answer.crossings });
  if (head < 0) return [filled(words.mean, { layer, heads: sizes.heads }), crossing];
  const { aligned, words: count, needless, rest } = habits[layer][head];
  const aligns =
    aligned >= MOST * count ? words.aligns : aligned <= FEW * count ? words.aligns_not : words.aligns_partly;
  const needing = new Set(counterparts.flatMap(({ begins }, t) => (begins ? [] : [pieces[t]])));
  const stop = answer.words[sizes.read - 2];
  const rests = rest >= RESTS ? words.rests : words.rests_not;
  const found = [
    filled(aligns, { layer, head, aligned, count }),
    crossing,
    filled(rests, { needless, rest, stop, where: restingPlace(answer, sizes, map), pieces: [...needing].join(" ") }),
  ];
  if (rest >= RESTS) {
    const { ends, others } = lengths(answer.lengths, sizes, layer, head);
    found.push(filled(ends < SHORT * others ? words.empty : words.not_empty, { ends, others, stop }));
  }
  const elsewhere = data.elsewhere?.heads[layer][head];
  if (data.elsewhere && elsewhere) {
    const share = elsewhere.aligned / elsewhere.words;
    found.push(filled(words.elsewhere, { sentences: data.elsewhere.sentences, share, rest: elsewhere.rest }));
  }
  return found;
}

/**
 * Which of the two ends has more of the weight of the pieces that need no word.
 * @param {Answer} answer
 * @param {{ read: number }} sizes
 * @param {Float32Array} map (T, S)
 */
function restingPlace({ counterparts, words }, { read }, map) {
  const [stop, end] = [read - 2, read - 1].map((key) =>
    counterparts.reduce((sum, { begins }, t) => sum + (begins ? 0 : map[t * read + key]), 0),
  );
  return words[stop > end ? read - 2 : read - 1];
}

/**
 * How long what a value adds would be at weight 1: on average on the two ends, and on the words.
 * @param {Float32Array} values (L, H, S)
 * @param {{ heads: number, read: number }} sizes
 * @param {number} layer
 * @param {number} head
 */
export function lengths(values, { heads, read }, layer, head) {
  const at = (layer * heads + head) * read;
  const mean = (/** @type {Float32Array} */ part) => part.reduce((sum, each) => sum + each, 0) / part.length;
  return { ends: mean(values.subarray(at + read - 2, at + read)), others: mean(values.subarray(at, at + read - 2)) };
}
