// What the likeness page says of a cursor and its maps. Knows no page.
import { placeOf } from "../../../web/explorer/tokens.js";
import { filled } from "../../../web/shared/words.js";
import { mostAlike } from "./vectors.js";

/** @import { TokenMap } from "../../../web/explorer/types.d.ts" */
/** @import { Words } from "../../../web/shared/types.d.ts" */
/** @import { Directions, Place } from "./types.d.ts" */

const LISTED = 4;

/**
 * A patch by row and column, a prefix token by its name.
 * @param {number} token
 * @param {TokenMap} map
 */
export function tokenName(token, map) {
  const place = placeOf(token, map);
  return place ? `(${place[0]}, ${place[1]})` : (map.prefix[token] ?? "");
}

/** @param {number} value */
export const cosineText = (value) => (Number.isNaN(value) ? "\u2013" : value.toFixed(3).replace("-", "\u2212"));

/**
 * What is compared: keys of head 2.
 * @param {Pick<Place, "kind" | "head">} place
 * @param {Words} words
 */
export function comparedText({ kind, head }, words) {
  if (kind === "stream") return words.stream;
  return `${words[kind]}, ${head < 0 ? words.allHeads : `${words.head} ${head}`}`;
}

/**
 * The patches of a map that are most like the cursor's token, with their cosines.
 * @param {Float32Array} values
 * @param {TokenMap} map
 * @param {number} own the cursor's token, where it is of this map; else -1
 * @param {Words} words
 */
export function alikeText(values, map, own, words) {
  const found = mostAlike(values, map.prefix.length, LISTED, own);
  if (!found.length) return words.noHead;
  const listed = found.map((token) => `${tokenName(token, map)} ${cosineText(values[token])}`);
  return `${words.mostAlike} ${listed.join(" \u00b7 ")}`;
}

/**
 * How much of the variance each colour stands for.
 * @param {NonNullable<Directions>} directions
 * @param {Words} words
 */
export function shareText(directions, words) {
  const [red, green, blue] = Array.from(directions.share, (share) => `${(100 * share).toFixed(1)} %`);
  return filled(words.shares, { red, green, blue });
}
