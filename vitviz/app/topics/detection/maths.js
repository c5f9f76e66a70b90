// Boxes and answers as numbers: corners, overlaps term by term, which answers are doubles. Knows no page.

/** @import { Answers, Sizes } from "./types.d.ts" */

export const SAME_PLACE = 0.5; // the IoU from which two boxes of one class are two answers for one thing

/** @typedef {[left: number, top: number, right: number, bottom: number]} Corners */
/** @typedef {{ query: number, kind: number, score: number, none: number, box: Float32Array }} Said */

/**
 * What a query says after a layer: its likeliest class other than "no object", and the box (centre x, y, width, height).
 * @param {Answers} answers
 * @param {Sizes} sizes
 * @param {number} layer
 * @param {number} query
 * @returns {Said}
 */
export function saidBy({ probabilities, boxes }, { queries, classes }, layer, query) {
  const at = layer * queries + query;
  const own = probabilities.subarray(at * (classes + 1), (at + 1) * (classes + 1));
  let kind = 0;
  for (let c = 1; c < classes; c++) if (own[c] > own[kind]) kind = c;
  return { query, kind, score: own[kind], none: own[classes], box: boxes.subarray(4 * at, 4 * at + 4) };
}

/**
 * What all queries say after a layer.
 * @param {Answers} answers
 * @param {Sizes} sizes
 * @param {number} layer
 */
export const allSaid = (answers, sizes, layer) =>
  Array.from({ length: sizes.queries }, (_, query) => saidBy(answers, sizes, layer, query));

/**
 * @param {ArrayLike<number>} box
 * @returns {Corners}
 */
export const corners = (box) => [box[0] - box[2] / 2, box[1] - box[3] / 2, box[0] + box[2] / 2, box[1] + box[3] / 2];

/** @param {Corners} box */
const area = ([left, top, right, bottom]) => (right - left) * (bottom - top);

/**
 * Two boxes (centre and size) taken apart: what they share, what they cover, the smallest box around both.
 * @param {ArrayLike<number>} one
 * @param {ArrayLike<number>} other
 */
export function overlap(one, other) {
  const [a, b] = [corners(one), corners(other)];
  const wide = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const high = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const both = wide * high;
  const union = Math.max(1e-9, area(a) + area(b) - both);
  const around = Math.max(
    1e-9,
    (Math.max(a[2], b[2]) - Math.min(a[0], b[0])) * (Math.max(a[3], b[3]) - Math.min(a[1], b[1])),
  );
  const iou = both / union;
  return { both, union, around, iou, giou: iou - (around - union) / around };
}

/**
 * Pairs of queries that answer for the same thing: one class, IoU over a half, both at least as sure as `sure`.
 * @param {Said[]} said
 * @param {number} sure
 */
export function doubles(said, sure) {
  /** @type {[number, number][]} */
  const pairs = [];
  for (const [i, one] of said.entries()) {
    for (const other of said.slice(i + 1)) {
      const same = one.kind === other.kind && Math.min(one.score, other.score) >= sure;
      if (same && overlap(one.box, other.box).iou > SAME_PLACE) pairs.push([one.query, other.query]);
    }
  }
  return pairs;
}

/**
 * How far a box's corners moved, in pixels of a picture with so many a side: the largest of the four.
 * @param {ArrayLike<number>} before
 * @param {ArrayLike<number>} after
 * @param {number} size
 */
export function moved(before, after, size) {
  const [a, b] = [corners(before), corners(after)];
  return size * Math.max(...a.map((value, i) => Math.abs(value - b[i])));
}

/**
 * The share of a map's weight that lies inside of a box: places whose middle is in it.
 * @param {ArrayLike<number>} map
 * @param {number} offset
 * @param {[number, number]} grid
 * @param {ArrayLike<number>} box
 */
export function shareInside(map, offset, [rows, columns], box) {
  const [left, top, right, bottom] = corners(box);
  let sum = 0;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const [x, y] = [(c + 0.5) / columns, (r + 0.5) / rows];
      if (x >= left && x <= right && y >= top && y <= bottom) sum += map[offset + r * columns + c];
    }
  }
  return sum;
}

/**
 * The mean of `count` rows of `length` values from `offset` on.
 * @param {Float32Array} values
 * @param {number} offset
 * @param {number} count
 * @param {number} length
 */
export function meanOf(values, offset, count, length) {
  const mean = new Float32Array(length);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < length; j++) mean[j] += values[offset + i * length + j] / count;
  }
  return mean;
}

/**
 * The queries that look at a place, those that do so most first, with their weights: the mean over a layer's heads.
 * @param {Float32Array} cross
 * @param {Sizes} sizes
 * @param {number} layer
 * @param {number} place
 */
export function lookers(cross, { heads, queries, grid }, layer, place) {
  const places = grid[0] * grid[1];
  const all = Array.from({ length: queries }, (_, query) => {
    let weight = 0;
    for (let head = 0; head < heads; head++)
      weight += cross[((layer * heads + head) * queries + query) * places + place];
    return { query, weight: weight / heads };
  });
  return all.sort((a, b) => b.weight - a.weight);
}

/**
 * The query that is surest of a thing after the last layer.
 * @param {Answers} answers
 * @param {Sizes} sizes
 */
export const surest = (answers, sizes) =>
  allSaid(answers, sizes, sizes.layers - 1).reduce((best, each) => (each.score > best.score ? each : best)).query;

/**
 * The query with the lowest cost for a thing, whatever the other things are given: (Q, M) costs of one layer.
 * @param {Float32Array} costs
 * @param {number} offset
 * @param {number} queries
 * @param {number} things
 * @param {number} thing
 */
export function cheapest(costs, offset, queries, things, thing) {
  let best = 0;
  for (let query = 1; query < queries; query++) {
    if (costs[offset + query * things + thing] < costs[offset + best * things + thing]) best = query;
  }
  return best;
}
