// One place of the picture carried from one map of a model to another, as vitviz/analysis/places.py does: a patch merging
// pads an odd side below or to the right, so a place's parent is half of its row and column, rounded down.

/** @typedef {readonly [rows: number, columns: number]} Grid */

/**
 * The token of the map `target` that belongs to `token` of the map `source`. Where the target is coarser, that is the
 * token that `token` went into. Where it is finer, it is `finer` if that token of the target went into `token`, and
 * otherwise the one in the middle of those that did. The `prefix` tokens before the patches stay what they are.
 * @param {number} token
 * @param {number} prefix
 * @param {Grid} source
 * @param {Grid} target
 * @param {number | null} [finer]
 * @returns {number}
 */
export function carry(token, prefix, source, target, finer = null) {
  if (token < prefix || same(source, target)) return token;
  const row = Math.floor((token - prefix) / source[1]);
  const column = (token - prefix) % source[1];
  const down = countMergings(source, target);
  if (down !== null) return prefix + (row >> down) * target[1] + (column >> down);
  const up = countMergings(target, source);
  if (up === null) throw new RangeError(`no way by mergings between maps of ${source} and ${target}`);
  if (finer !== null && finer >= prefix && carry(finer, prefix, target, source) === token) return finer;
  return prefix + middle(row, up, target[0]) * target[1] + middle(column, up, target[1]);
}

/**
 * The token of a map of another model at the same place of the picture: what a merging would make of it where one map
 * could come from the other, else the patch that has its middle in it. Tokens before the patches keep their name; -1
 * where the other model has none of that name.
 * @param {number} token
 * @param {{ prefix: readonly string[], rows: number, columns: number }} source
 * @param {{ prefix: readonly string[], rows: number, columns: number }} target
 * @returns {number}
 */
export function carryAcross(token, source, target) {
  const patch = token - source.prefix.length;
  if (patch < 0) return target.prefix.indexOf(source.prefix[token]);
  /** @type {[Grid, Grid]} */
  const [from, to] = [
    [source.rows, source.columns],
    [target.rows, target.columns],
  ];
  if (countMergings(from, to) !== null || countMergings(to, from) !== null)
    return target.prefix.length + carry(patch, 0, from, to);
  const row = Math.floor(((Math.floor(patch / from[1]) + 0.5) * to[0]) / from[0]);
  const column = Math.floor((((patch % from[1]) + 0.5) * to[1]) / from[1]);
  return target.prefix.length + row * to[1] + column;
}

/**
 * How many mergings make a map of `coarse` out of one of `fine`; null where none do.
 * @param {Grid} fine
 * @param {Grid} coarse
 * @returns {number | null}
 */
export function countMergings(fine, coarse) {
  let [rows, columns] = fine;
  let count = 0;
  for (; !same([rows, columns], coarse) && Math.max(rows, columns) > 1; count++) {
    [rows, columns] = [Math.ceil(rows / 2), Math.ceil(columns / 2)];
  }
  return same([rows, columns], coarse) ? count : null;
}

/**
 * The middle of the places of a finer side that went into `place`; there may be fewer of them at the end.
 * @param {number} place
 * @param {number} mergings
 * @param {number} side
 */
function middle(place, mergings, side) {
  return Math.floor(((place << mergings) + Math.min(side, (place + 1) << mergings)) / 2);
}

/**
 * @param {Grid} one
 * @param {Grid} other
 */
const same = (one, other) => one[0] === other[0] && one[1] === other[1];
