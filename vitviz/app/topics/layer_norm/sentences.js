// Sentences of the page, with their places filled and their stressed words bold.

/**
 * @param {string} sentence "{name} of {count}"
 * @param {Record<string, unknown>} values
 */
export function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}
