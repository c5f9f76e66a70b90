/** @import { Place } from "./types.js" */

/** @type {Record<string, Place>} */
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/**
 * The step that an arrow key asks for, as rows down and columns across; undefined for other keys.
 * @param {KeyboardEvent} event
 */
export function arrowStep(event) {
  return event.ctrlKey || event.metaKey || event.altKey ? undefined : STEPS[event.key];
}
