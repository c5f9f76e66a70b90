// A table's cells as columns that a CSV has. Knows no page.

/** @typedef {{ text: string, value?: string | null }} Cell what is written in it, and its number where that has more digits */

const NUMBER = /^[-\u2212+]?\d[\d,]*(\.\d+)?(e[-\u2212+]?\d+)?$/;

/**
 * A number as other programs read it; other text as it is.
 * @param {string} text
 */
export function plain(text) {
  const trimmed = text.trim();
  return NUMBER.test(trimmed) ? trimmed.replaceAll(",", "").replaceAll("\u2212", "-") : trimmed;
}

/**
 * Columns by their heads; one without a head is called by its index, one whose head another has too by both.
 * @param {string[]} heads
 * @param {Cell[][]} rows
 * @returns {Record<string, string[]>}
 */
export function columnsOf(heads, rows) {
  const count = Math.max(heads.length, ...rows.map(({ length }) => length));
  /** @type {Record<string, string[]>} */
  const columns = {};
  for (let i = 0; i < count; i++) {
    const head = heads[i]?.trim() || `column ${i}`;
    const values = rows.map((row) => row[i]?.value ?? plain(row[i]?.text ?? ""));
    columns[head in columns ? `${head} ${i}` : head] = values;
  }
  return columns;
}
