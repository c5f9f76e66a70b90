// What a person chose, as data and as the short text of an address: "2.0.5.7rp" is layer 2, head 0, words 5 and 7, by row,
// pinned. Knows no page.

/** @import { Head, Place, Range } from "./types.d.ts" */
/** @typedef {{ heads: number, queries: Range, keys: Range }} Layer which tokens look, and which are looked at */

const TEXT = /^(\d+)\.(\d+|mean)\.(\d+)(?:\.(\d+))?([rc])(p?)(o?)$/;

/**
 * The place that a text means in these layers; where it means none, the last word of the first head.
 * @param {string} text
 * @param {Layer[]} layers
 * @returns {Place}
 */
export function readPlace(text, layers) {
  const found = TEXT.exec(text);
  const [, layer, head, token, other, direction, pinned, own] = found ?? ["", "0", "0", "9999", undefined, "r", "", ""];
  return fitted(
    {
      layer: Number(layer),
      head: head === "mean" ? "mean" : Number(head),
      token: Number(token),
      other: other === undefined ? -1 : Number(other),
      direction: direction === "c" ? "column" : "row",
      pinned: Boolean(pinned),
      own: Boolean(own),
    },
    layers,
  );
}

/** @param {Place} place */
export function placeText({ layer, head, token, other, direction, pinned, own }) {
  const second = other < 0 ? "" : `.${other}`;
  return `${layer}.${head}.${token}${second}${direction === "row" ? "r" : "c"}${pinned ? "p" : ""}${own ? "o" : ""}`;
}

/**
 * The tokens that the first word of a pair is one of, and those of the second.
 * @param {Place} place
 * @param {Layer[]} layers
 * @returns {{ own: Range, others: Range }}
 */
export function sidesOf({ layer, direction }, layers) {
  const { queries, keys } = layers[layer];
  return direction === "row" ? { own: queries, others: keys } : { own: keys, others: queries };
}

/**
 * The nearest token of a range.
 * @param {number} token
 * @param {Range} range
 */
export function within(token, { first, count }) {
  return Math.min(first + count - 1, Math.max(first, token));
}

/**
 * A place that these layers have.
 * @param {Place} place
 * @param {Layer[]} layers
 * @returns {Place}
 */
export function fitted(place, layers) {
  const layer = Math.min(place.layer, layers.length - 1);
  const head = place.head === "mean" ? "mean" : Math.min(place.head, layers[layer].heads - 1);
  const { own, others } = sidesOf({ ...place, layer }, layers);
  const other = place.other < 0 ? -1 : within(place.other, others);
  return { ...place, layer, head, token: within(place.token, own), other };
}

/**
 * The head so many steps further, around the heads and their mean.
 * @param {Head} head
 * @param {number} by
 * @param {number} heads
 * @returns {Head}
 */
export function headAfter(head, by, heads) {
  const next = ((head === "mean" ? heads : head) + by + heads + 1) % (heads + 1);
  return next === heads ? "mean" : next;
}

/**
 * The place after another word of the first kind was pressed: pinned; the pinned one again is let go; with one pinned, a
 * word of the second kind opens their weight.
 * @param {Place} place
 * @param {number} token
 * @param {Layer[]} layers
 * @returns {Partial<Place>}
 */
export function pressed(place, token, layers) {
  const { own, others } = sidesOf(place, layers);
  const isOwn = token === within(token, own);
  if (place.pinned && token === place.token && isOwn) return { pinned: false, other: -1 };
  if (place.pinned && token === within(token, others)) return { other: token };
  return isOwn ? { token, pinned: true, other: -1 } : { other: token, pinned: true };
}
