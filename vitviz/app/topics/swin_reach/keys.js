// What keys ask for in these parts.
import { arrowStep } from "../../../web/shared/events.js";

/** @type {Record<string, number>} */
const TURNS = { PageUp: -1, PageDown: 1 };
/** @type {Record<string, number>} */
const BRACKETS = { "[": -1, "]": 1 };

/**
 * What a key asks for on these parts: `step` of an arrow, `turn` of Page Up and Down, `bracket` of [ and ].
 * @param {KeyboardEvent} event
 */
export function asked(event) {
  return { step: arrowStep(event), turn: TURNS[event.key] ?? 0, bracket: BRACKETS[event.key] ?? 0 };
}

/**
 * The event is answered: neither the page nor the browser shall act on it too.
 * @param {Event} event
 */
export function taken(event) {
  event.preventDefault();
  event.stopPropagation();
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export const within = (value, low, high) => Math.min(high, Math.max(low, value));
