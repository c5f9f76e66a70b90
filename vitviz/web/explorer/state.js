// What a person chose: plain data that survives a rerun, a reload and a link. Knows no page.

/** @import { Aggregate, ExplorerData, Head, State, TokenMap } from "./types.d.ts" */
/**
 * A model's layers, and what stands for all heads in it.
 * @typedef {{ layers: (TokenMap & { heads: number })[], aggregates: readonly Aggregate[] }} Heads
 */
/**
 * What a state has to fit: the model, that of the second pane where it is another one, and whether there is a second
 * picture of the same model. `defaults` is DEFAULTS of Python.
 * @typedef {Heads & { defaults: State, paired: boolean, other?: Heads | null }} Setting
 */

/** @type {Aggregate[]} */
export const AGGREGATES = ["mean", "max", "rollout"];
const CHOICES = {
  direction: ["row", "column"],
  scale: ["shared", "token", "map"],
  order: ["layer", "entropy", "distance"],
};

/**
 * A whole number from `low` to `high`, `otherwise` where `value` is none.
 * @param {unknown} value
 * @param {number} low
 * @param {number} high
 * @param {number} otherwise
 */
const whole = (value, low, high, otherwise) =>
  Number.isInteger(Number(value)) && value !== null && value !== ""
    ? Math.min(high, Math.max(low, Number(value)))
    : otherwise;

/**
 * @param {unknown} head
 * @param {{ heads: number }} layer
 * @param {readonly string[]} aggregates
 * @returns {Head}
 */
function cleanHead(head, layer, aggregates) {
  const known = AGGREGATES.find((name) => name === head && aggregates.includes(name));
  return known ?? whole(head, 0, layer.heads - 1, 0);
}

/**
 * @param {ExplorerData} data
 * @returns {Setting}
 */
export function settingOf({ layers, rollout, defaults, second, model }) {
  const other = second && second.model !== model ? headsOf(second) : null;
  return { ...headsOf({ layers, rollout }), defaults, paired: Boolean(second) && !other, other };
}

/**
 * @param {{ layers: Heads["layers"], rollout: boolean }} model
 * @returns {Heads}
 */
const headsOf = ({ layers, rollout }) => ({ layers, aggregates: rollout ? AGGREGATES : AGGREGATES.slice(0, 2) });

/**
 * What a second pane shows at first: the same map of another picture, of another model all heads as deep in it.
 * @param {State} state
 * @param {Setting} setting
 */
export function besideFirst({ layer, head }, { layers, other }) {
  if (!other) return { layer, head };
  const share = layers.length > 1 ? layer / (layers.length - 1) : 0;
  return { layer: Math.round(share * (other.layers.length - 1)), head: /** @type {const} */ ("mean") };
}

/**
 * The tokens whose attention is shown: those of the region, averaged, or the current one.
 * @param {State} state
 */
export const queriesOf = ({ region, together, token }) => (region.length && together ? region : [token]);

/**
 * The tokens of a region that exist, each once and in order.
 * @param {unknown} region
 * @param {number} tokens
 */
function cleanRegion(region, tokens) {
  if (!Array.isArray(region)) return [];
  const inside = region.filter((token) => Number.isInteger(token) && token >= 0 && token < tokens);
  return [...new Set(inside)].sort((a, b) => a - b);
}

/**
 * A state that fits the model, whatever the link or the last model said.
 * @param {object} wanted
 * @param {Setting} setting
 * @returns {State}
 */
export function clean(wanted, { layers, aggregates, defaults, other }) {
  /** @type {Record<string, any>} */
  const state = { ...defaults, ...wanted };
  state.layer = whole(state.layer, 0, layers.length - 1, 0);
  const layer = layers[state.layer];
  state.head = cleanHead(state.head, layer, aggregates);
  const tokens = layer.prefix.length + layer.rows * layer.columns;
  state.token = whole(state.token, 0, tokens - 1, 0);
  state.region = cleanRegion(state.region, tokens);
  state.start = whole(state.start, 0, layers.length - 1, 0);
  for (const [name, allowed] of Object.entries(CHOICES)) if (!allowed.includes(state[name])) state[name] = allowed[0];
  state.opacity = Math.min(
    1,
    Math.max(0, Number.isFinite(Number(state.opacity)) ? Number(state.opacity) : defaults.opacity),
  );
  for (const name of ["pinned", "together", "log", "smooth"]) state[name] = Boolean(state[name]);
  if (state.second) {
    const beside = other ?? { layers, aggregates };
    const at = whole(state.second.layer, 0, beside.layers.length - 1, 0);
    state.second = { layer: at, head: cleanHead(state.second.head, beside.layers[at], beside.aggregates) };
  }
  return /** @type {State} */ (state);
}
