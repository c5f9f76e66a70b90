// Which class the losses are opened for. Knows no page.

/**
 * The class that was chosen; where none was, the thing with most pixels in answer or truth.
 * @param {string} chosen
 * @param {Float64Array} overlaps (K, width)
 * @param {number} width
 * @param {number} union which of a class's numbers counts those pixels
 */
export function chosenClass(chosen, overlaps, width, union) {
  const count = overlaps.length / width;
  if (Number(chosen) >= 0) return Math.min(count - 1, Number(chosen));
  let best = 1;
  for (let number = 2; number < count; number++) {
    if (overlaps[number * width + union] > overlaps[best * width + union]) best = number;
  }
  return best;
}
