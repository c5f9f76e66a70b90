// One airport's score and probability by one model, with the numbers that they are made of.
import { number } from "../../../web/shared/format.js";
import { lines } from "./attention_lines.js";
import { largestFirst, softmax } from "./maths.js";

/**
 * @param {HTMLElement} root
 * @param {Record<string, string>} words
 * @param {string} code
 * @param {"sasrec" | "gru4rec"} model
 * @param {Float32Array} scores
 * @param {number} airport from 0
 * @param {{ sum: number, largest: { channel: number, term: number }[] }} made the product of the state and the airport's row
 * @param {number | null} bias
 */
export function openedScore(root, words, code, model, scores, airport, made, bias) {
  const row = softmax(scores);
  const terms = made.largest.map(({ channel, term }) => `${channel}: ${number(term)}`).join(", ");
  const values = {
    ...{ code, model: words[`next_${model}`], dot: made.sum, terms, score: scores[airport], top: row.top, bias },
    ...{ part: Math.exp(scores[airport] - row.top), sum: row.sum, share: row.shares[airport] },
    rank: largestFirst(scores).indexOf(airport) + 1,
  };
  const dot = bias === null ? "score_dot" : "score_dot_bias";
  root.replaceChildren(...lines(words, ["score_title", dot, "score_terms", "score_soft"], values));
}
