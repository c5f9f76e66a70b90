// The explorer's panes as figures that can be saved, each with the weights that it shows.
import { queriesOf } from "./state.js";
import { tokensAcross } from "./tokens.js";

/** @import { SavedArray, SavedFigure } from "../shared/types.d.ts" */
/** @import { Engine } from "./engine.js" */
/** @import { Page } from "./page.js" */
/** @import { Choice, Scene } from "./types.d.ts" */

/**
 * @param {Page} page
 * @param {Scene} scene
 * @returns {SavedFigure[]}
 */
export function figuresOf(page, scene) {
  const { state, engines, data } = scene;
  const choices = state.second ? [state, state.second] : [state];
  const pictures = choices.map((choice, i) => {
    const { root, title } = page.pictures[i].view;
    const engine = engines[i ? engines.length - 1 : 0];
    return { name: title.textContent ?? "", element: root, arrays: mapOf(scene, engine, choice) };
  });
  const grid = { name: data.words.grid, element: page.grid.view.root, arrays: allMaps(scene) };
  return [...pictures, grid, ...matrixOf(page, scene), ...openedOf(page)];
}

/**
 * The weights of one map: of the patches as they lie in the picture, and of the tokens before them.
 * @param {Scene} scene
 * @param {Engine} engine
 * @param {Choice} choice
 * @returns {Record<string, SavedArray>}
 */
function mapOf({ state, data }, engine, choice) {
  const layer = engine.layers[choice.layer];
  const { prefix, rows, columns } = layer;
  const tokens = tokensAcross(layer, queriesOf(state), data.layers[state.layer]);
  const map = engine.map(choice, tokens, state.direction, state.start);
  if (!map) return {};
  const all = map.values.slice(map.offset, map.offset + map.tokens);
  const patches = { values: all.subarray(prefix.length), shape: [rows, columns] };
  const found = { patches, queries: { values: Int32Array.from(tokens) } };
  return prefix.length ? { ...found, prefix: { values: all.subarray(0, prefix.length) } } : found;
}

/**
 * The weights of all heads of every layer that is there, (heads, tokens) each.
 * @param {Scene} scene
 * @returns {Record<string, SavedArray>}
 */
function allMaps({ engines: [engine], data }) {
  const found = data.layers.flatMap(({ name, heads }, layer) => {
    const values = engine.buffers[layer];
    return values ? [[name, { values: values.slice(), shape: [heads, values.length / heads] }]] : [];
  });
  return Object.fromEntries(found);
}

/**
 * The chosen head's matrix, none while it is not there.
 * @param {Page} page
 * @param {Scene} scene
 * @returns {SavedFigure[]}
 */
function matrixOf(page, scene) {
  const { state, engines } = scene;
  const found = engines[0].matrix(state, state.token, state.start);
  if (!found) return [];
  const { order, fill } = found;
  const values = new Float32Array(order.length * order.length);
  fill(order, order, 0, order.length, values);
  const arrays = { weights: { values, shape: [order.length, order.length] }, tokens: { values: order } };
  const { root, title } = page.matrix.view;
  return [{ name: title.textContent ?? "", element: root, arrays }];
}

/**
 * The opened weight, none while there is none.
 * @param {Page} page
 * @returns {SavedFigure[]}
 */
function openedOf({ cell: { root, title, opened } }) {
  if (root.hidden || !opened) return [];
  const { q, k, products, weights } = opened.weight;
  const vectors = Object.entries({ q, k, products, weights }).map(([name, values]) => [name, { values }]);
  return [{ name: title.textContent ?? "", element: root, arrays: Object.fromEntries(vectors) }];
}
