// A scene as the text that vitviz/worlds/scene_text.py reads.

/** @import { Scene, Thing } from "./types.d.ts" */

const FINE = 4096;
const TURN = 3600;

/**
 * A whole number in so many figures to the base of 36.
 * @param {number} number
 * @param {number} count
 */
const figures = (number, count) => number.toString(36).padStart(count, "0");

/** @param {Thing} thing */
function ofThing({ kind, x, y, size, angle, mirrored, seed }) {
  const letter = mirrored ? kind[0].toUpperCase() : kind[0];
  const numbers = [(x + 1) * FINE, (y + 1) * FINE, size * FINE, angle * 10 + TURN];
  return letter + numbers.map((number) => figures(Math.round(number), 3)).join("") + figures(seed, 6);
}

/** @param {Scene} scene */
export const sceneText = ({ seed, things }) => `c${figures(seed, 6)}${things.map(ofThing).join("")}`;
