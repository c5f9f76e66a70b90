// Where each map of the U stands, and what it is called. Knows no page.

/**
 * @typedef {object} UNode a map of the U, as Python sends it
 * @property {string} name the tensor
 * @property {string} kind
 * @property {number} stage how often the patches' map was halved; -1 for pixels
 * @property {string} skip the map of the way down that it reads, or ""
 * @property {number} rows
 * @property {number} columns
 * @property {number} channels
 * @property {Float32Array} map
 * @property {Float64Array} [shares]
 */

/** Columns of the grid: two on the way down, one for what a skip carries, three on the way up. */
const COLUMNS = { skip: 1, down: 2, bottom: 2, expanded: 4, joined: 5, up: 6, pixels: 4, scores: 5 };
const BETWEEN = 3;

/**
 * Row and column of the grid, from 1: the map of pixels is the first row.
 * @param {{ kind: string, stage: number }} node
 */
export function gridPlace({ kind, stage }) {
  return { row: stage + 2, column: COLUMNS[/** @type {keyof typeof COLUMNS} */ (kind)] };
}

/**
 * The arrows between both ways, one for every joined map: the columns that they lead from and to, what they carry.
 * @param {readonly { kind: string, stage: number, skip: string, rows: number, columns: number, channels: number }[]} nodes
 */
export function skipArrows(nodes) {
  return nodes
    .filter(({ skip }) => skip)
    .map(({ stage, skip, rows, columns, channels }) => {
      const size = `${rows}\u00d7${columns}\u00d7${channels}`;
      return { row: stage + 2, column: BETWEEN, from: COLUMNS.skip, to: COLUMNS.joined, skip, size };
    });
}

/**
 * Which word says what a map is.
 * @param {{ kind: string, stage: number }} node
 */
export function kindWord({ kind, stage }) {
  if (kind !== "skip") return kind;
  return stage === 0 ? "patches" : "merged";
}

/**
 * The node that a key leads to; null for other keys.
 * @param {string} key
 * @param {number} node
 * @param {number} count
 */
export function nodeAfterKey(key, node, count) {
  if (key === "]") return (node + 1) % count;
  if (key === "[") return (node + count - 1) % count;
  return null;
}
