// The sentences of a frame: what the map shows, how many windows of which size, what the table is of. Pure.
import { filled } from "../shared/words.js";
import { isRolled, weightsShown } from "./timeline.js";

/** @import { Size, Words } from "./types.js" */
/** @import { LabState } from "./state.js" */

/**
 * The caption of a frame for the state's kind of windows.
 * @param {LabState} state
 * @param {Words} words
 * @param {string} frame
 */
export function caption(state, words, frame) {
  const { grid, size } = state.windows;
  const shift = state.shifted;
  return filled(words[`${state.kind}_${frame}`] ?? words[`say_${frame}`], {
    s: shift.shift,
    m: grid.window,
    mm: size,
    n: grid.num_windows,
    p: shift.pieces.length,
    k: shift.sizes.length,
    h: grid.height,
    w: grid.width,
    rows: grid.rows,
    columns: grid.columns,
  });
}

/**
 * @param {LabState} state
 * @param {Words} words
 */
export function mapTitle(state, words) {
  const { grid, isPadded } = state.windows;
  const where = filled(isRolled(state.t) ? words.rolledMap : words.pictureMap, { s: state.shift });
  const padded = isPadded ? ` \u2192 ${grid.padded.join(" x ")} ${words.padded}` : "";
  return `${where} \u00b7 ${grid.height} x ${grid.width}${padded}`;
}

/**
 * @param {LabState} state
 * @param {Words} words
 */
export function tableTitle(state, words) {
  const names = { window: state.chosen, mm: state.windows.size, head: state.head };
  const key = weightsShown(state.t) ? (state.withMask ? "patternOf" : "leakOf") : "maskOf";
  return filled(words[key], names);
}

/**
 * What is counted beside the map before the mask is: windows of one size, of several, or what they are joined from.
 * @param {LabState} state
 * @param {Words} words
 * @returns {{ title: string, note: string, sizes: Size[] | null }} without `sizes`, the windows are joined of pieces
 */
export function counted(state, words) {
  const { grid } = state.windows;
  const shift = state.shifted;
  const [n, m, p] = [grid.num_windows, grid.window, shift.pieces.length];
  if (state.t >= 2.5 && shift.shift > 0) return { title: filled(words.sums, { n }), note: "", sizes: null };
  if (state.t < 1.5 || shift.shift === 0)
    return { title: filled(words.count, { n }), note: "", sizes: state.regular.sizes };
  return { title: filled(words.count, { n: p }), note: filled(words.naiveNote, { n, p, m }), sizes: shift.sizes };
}
