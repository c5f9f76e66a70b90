// Everything by keyboard. Knows no page: what a key means is a name and perhaps a number.

/** @import { TokenMap } from "./types.d.ts" */
/** @typedef {[down: number, across: number]} Step */
/** @typedef {[name: "move" | "moveOther", down: number, across: number] | [name: "layer" | "head" | "step", by: number] | [name: "first" | "escape" | "open" | "turn" | "pin" | "mark" | "together"]} Action */
/** @typedef {{ key: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean, shiftKey?: boolean, target?: EventTarget | null, composedPath?: () => EventTarget[] }} KeyPress what is read of a KeyboardEvent */

/** @type {Record<string, Step>} */
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
/** @type {Record<string, Action>} */
const ACTIONS = {
  PageUp: ["layer", -1],
  PageDown: ["layer", 1],
  "[": ["head", -1],
  "]": ["head", 1],
  Home: ["first"],
  Escape: ["escape"],
  o: ["open"],
  x: ["turn"],
  r: ["mark"],
  m: ["together"],
  ",": ["step", -1],
  ".": ["step", 1],
};

/**
 * What a key press asks for: [name, ...arguments], or null. Keys of buttons and choices stay theirs.
 * @param {KeyPress} event
 * @returns {Action | null}
 */
export function action(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const target = /** @type {Element | null | undefined} */ (event.composedPath?.()[0] ?? event.target);
  const tag = target?.tagName ?? "";
  if (["INPUT", "SELECT", "TEXTAREA", "SUMMARY"].includes(tag)) return event.key === "Escape" ? ["escape"] : null;
  if (event.key in MOVES) return [event.shiftKey ? "moveOther" : "move", ...MOVES[event.key]];
  if ((event.key === "Enter" || event.key === " ") && tag !== "BUTTON") return ["pin"];
  return ACTIONS[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
}

/**
 * The token a step away on the map; from a prefix token down to the first patch, from the top row up to the last one.
 * @param {number} token
 * @param {Step} step
 * @param {TokenMap} map
 */
export function moved(token, [down, across], map) {
  const { prefix, rows, columns } = map;
  const before = prefix.length;
  if (token < before) {
    const next = token + (across || down);
    return Math.max(0, down > 0 ? before : Math.min(before, next));
  }
  const row = Math.floor((token - before) / columns) + down;
  const column = Math.min(columns - 1, Math.max(0, ((token - before) % columns) + across));
  if (row < 0) return before ? before - 1 : token;
  return before + Math.min(rows - 1, row) * columns + column;
}
