// What is under the cursor, in words and numbers. Looks at the lab, changes nothing.
import { number } from "../../../web/shared/format.js";
import { filled } from "./theme.js";
import { isRegular, maskShown, weightsShown } from "./timeline.js";

/** What lies at a slot, in words. */
function slotName(lab, shift, slot) {
  const token = shift.tokens[slot];
  if (token < 0) return lab.words.padding;
  return `${lab.words.patch} (${lab.windows.patch(token).join(", ")})`;
}

/** What is to be read of the cursor and the opened pair, line by line; `lab` is only looked at. */
export function describe(lab, { shift, chosen, query, key }) {
  const { size } = lab.windows;
  if (!maskShown(lab.t))
    return [lab.cursor ? describePlace(lab) : lab.words[isRegular(lab.t) ? "tryRegular" : "tryMove"]];
  if (query === null) return [lab.words.tryMask];
  const first = chosen * size;
  const lines = [
    `q ${query} = ${slotName(lab, shift, first + query)}, ${lab.words.region} ${shift.regions[first + query]}`,
  ];
  if (key !== null) lines.push(...describePair(lab, shift, chosen, query, key));
  else if (!weightsShown(lab.t)) lines.push(describeReach(lab, shift, chosen, query));
  if (weightsShown(lab.t)) lines.push(...describeWeights(lab, shift, chosen, query, key));
  if (lab.cursor && Math.floor(lab.slotAt(...lab.cursor) / size) !== chosen)
    lines.push(`${describePlace(lab)}. ${lab.words.clickWindow}`);
  return lines;
}

function describePlace(lab) {
  const shift = lab.current();
  const slot = lab.slotAt(...lab.cursor);
  const window = Math.floor(slot / lab.windows.size);
  const region = isRegular(lab.t) ? "" : `, ${lab.words.region} ${shift.regions[slot]}`;
  const piece = shift.pieces.find((one) => one.window === window && one.region === shift.regions[slot]);
  const reach = filled(lab.words.reach, {
    count: piece.height * piece.width,
    size: `${piece.height} x ${piece.width}`,
  });
  return `${slotName(lab, shift, slot)}: ${lab.words.windowNoun} ${window}${region}, ${reach}`;
}

function describeReach(lab, shift, chosen, query) {
  let meets = 0;
  for (let j = 0; j < lab.windows.size; j++) if (!shift.cut(chosen, query, j)) meets += 1;
  return filled(lab.words.meetsCount, { meets, all: lab.windows.size, cut: lab.windows.size - meets });
}

function describePair(lab, shift, chosen, query, key) {
  const first = chosen * lab.windows.size;
  const other = shift.regions[first + key];
  const line = `k ${key} = ${slotName(lab, shift, first + key)}, ${lab.words.region} ${other}`;
  if (weightsShown(lab.t)) return [line];
  const cut = shift.cut(chosen, query, key);
  const [a, b] = [shift.tokens[first + query], shift.tokens[first + key]];
  if (!cut) return [line, `mask[${chosen}, ${query}, ${key}] = 0: ${lab.words.whyMeets}`];
  const [[r0, c0], [r1, c1]] = [query, key].map((place) => lab.windows.place(shift.origins[first + place]));
  const why = filled(lab.words.whyCut, { rows: Math.abs(r0 - r1), columns: Math.abs(c0 - c1) });
  return [
    line,
    `mask[${chosen}, ${query}, ${key}] = \u2212${-lab.look.masked}: ${a < 0 || b < 0 ? lab.words.whyPadding : why}`,
  ];
}

function describeWeights(lab, shift, chosen, query, key) {
  const pattern = lab.pattern();
  if (!pattern) return [lab.data.attention ? lab.words.waiting : lab.data.attentionNote];
  const { size } = lab.windows;
  const row = pattern.first + query * size;
  let strangers = 0;
  for (let j = 0; j < size; j++) if (shift.cut(chosen, query, j)) strangers += pattern.values[row + j];
  const line = filled(lab.words.strangers, { share: number(strangers) });
  return key === null ? [line] : [`A[${query}, ${key}] = ${number(pattern.values[row + key])}`, line];
}
