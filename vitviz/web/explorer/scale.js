// What the colours of the maps span: one scale for all of them, or each map's own. Knows no page.
import { number } from "../shared/format.js";
import { largest, Shades } from "../shared/shades.js";

/** @import { Choice, Scene, WeightMap } from "./types.d.ts" */

/**
 * The scale that all maps share: of all tokens, or up to the largest weight of the current one.
 * @param {Scene} scene
 * @param {Uint32Array} colours
 */
export function commonScale({ engines, state }, colours) {
  const high = Math.max(...engines.map((engine) => (state.scale === "token" ? engine.top() : engine.reach())));
  return new Shades(colours, high, state.log);
}

/**
 * The scale of one map: the common one, or its own where that was asked for or a rollout needs it.
 * @param {Shades} common
 * @param {Scene} scene
 * @param {Choice} choice
 * @param {WeightMap} map
 */
export function scaleOf(common, { data, state }, { layer, head }, map) {
  if (state.scale !== "map" && head !== "rollout") return common;
  const prefix = data.layers[layer].prefix.length;
  return new Shades(common.colours, largest(map.values, map.offset + prefix, map.tokens - prefix), state.log);
}

/** @param {Shades} shades */
export const spanText = ({ low, high }) => `${low ? number(low) : 0} \u2026 ${number(high)}`;
