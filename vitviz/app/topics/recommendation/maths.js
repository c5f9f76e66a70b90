// What the page computes from torch's numbers: softmax, orders, sums over airports, places on the map. No DOM.

/**
 * Shares that sum to 1, and what they are made of: the largest score and the sum of e^(score - largest).
 * @param {ArrayLike<number>} scores
 * @param {number} [first]
 * @param {number} [count]
 */
export function softmax(scores, first = 0, count = scores.length) {
  let top = -Infinity;
  for (let i = 0; i < count; i++) top = Math.max(top, scores[first + i]);
  const shares = Float64Array.from({ length: count }, (_, i) => Math.exp(scores[first + i] - top));
  const sum = shares.reduce((all, share) => all + share, 0);
  return { shares: shares.map((share) => share / sum), top, sum };
}

/**
 * The numbers of the largest values, the largest first; of equal ones the first.
 * @param {ArrayLike<number>} values
 * @param {number} [count]
 */
export function largestFirst(values, count = values.length) {
  const order = Array.from({ length: values.length }, (_, i) => i);
  return order.sort((one, other) => values[other] - values[one] || one - other).slice(0, count);
}

/**
 * What a row's flights have together for each airport, (I,).
 * @param {ArrayLike<number>} items ids from 1
 * @param {ArrayLike<number>} values one a flight, from `first` on
 * @param {number} airports
 * @param {number} [first]
 */
export function ofAirports(items, values, airports, first = 0) {
  const sums = new Float64Array(airports);
  for (let i = 0; i < items.length; i++) sums[items[i] - 1] += values[first + i];
  return sums;
}

/**
 * The terms of a product of two vectors, by their size, and their sum.
 * @param {ArrayLike<number>} one
 * @param {number} first of the one
 * @param {ArrayLike<number>} other
 * @param {number} second where the other begins
 * @param {number} count
 */
export function product(one, first, other, second, count) {
  const terms = Float64Array.from({ length: count }, (_, i) => one[first + i] * other[second + i]);
  const order = largestFirst(terms.map(Math.abs), 3);
  return {
    sum: terms.reduce((all, term) => all + term, 0),
    largest: order.map((i) => ({ channel: i, term: terms[i] })),
  };
}

/** @param {number} x */
export const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/**
 * What leaving each flight out takes from an airport's probability, (n,).
 * @param {Float32Array} without (n, I)
 * @param {number} now
 * @param {number} airport from 0
 * @param {number} airports
 */
export function worthOf(without, now, airport, airports) {
  return Float64Array.from({ length: without.length / airports }, (_, i) => now - without[i * airports + airport]);
}

export const MAP = { west: -126, east: -66, south: 23, north: 50 };
const MIDDLE = Math.cos((38 * Math.PI) / 180); // so that a degree is as long both ways where most airports are
const HIGH = 100 / ((MAP.east - MAP.west) * MIDDLE); // units of the drawing a degree of latitude, which is 100 wide

/**
 * A place on the drawing, which is 100 units wide.
 * @param {number} longitude
 * @param {number} latitude
 */
export function project(longitude, latitude) {
  return { x: (longitude - MAP.west) * MIDDLE * HIGH, y: (MAP.north - latitude) * HIGH };
}

/** Height of the drawing, the shelf for airports beside the map included. */
export const MAP_HEIGHT = (MAP.north - MAP.south) * HIGH + 7;

/**
 * Where each airport is drawn; what lies beyond the map, or has no place in the data, stands on a shelf below it.
 * @param {ArrayLike<number>} longitude
 * @param {ArrayLike<number>} latitude
 */
export function mapPlaces(longitude, latitude) {
  let shelf = 0;
  return Array.from({ length: longitude.length }, (_, i) => {
    const inside =
      longitude[i] > MAP.west && longitude[i] < MAP.east && latitude[i] > MAP.south && latitude[i] < MAP.north;
    if (inside) return { ...project(longitude[i], latitude[i]), shelf: false };
    return { x: 5 + 9 * shelf++, y: MAP_HEIGHT - 3, shelf: true };
  });
}

/**
 * Recall and MRR of a few ranks, term by term.
 * @param {ArrayLike<number>} ranks
 * @param {number} k
 */
export function metrics(ranks, k) {
  const within = Array.from(ranks, (rank) => rank <= k);
  const reciprocal = Array.from(ranks, (rank, i) => (within[i] ? 1 / rank : 0));
  const mean = (/** @type {number[]} */ values) => values.reduce((all, value) => all + value, 0) / values.length;
  return { within, reciprocal, recall: mean(within.map(Number)), mrr: mean(reciprocal) };
}
