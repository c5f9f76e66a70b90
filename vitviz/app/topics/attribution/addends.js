// Addends of one number in the rows in which they are seen: in order or by size, some of them opened.

/**
 * One addend; `inside` are the addends that it is itself the sum of.
 * @typedef {{ number: number, label: string, value: number, inside: Addend[] }} Addend
 */
/**
 * A row: its addend, how deep it stands inside others, and the sum so far (of the outer ones only).
 * @typedef {{ addend: Addend, depth: number, sum: number | null }} Row
 */

/**
 * The rows that are seen, sorted at each level.
 * @param {Addend[]} addends
 * @param {boolean} bySize the largest first, instead of the order in which they are added
 * @param {ReadonlySet<number>} open numbers of the opened ones
 * @returns {Row[]}
 */
export function addendRows(addends, bySize, open) {
  /** @type {Row[]} */
  const rows = [];
  let sum = 0;
  for (const addend of ordered(addends, bySize)) {
    sum += addend.value;
    rows.push({ addend, depth: 0, sum });
    if (!open.has(addend.number)) continue;
    for (const inner of ordered(addend.inside, bySize)) rows.push({ addend: inner, depth: 1, sum: null });
  }
  return rows;
}

/**
 * @param {Addend[]} addends
 * @param {boolean} bySize
 */
function ordered(addends, bySize) {
  return bySize ? [...addends].sort((a, b) => Math.abs(b.value) - Math.abs(a.value)) : addends;
}

/**
 * The addend of that number, at any depth.
 * @param {Addend[]} addends
 * @param {number} number
 */
export function findAddend(addends, number) {
  return addends.flatMap((addend) => [addend, ...addend.inside]).find((addend) => addend.number === number);
}

/**
 * Where the bar of a value begins and how wide it is, in per cent of a track with 0 in its middle.
 * @param {number} value
 * @param {number} largest the size that fills half the track
 */
export function barAt(value, largest) {
  const width = (50 * Math.abs(value)) / (largest || 1);
  return { left: value < 0 ? 50 - width : 50, width };
}
