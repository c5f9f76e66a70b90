// The weights of the current token in every layer, computed as far as a frame has time. Knows no page.

import { queriesOf } from "./state.js";

/** @import { Engine } from "./engine.js" */
/** @import { Scene } from "./types.d.ts" */

const BUDGET = 10; // milliseconds of a frame for layers that nobody chose; the rest come in the next frames

export class Progress {
  constructor() {
    /** @type {{ key: string, engine: Engine, done: Set<number> } | null} what is computed of the current token */
    this.current = null;
  }

  /**
   * Compute the chosen layer, then as many others as a frame that began at `begun` has time for; whether some are left.
   * @param {Scene} scene
   * @param {number} begun
   */
  compute(scene, begun) {
    const { state, engines, data } = scene;
    const [engine] = engines;
    const queries = queriesOf(state);
    const key = `${queries} ${state.layer} ${state.direction}`;
    if (this.current?.key !== key || this.current.engine !== engine) this.current = { key, engine, done: new Set() };
    const { done } = this.current;
    computeSecond(scene);
    for (const layer of [state.layer, ...data.layers.keys()]) {
      if (done.has(layer)) continue;
      if (layer !== state.layer && performance.now() - begun > BUDGET) return true;
      if (engine.compute(layer, queries, data.layers[state.layer], state.direction)) done.add(layer);
    }
    return false;
  }
}

/**
 * The one layer that is shown of a second picture or model.
 * @param {Scene} scene
 */
function computeSecond({ state, engines, data }) {
  const [first, engine] = engines;
  if (!state.second || !engine || engine === first) return;
  // Weights of layers that are no longer shown would be those of an earlier token, and count for the scale.
  for (const layer of engine.layers.keys()) if (layer !== state.second.layer) engine.buffers[layer] = null;
  engine.compute(state.second.layer, queriesOf(state), data.layers[state.layer], state.direction);
}
