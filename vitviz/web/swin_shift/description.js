// What is below the pointer and in the opened pair, in words and numbers. Pure: reads the state, changes nothing.
import { number } from "../shared/format.js";
import { filled } from "../shared/words.js";
import { isRegular, maskShown, weightsShown } from "./timeline.js";

/** @import { Shift } from "./geometry.js" */
/** @import { LabState } from "./state.js" */
/** @import { Words } from "./types.js" */

/**
 * What there is to read, line by line.
 * @param {LabState} state
 * @param {Words} words
 * @param {string} noWeights why there are no weights, where Python sent none
 * @param {number} masked what the mask adds to a score that must not count
 * @returns {string[]}
 */
export function describe(state, words, noWeights, masked) {
  const { t, cursor, query, key, chosen, shifted: shift } = state;
  const { size } = state.windows;
  if (!maskShown(t)) return [cursor ? describePlace(state, words) : words[isRegular(t) ? "tryRegular" : "tryMove"]];
  if (query === null) return [words.tryMask];
  const slot = chosen * size + query;
  const lines = [`q ${query} = ${slotName(state, words, shift, slot)}, ${words.region} ${shift.regions[slot]}`];
  if (key !== null) lines.push(...describePair(state, words, query, key, masked));
  else if (!weightsShown(t)) lines.push(describeReach(state, words, query));
  if (weightsShown(t)) lines.push(...describeWeights(state, words, query, noWeights));
  if (cursor && Math.floor(state.slotAt(cursor) / size) !== chosen)
    lines.push(`${describePlace(state, words)}. ${words.clickWindow}`);
  return lines;
}

/**
 * @param {LabState} state
 * @param {Words} words
 * @param {Shift} shift
 * @param {number} slot
 */
function slotName(state, words, shift, slot) {
  const token = shift.tokens[slot];
  return token < 0 ? words.padding : `${words.patch} (${state.windows.patch(token).join(", ")})`;
}

/**
 * @param {LabState} state
 * @param {Words} words
 */
function describePlace(state, words) {
  const shift = state.current;
  const slot = state.slotAt(state.cursor ?? [0, 0]);
  const window = Math.floor(slot / state.windows.size);
  const region = isRegular(state.t) ? "" : `, ${words.region} ${shift.regions[slot]}`;
  const { height, width } = shift.piece(window, shift.regions[slot]) ?? { height: 0, width: 0 };
  const reach = filled(words.reach, { count: height * width, size: `${height} x ${width}` });
  return `${slotName(state, words, shift, slot)}: ${words.windowNoun} ${window}${region}, ${reach}`;
}

/**
 * @param {LabState} state
 * @param {Words} words
 * @param {number} query
 */
function describeReach({ windows, shifted, chosen }, words, query) {
  let meets = 0;
  for (let j = 0; j < windows.size; j++) if (!shifted.cut(chosen, query, j)) meets += 1;
  return filled(words.meetsCount, { meets, all: windows.size, cut: windows.size - meets });
}

/**
 * @param {LabState} state
 * @param {Words} words
 * @param {number} query
 * @param {number} key
 * @param {number} masked
 */
function describePair(state, words, query, key, masked) {
  const { windows, shifted: shift, chosen } = state;
  const first = chosen * windows.size;
  const region = shift.regions[first + key];
  const line = `k ${key} = ${slotName(state, words, shift, first + key)}, ${words.region} ${region}`;
  if (weightsShown(state.t)) return [line];
  const entry = `mask[${chosen}, ${query}, ${key}]`;
  if (!shift.cut(chosen, query, key)) return [line, `${entry} = 0: ${words.whyMeets}`];
  const [[r0, c0], [r1, c1]] = [query, key].map((place) => windows.place(shift.origins[first + place]));
  const isPadding = shift.tokens[first + query] < 0 || shift.tokens[first + key] < 0;
  const why = filled(words.whyCut, { rows: Math.abs(r0 - r1), columns: Math.abs(c0 - c1) });
  return [line, `${entry} = \u2212${-masked}: ${isPadding ? words.whyPadding : why}`];
}

/**
 * @param {LabState} state
 * @param {Words} words
 * @param {number} query
 * @param {string} noWeights
 */
function describeWeights(state, words, query, noWeights) {
  const pattern = state.pattern();
  if (!pattern) return [state.attention ? words.waiting : noWeights];
  const { key, chosen, shifted, windows } = state;
  const row = pattern.first + query * windows.size;
  let strangers = 0;
  for (let j = 0; j < windows.size; j++) if (shifted.cut(chosen, query, j)) strangers += pattern.values[row + j];
  const line = filled(words.strangers, { share: number(strangers) });
  return key === null ? [line] : [`A[${query}, ${key}] = ${number(pattern.values[row + key])}`, line];
}
