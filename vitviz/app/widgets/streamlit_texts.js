// The texts of Streamlit's own widgets, which it has in English only: what they are in the language of the page.

/** @typedef {[theirs: string, ours: string]} Pair both with the same `{places}` */

const PLACE = /\{(\w+)\}/g;

/**
 * What translates a text of Streamlit's: undefined for any other one.
 * @param {readonly Pair[]} pairs
 * @returns {(text: string) => string | undefined}
 */
export function translator(pairs) {
  const rules = pairs.map(([theirs, ours]) => {
    const escaped = theirs.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
    return { pattern: new RegExp(`^${escaped.replace(PLACE, "(?<$1>.+)")}$`), ours };
  });
  return (text) => {
    for (const { pattern, ours } of rules) {
      const found = pattern.exec(text.trim());
      if (found) return ours.replace(PLACE, (_, name) => found.groups?.[name] ?? "");
    }
    return undefined;
  };
}
