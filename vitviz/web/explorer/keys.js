// Everything by keyboard. Knows no page: what a key means is a name and perhaps a number.

const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const ACTIONS = {
  PageUp: ["layer", -1],
  PageDown: ["layer", 1],
  "[": ["head", -1],
  "]": ["head", 1],
  Home: ["first"],
  Escape: ["escape"],
  o: ["open"],
  x: ["turn"],
};

/** What a key press asks for: [name, ...arguments], or null. Keys of buttons and choices stay theirs. */
export function action(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const target = event.composedPath?.()[0] ?? event.target;
  const tag = target?.tagName;
  if (["INPUT", "SELECT", "TEXTAREA", "SUMMARY"].includes(tag)) return event.key === "Escape" ? ["escape"] : null;
  if (event.key in MOVES) return [event.shiftKey ? "moveOther" : "move", ...MOVES[event.key]];
  if ((event.key === "Enter" || event.key === " ") && tag !== "BUTTON") return ["pin"];
  return ACTIONS[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
}

/** The token a step away on the map; from a prefix token down to the first patch, from the top row up to the last one. */
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
