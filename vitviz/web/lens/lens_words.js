// Places of the lens in words. Knows no page.
import { placeOf } from "./readings.js";

/** @import { LensNumbers } from "./numbers.js" */
/** @import { Place } from "./cursor.js" */
/** @import { ReadingGrid } from "./readings.js" */
/**
 * `before` counts the blocks before each depth, `first` names the readings before the patches, `names` some classes by
 * their index in the model.
 * @typedef {{ depths: string[], before: number[], classes: { index: number, name: string }[], first: string[],
 *   names: Record<string, string>, words: Record<string, string> }} Named
 */

/**
 * z and how many blocks have run before it.
 * @param {Pick<Named, "before">} named
 * @param {number} depth
 */
export const depthName = ({ before }, depth) => `z${before[depth]}`;

/**
 * @param {Pick<Named, "first" | "words">} named
 * @param {ReadingGrid} grid
 * @param {number} reading
 */
export function readingName({ first, words }, grid, reading) {
  if (reading < grid.first) return first[reading];
  const [row, column] = placeOf(reading, grid);
  return `${words.patch} (${row}, ${column})`;
}

/**
 * The cursor in words: where it is, the followed class's probability, and the highest of all classes.
 * @param {Named} named
 * @param {ReadingGrid} grid
 * @param {LensNumbers} numbers
 * @param {Place} place
 */
export function placeWords(named, grid, numbers, { reading, depth, target }) {
  const { depths, classes, names, words } = named;
  const best = numbers.winner(depth, reading);
  return [
    `${readingName(named, grid, reading)}, ${depthName(named, depth)} = ${depths[depth]}`,
    numbers.formula(depth, reading, target, classes[target].name),
    `${words.best}: ${names[best.index] ?? best.index} ${best.probability.toFixed(4)}`,
  ].join("\n");
}
