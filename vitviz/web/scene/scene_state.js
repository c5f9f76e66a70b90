// Changes of a scene: each returns another one. Places lie on a grid of 1/4096 of the side, as a scene's text has them.

/** @import { Scene, Thing } from "./types.d.ts" */

const FINE = 4096;
const SMALLEST = 0.06;
const LARGEST = 0.4;
const USUAL = 0.17;
const PLACES = [0.2, 0.35, 0.5, 0.65, 0.8];
const SEEDS = 1 << 30;

/** @param {number} value */
const snapped = (value) => Math.round(value * FINE) / FINE;

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
const between = (value, low, high) => Math.max(low, Math.min(high, value));

/**
 * The scene with some of a thing's numbers replaced.
 * @param {Scene} scene
 * @param {number} number
 * @param {Partial<Thing>} changes
 * @returns {Scene}
 */
const changed = ({ seed, things }, number, changes) => ({
  seed,
  things: things.map((thing, i) => (i === number ? { ...thing, ...changes } : thing)),
});

/**
 * A thing's middle put elsewhere; it stays in the picture.
 * @param {Scene} scene
 * @param {number} number
 * @param {number} x
 * @param {number} y
 */
export const placed = (scene, number, x, y) =>
  changed(scene, number, { x: snapped(between(x, 0, 1)), y: snapped(between(y, 0, 1)) });

/**
 * A thing made larger or smaller.
 * @param {Scene} scene
 * @param {number} number
 * @param {number} factor
 */
export const sized = (scene, number, factor) =>
  changed(scene, number, { size: snapped(between(scene.things[number].size * factor, SMALLEST, LARGEST)) });

/**
 * @param {Scene} scene
 * @param {number} number
 */
export const mirrored = (scene, number) => changed(scene, number, { mirrored: !scene.things[number].mirrored });

/**
 * @param {Scene} scene
 * @param {number} number
 * @returns {Scene}
 */
export const removed = ({ seed, things }, number) => ({ seed, things: things.filter((_, i) => i !== number) });

/**
 * One more thing, behind all others in the list, where there is most room. `random` is a number from 0 to 1.
 * @param {Scene} scene
 * @param {string} kind
 * @param {number} random
 * @returns {Scene}
 */
export function added({ seed, things }, kind, random) {
  const places = PLACES.flatMap((y) => PLACES.map((x) => ({ x, y })));
  const room = ({ x = 0, y = 0 }) => Math.min(2, ...things.map((thing) => Math.hypot(thing.x - x, thing.y - y)));
  const { x, y } = places.reduce((best, place) => (room(place) > room(best) + 1e-9 ? place : best));
  const thing = { kind, x: snapped(x), y: snapped(y), size: snapped(USUAL), angle: 0, mirrored: random < 0.5 };
  return { seed, things: [...things, { ...thing, seed: Math.floor(random * SEEDS) }] };
}

/**
 * The order in which things are drawn, back to front: by how far down they reach.
 * @param {ArrayLike<number>} boxes
 * @returns {number[]}
 */
export function drawnOrder(boxes) {
  const all = Array.from({ length: boxes.length / 4 }, (_, i) => i);
  return all.sort((a, b) => boxes[4 * a + 3] - boxes[4 * b + 3]);
}
