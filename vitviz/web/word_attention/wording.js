// What the view says of a place: names of words and maps, the line below the words. Knows no page.
import { strongest } from "../explorer/weights.js";
import { fixed, number } from "../shared/format.js";
import { filled } from "../shared/words.js";

/** @import { Words } from "../shared/types.d.ts" */
/** @import { Layers } from "./layers.js" */
/** @import { Place, Pointed } from "./types.d.ts" */

const NAMED = 4; // words with the largest weights

/**
 * A weight with two digits behind the point, as `fixed` writes it; that takes longer than a frame has for many words, and
 * only a tie needs it.
 * @param {number} value
 */
export function hundredths(value) {
  const hundred = value * 100;
  const nearTie = Math.abs(hundred - Math.floor(hundred) - 0.5) < 1e-6;
  return nearTie ? fixed(value, 2) : value.toFixed(2);
}

/**
 * A word with its place: the same word may stand twice in a text.
 * @param {Layers} layers
 * @param {number} token
 */
export function wordName({ names, read }, token) {
  return `${names[token]} (${token < read ? token : token - read})`;
}

/**
 * @param {Layers} layers
 * @param {Pick<Place, "layer" | "head">} map
 * @param {Words} words
 */
export function mapName({ layers }, { layer, head }, words) {
  return `${layers[layer].name} \u00b7 ${head === "mean" ? words.mean : `${words.head} ${head}`}`;
}

/**
 * The weights between a word and those of the other side: a weight by its token.
 * @param {Layers} layers
 * @param {Place} place
 * @param {number} token
 * @returns {(other: number) => number}
 */
export function weightsOf({ layers }, { layer, head, direction }, token) {
  const found = layers[layer];
  return (other) => (direction === "row" ? found.weight(head, token, other) : found.weight(head, other, token));
}

/**
 * The line below the words: the strongest of a row or column, or one pair.
 * @param {Layers} layers
 * @param {Place} place
 * @param {Pointed} pointed
 * @param {Words} words
 */
export function reading(layers, place, { token, other }, words) {
  const weights = weightsOf(layers, place, token);
  const layer = layers.layers[place.layer];
  const row = place.direction === "row";
  if (other >= 0) {
    const [i, j] = row ? [token, other] : [other, token];
    const name = `A[${wordName(layers, i)}, ${wordName(layers, j)}]`;
    const weight = weights(other);
    if (Number.isNaN(weight)) return `${name}: ${words.maskedPair}`;
    const n = layer.maths.legal(i);
    return `${name} = ${number(weight)} = ${number(weight * n)} \u00d7 1/${n}`;
  }
  const others = row ? layer.keys : layer.queries;
  const values = Array.from({ length: others.count }, (_, at) => weights(others.first + at));
  const top = strongest(values, NAMED).map(
    ([at, weight]) => `${wordName(layers, others.first + at)} ${number(weight)}`,
  );
  if (!top.length) return `${wordName(layers, token)}: ${words.maskedWord}`;
  return `${wordName(layers, token)} ${row ? words.looksAt : words.seenBy}  ${top.join(" \u00b7 ")}`;
}

/**
 * How many pairs the mask of a layer lets look.
 * @param {Layers} layers
 * @param {number} at
 * @param {Words} words
 */
export function maskText({ layers }, at, words) {
  const { queries, keys, allowed } = layers[at];
  const { all, count } = allowed;
  const sizes = { queries: queries.count, keys: keys.count, all, count };
  return filled(count === all ? words.maskNone : words.maskSome, sizes);
}
