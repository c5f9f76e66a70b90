/** @import { MergeData, Place } from "../../../web/swin_shift/types.js" */

/**
 * The four patches of a place of a merging's output, in the order of the gathering; null for padding.
 * @param {Pick<MergeData, "neighbours" | "columns" | "width">} merging
 * @param {Place} place
 * @returns {([row: number, column: number] | null)[]}
 */
export function four({ neighbours, columns, width }, [row, column]) {
  const first = 4 * (row * columns + column);
  return Array.from(neighbours.subarray(first, first + 4), (token) =>
    token < 0 ? null : [Math.floor(token / width), token % width],
  );
}
