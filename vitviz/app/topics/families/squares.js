// Who may look at whom, and with which weights, as a square of all tokens of a model. Knows no page.

/** @import { Run } from "./types.d.ts" */

/**
 * The square (N, N) of a head's weights: NaN where nobody may look. With `head` -1 it is 1 where somebody may.
 * @param {Run} run
 * @param {number} layer the last one where the model has fewer
 * @param {number} head
 */
export function square({ tokens, allowed, attentions }, layer, head) {
  const n = tokens.length;
  const found = Float32Array.from(allowed, (each) => (each ? 1 : NaN));
  if (head < 0) return found;
  for (const { row, column, shape, weights } of attentions) {
    const [layers, heads, rows, columns] = shape;
    const at = (Math.min(layer, layers - 1) * heads + Math.min(head, heads - 1)) * rows * columns;
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        const place = (row + i) * n + column + j;
        if (allowed[place]) found[place] = weights[at + i * columns + j];
      }
  }
  return found;
}

/**
 * How many tokens a token may look at, and how many may look at it.
 * @param {Run} run
 * @param {number} token
 */
export function reach({ tokens, allowed }, token) {
  const n = tokens.length;
  let [sees, seen] = [0, 0];
  for (let i = 0; i < n; i++) {
    sees += allowed[token * n + i];
    seen += allowed[i * n + token];
  }
  return { sees, seen };
}

/**
 * How many pairs there are in all.
 * @param {Run} run
 */
export const pairs = ({ allowed }) => allowed.reduce((sum, each) => sum + each, 0);

/**
 * The token at which a token looks most among those of one attention; null where it has no row there.
 * @param {Run} run
 * @param {Float32Array} values the square
 * @param {number} token
 */
export function strongest({ tokens }, values, token) {
  const n = tokens.length;
  let best = -1;
  for (let i = 0; i < n; i++) {
    const value = values[token * n + i];
    if (!Number.isNaN(value) && (best < 0 || value > values[token * n + best])) best = i;
  }
  return best;
}
