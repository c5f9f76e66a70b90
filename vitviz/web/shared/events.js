// Keys: which step an arrow asks for, and held keys that run ahead of the server.

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const HELD_MS = 90; // what follows faster than this is a held key

/**
 * The step that an arrow key asks for, as [rows, columns]; null for other keys and with Ctrl, Alt or Meta.
 * @param {KeyboardEvent} event
 * @returns {[number, number] | null}
 */
export function arrowStep(event) {
  return event.ctrlKey || event.metaKey || event.altKey ? null : (ARROWS[event.key] ?? null);
}

/**
 * `send` that is called with a choice at once; of the choices of a held key only the last one is sent.
 * @template {unknown[]} Values
 * @param {(...values: Values) => void} send
 * @returns {(...values: Values) => void}
 */
export function mergeHeldKeys(send) {
  let asked = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pending;
  return (...values) => {
    const held = performance.now() - asked < HELD_MS;
    asked = performance.now();
    clearTimeout(pending);
    if (held) pending = setTimeout(() => send(...values), HELD_MS);
    else send(...values);
  };
}
