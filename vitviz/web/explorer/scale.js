// What the colours of the maps span: one scale for all of them, or each map's own. Knows no page.
import { number } from "../shared/format.js";
import { largest, Shades } from "../shared/shades.js";

/** @import { Choice, ExplorerPicture, Scene, WeightMap } from "./types.d.ts" */

/**
 * The scale that all maps share: of all tokens, or up to the largest weight of the current one.
 * @param {Scene} scene
 * @param {Uint32Array} colours
 */
export function commonScale({ engines, state }, colours) {
  const own = engines.filter((engine) => engine.data.model === engines[0].data.model);
  const high = Math.max(...own.map((engine) => (state.scale === "token" ? engine.top() : engine.reach())));
  return new Shades(colours, high, state.log);
}

/**
 * The scale of one map: the common one, or its own where that was asked for, or a rollout or another model needs it.
 * @param {Shades} common
 * @param {Scene} scene
 * @param {Choice} choice
 * @param {WeightMap} map
 * @param {ExplorerPicture} [picture] whose map it is
 */
export function scaleOf(common, { data, state }, { layer, head }, map, picture = data) {
  if (state.scale !== "map" && head !== "rollout" && picture.model === data.model) return common;
  const prefix = picture.layers[layer].prefix.length;
  return new Shades(common.colours, largest(map.values, map.offset + prefix, map.tokens - prefix), state.log);
}

/** @param {Shades} shades */
export const spanText = ({ low, high }) => `${low ? number(low) : 0} \u2026 ${number(high)}`;
