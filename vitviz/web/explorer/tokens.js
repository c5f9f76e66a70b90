// A token's place in the picture, and the same place in the map of another layer. Knows no page.
import { carry, carryAcross } from "../shared/places.js";

/** @import { TokenMap } from "./types.d.ts" */

/**
 * Row and column of a patch token of `map`; null for a prefix token.
 * @param {number} token
 * @param {TokenMap} map
 * @returns {[row: number, column: number] | null}
 */
export function placeOf(token, map) {
  const patch = token - map.prefix.length;
  return patch < 0 ? null : [Math.floor(patch / map.columns), patch % map.columns];
}

/**
 * The patch token at a point of the picture, `across` and `down` in shares of its sides; null beside the picture.
 * @param {number} across
 * @param {number} down
 * @param {TokenMap} map
 */
export function tokenAt(across, down, { prefix, rows, columns }) {
  const [row, column] = [Math.floor(down * rows), Math.floor(across * columns)];
  const inside = row >= 0 && column >= 0 && row < rows && column < columns;
  return inside ? prefix.length + row * columns + column : null;
}

/**
 * The token of the layer `to` that belongs to `token` of the layer `from`.
 * @param {{ rows: number, columns: number }} to
 * @param {number} token
 * @param {TokenMap} from
 */
export function tokenOn(to, token, from) {
  return carry(token, from.prefix.length, [from.rows, from.columns], [to.rows, to.columns]);
}

/**
 * The same between layers of two models, which may have other tokens before the patches: -1 where there is none.
 * @param {TokenMap} to
 * @param {number} token
 * @param {TokenMap} from
 */
export function tokenAcross(to, token, from) {
  return to.prefix.join() === from.prefix.join() && to.rows === from.rows && to.columns === from.columns
    ? token
    : carryAcross(token, from, to);
}

/**
 * The tokens of the layer `to` that belong to those of the layer `from`, each once; those that have none are left out.
 * @param {TokenMap} to
 * @param {readonly number[]} tokens
 * @param {TokenMap} from
 */
export function tokensAcross(to, tokens, from) {
  const there = tokens.map((token) => tokenAcross(to, token, from)).filter((token) => token >= 0);
  return [...new Set(there)];
}

/**
 * SVG paths on a map of one unit a patch: the edge of a Swin's window, which the shift may have torn into parts, and
 * crosses on those of its `tokens` that `isCut`. -1 among the tokens is padding.
 * @param {Iterable<number>} tokens
 * @param {(token: number) => boolean} isCut
 * @param {TokenMap} map
 */
export function outlinePaths(tokens, isCut, map) {
  const { rows, columns } = map;
  const inside = new Set(tokens);
  let edge = "";
  let crosses = "";
  for (const token of inside) {
    const place = token < 0 ? null : placeOf(token, map);
    if (!place) continue;
    const [row, column] = place;
    if (row === 0 || !inside.has(token - columns)) edge += `M${column} ${row}h1`;
    if (row === rows - 1 || !inside.has(token + columns)) edge += `M${column} ${row + 1}h1`;
    if (column === 0 || !inside.has(token - 1)) edge += `M${column} ${row}v1`;
    if (column === columns - 1 || !inside.has(token + 1)) edge += `M${column + 1} ${row}v1`;
    if (isCut(token)) crosses += `M${column + 0.25} ${row + 0.25}l.5 .5m0 -.5l-.5 .5`;
  }
  return { edge, crosses };
}
