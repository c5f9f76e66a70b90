// A row of flights as a person changed it; the same text as `vitviz/analysis/recommendation/edits.py` reads. No DOM.

/** @typedef {Map<number, number | null>} Edits place -> the airport that stands there, null where the flight is left out */

/**
 * @param {string} text such as `3-,7BOS`
 * @param {string[]} codes of the airports, whose ids begin with 1
 * @returns {Edits}
 */
export function readEdits(text, codes) {
  /** @type {Edits} */
  const edits = new Map();
  for (const piece of text ? text.split(",") : []) {
    const name = piece.replace(/^\d+/, "");
    edits.set(Number.parseInt(piece, 10), name === "-" ? null : codes.indexOf(name) + 1);
  }
  return edits;
}

/**
 * @param {Edits} edits
 * @param {string[]} codes
 */
export function writeEdits(edits, codes) {
  const pieces = [...edits].sort(([one], [other]) => one - other);
  return pieces.map(([place, item]) => `${place}${item === null ? "-" : codes[item - 1]}`).join(",");
}

/**
 * Another text, in which the flight at a place is left out (null), another airport's, or as it was.
 * @param {string} text
 * @param {number} place
 * @param {number | null} item
 * @param {ArrayLike<number>} given the flights as they were
 * @param {string[]} codes
 */
export function changed(text, place, item, given, codes) {
  const edits = readEdits(text, codes);
  if (item === given[place]) edits.delete(place);
  else edits.set(place, item);
  return writeEdits(edits, codes);
}

/**
 * The airport at every place, null where the flight is left out.
 * @param {ArrayLike<number>} given
 * @param {string} text
 * @param {string[]} codes
 * @returns {(number | null)[]}
 */
export function rowNow(given, text, codes) {
  const edits = readEdits(text, codes);
  return Array.from(given, (item, place) =>
    edits.has(place) ? /** @type {number | null} */ (edits.get(place)) : item,
  );
}
