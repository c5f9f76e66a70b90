/**
 * A sentence with its {places} filled in.
 * @param {string} sentence
 * @param {object} values
 */
export function filled(sentence, values) {
  const named = /** @type {Record<string, unknown>} */ (values);
  return sentence.replace(/\{(\w+)\}/g, (place, name) => (name in named ? String(named[name]) : place));
}

/**
 * A whole number with commas.
 * @param {number} value
 */
export function whole(value) {
  return value.toLocaleString("en-US");
}

/**
 * A share in per cent.
 * @param {number} share
 */
export function percent(share) {
  return `${(100 * share).toPrecision(3)} %`;
}
