// What the view shows as figures that can be saved, each with its weights.
import { namesOf } from "./elements.js";
import { mapName } from "./wording.js";

/** @import { SavedArray, SavedFigure } from "../shared/types.d.ts" */
/** @import { Elements } from "./elements.js" */
/** @import { Layers } from "./layers.js" */
/** @import { Place } from "./types.d.ts" */

/**
 * The chosen map, the words, the small maps, and the opened weight.
 * @param {Elements} elements
 * @param {Layers} layers
 * @param {Place} place
 * @returns {SavedFigure[]}
 */
export function figuresOf({ matrix, lines, maps, cell, words }, layers, place) {
  const layer = layers.layers[place.layer];
  const { values, rows, columns } = layer.matrix(place.head);
  const map = {
    weights: { values, shape: [rows, columns] },
    queries: { values: namesOf(layers.names, layer.queries) },
    keys: { values: namesOf(layers.names, layer.keys) },
  };
  const figures = [
    { name: mapName(layers, place, words), element: matrix.stage, arrays: map },
    { name: lines[0].label.textContent ?? "", element: lines[0].list },
    { name: words.maps, element: maps.view.root, arrays: allMaps(layers) },
  ];
  if (cell.root.hidden || !cell.opened) return figures;
  const { q, k, products, weights } = cell.opened.weight;
  const vectors = Object.entries({ q, k, products, weights }).map(([name, found]) => [name, { values: found }]);
  return [...figures, { name: cell.title.textContent ?? "", element: cell.root, arrays: Object.fromEntries(vectors) }];
}

/**
 * The weights of every head of every layer.
 * @param {Layers} layers
 * @returns {Record<string, SavedArray>}
 */
function allMaps({ layers }) {
  const all = layers.flatMap((layer) =>
    Array.from({ length: layer.heads }, (_, head) => {
      const { values, rows, columns } = layer.matrix(head);
      return [`${layer.name}.head${head}`, { values, shape: [rows, columns] }];
    }),
  );
  return Object.fromEntries(all);
}
