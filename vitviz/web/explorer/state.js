// What a person chose: plain data that survives a rerun, a reload and a link. Knows no page.
import { carry } from "../shared/places.js";

export const AGGREGATES = ["mean", "max", "rollout"];
const CHOICES = {
  direction: ["row", "column"],
  scale: ["shared", "token", "map"],
  order: ["layer", "entropy", "distance"],
};
const whole = (value, low, high, otherwise) =>
  Number.isInteger(Number(value)) && value !== null && value !== ""
    ? Math.min(high, Math.max(low, Number(value)))
    : otherwise;

function cleanHead(head, layer, aggregates) {
  return aggregates.includes(head) ? head : whole(head, 0, layer.heads - 1, 0);
}

/** The token of the layer `to` that belongs to `token` of the layer `from`: {prefix, rows, columns} each. */
export function tokenOn(to, token, from) {
  return carry(token, from.prefix.length, [from.rows, from.columns], [to.rows, to.columns]);
}

/** A state that fits the model, whatever the link or the last model said; `defaults` is DEFAULTS of Python. */
export function clean(wanted, layers, aggregates, defaults) {
  const state = { ...defaults, ...wanted };
  state.layer = whole(state.layer, 0, layers.length - 1, 0);
  const layer = layers[state.layer];
  state.head = cleanHead(state.head, layer, aggregates);
  state.token = whole(state.token, 0, layer.prefix.length + layer.rows * layer.columns - 1, 0);
  state.start = whole(state.start, 0, layers.length - 1, 0);
  for (const [name, allowed] of Object.entries(CHOICES)) if (!allowed.includes(state[name])) state[name] = allowed[0];
  state.opacity = Math.min(
    1,
    Math.max(0, Number.isFinite(Number(state.opacity)) ? Number(state.opacity) : defaults.opacity),
  );
  for (const name of ["pinned", "log", "smooth"]) state[name] = Boolean(state[name]);
  if (state.second) {
    const at = whole(state.second.layer, 0, layers.length - 1, state.layer);
    state.second = { layer: at, head: cleanHead(state.second.head, layers[at], aggregates) };
  }
  return state;
}
