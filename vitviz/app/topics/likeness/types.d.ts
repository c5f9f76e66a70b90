// What vitviz/app/topics/likeness/part.py sends, and what a person chose.
import type { ExplorerPicture } from "../../../web/explorer/types.d.ts";
import type { Scale, Words } from "../../../web/shared/types.d.ts";

export type Kind = "stream" | "keys" | "queries" | "values";

/**
 * The three directions of a block: `share` (3) of the variance, where each colour begins and ends (`spans`, 3 x 2, the same
 * for both pictures), and `projections` (patches x 3) of this picture. null where a block has no such head.
 */
export type Directions = { share: Float64Array; spans: Float64Array; projections: Float32Array } | null;

/** One picture in one model. */
export type SideData = ExplorerPicture & { directions: Directions[] };

/**
 * The cursor: `token` counts in the map of the block `at` of the picture `side`, `block` is the one that is shown large;
 * `head` is -1 for all heads together.
 */
export type Place = {
  block: number;
  token: number;
  at: number;
  side: number;
  pinned: boolean;
  kind: Kind;
  head: number;
};

/**
 * One or two pictures. `related`: the second is another picture in the same model, and vectors of both can be compared; else
 * it is another model. `directionsOf` says of which kind and head the directions are; `asks` changes when the host wants
 * its own place to be shown.
 */
export type LikenessData = {
  sides: SideData[];
  related: boolean;
  directionsOf: { kind: Kind; head: number };
  place: Place;
  asks: string;
  asked: number;
  limit: number;
  scales: Record<"activation" | "attention", Scale>;
  words: Words;
};
