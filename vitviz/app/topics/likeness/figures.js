// What a person saves of the likeness page: every map with its cosines and directions, and the shown block's as a table.
import { arraysIn } from "../../../web/shared/save_figure.js";
import { comparedText, tokenName } from "./wording.js";

/** @import { SavedArray } from "../../../web/shared/types.d.ts" */
/** @import { Cursor } from "./cursor.js" */
/** @import { Side } from "./side.js" */
/** @import { LikenessData } from "./types.d.ts" */

/**
 * @param {LikenessData} data
 * @param {Cursor} cursor
 * @param {Side[]} sides
 * @param {Element} rows the small maps of all blocks
 */
export function figuresOf(data, cursor, sides, rows) {
  /** @type {Record<string, SavedArray>} */
  const arrays = {};
  for (const [i, side] of sides.entries())
    for (const [block, { values }] of side.maps.entries()) {
      const { prefix, rows, columns, name } = data.sides[i].layers[block];
      if (values) arrays[`${i}.${name}.cosine`] = { values: values.slice(prefix.length), shape: [rows, columns] };
    }
  const known = data.directionsOf.kind === cursor.place.kind && data.directionsOf.head === cursor.head;
  const directions = data.sides.map((side) => side.directions);
  if (known) Object.assign(arrays, arraysIn(directions, "directions"));
  const { query } = cursor;
  const token = tokenName(query.token, data.sides[query.side].layers[cursor.blockOf(query.side)]);
  const title = `${data.words.token} ${token} \u00b7 ${comparedText(cursor.place, data.words)}`;
  const tables = sides.map((side, i) => {
    const block = cursor.blockOf(i);
    const { prefix, rows, columns, name } = data.sides[i].layers[block];
    const patches = Array.from({ length: rows * columns }, (_, patch) => patch);
    const table = {
      row: patches.map((patch) => Math.floor(patch / columns)),
      column: patches.map((patch) => patch % columns),
      cosine: patches.map((patch) => side.maps[block].values?.[prefix.length + patch] ?? null),
    };
    return { name: `${title} \u00b7 ${name} \u00b7 ${side.name}`, element: side.root, table };
  });
  return [...tables, { name: `${title} \u00b7 ${data.words.allBlocks}`, element: rows, arrays }];
}
