// What is read at one depth: first what stands before the patches (the model's own reading, prefix tokens), then the patches.

/** @typedef {{ rows: number, columns: number, first: number }} ReadingGrid `first` readings stand before the patches */

/**
 * The patch below the pointer.
 * @param {{ clientX: number, clientY: number }} pointer
 * @param {{ left: number, top: number, width: number, height: number }} box of the picture
 * @param {ReadingGrid} grid
 */
export function readingAt(pointer, box, { rows, columns, first }) {
  const row = within(Math.floor(((pointer.clientY - box.top) / box.height) * rows), rows);
  const column = within(Math.floor(((pointer.clientX - box.left) / box.width) * columns), columns);
  return first + row * columns + column;
}

/**
 * The reading a step away; from before the patches down to the first patch, from the top row up to before them.
 * @param {number} reading
 * @param {readonly [down: number, across: number]} step
 * @param {ReadingGrid} grid
 */
export function movedReading(reading, [down, across], { rows, columns, first }) {
  if (reading < first) return down > 0 ? first : Math.min(first, Math.max(0, reading + (across || down)));
  const [row, column] = placeOf(reading, { rows, columns, first });
  if (row + down < 0) return first ? first - 1 : reading;
  return first + within(row + down, rows) * columns + within(column + across, columns);
}

/**
 * Row and column of a patch.
 * @param {number} reading
 * @param {ReadingGrid} grid
 */
export function placeOf(reading, { columns, first }) {
  return [Math.floor((reading - first) / columns), (reading - first) % columns];
}

/**
 * @param {number} place
 * @param {number} count
 */
const within = (place, count) => Math.min(count - 1, Math.max(0, place));
