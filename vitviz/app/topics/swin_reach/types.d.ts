// What the parts of the reach page get from Python, and what they hand to one another.

import type { Figure, Words as ChartWords } from "../../../web/plotly/types.js";
export type Words = Record<string, string>;
/** A step of an arrow key: rows down, columns across. */
export type Step = readonly [down: number, across: number];

export interface Scale {
  light: Uint8Array;
  dark: Uint8Array;
}

export interface TilingData {
  window: number;
  shift: number;
  padded: [rows: number, columns: number];
  tokens: Int32Array;
  regions: Int32Array;
}

export interface MapData {
  rows: number;
  columns: number;
  dim: number;
  /** Pixels a side of what a token covers. */
  cell: number;
  regular: TilingData;
  shifted: TilingData | null;
}

/** A block has a title and a shift, a merging has `parents`; `map` is the number of the map that comes out. */
export interface JourneyStep {
  name: string;
  map: number;
  title?: string;
  shift?: number;
  parents?: Int32Array;
}

export interface JourneyData {
  maps: MapData[];
  steps: JourneyStep[];
}

export interface Picture {
  image: string;
  alt: string;
  width: number;
  height: number;
}

export interface CursorData {
  revision: string;
  /** Raster index of a patch of the picture. */
  patch: number;
  /** Number of a block among all blocks. */
  block: number;
  words: Words;
}

export interface ViewData extends CursorData {
  journey: JourneyData;
  picture: Picture;
}

/** `figure` is that of the sizes after every block, `chart` what its chart says. */
export interface FieldData extends ViewData {
  figure: Figure;
  chart: ChartWords;
}

/** A block's table of biases, (entries, heads), for windows up to `window`, and the number of the block's map. */
export interface TableData {
  window: number;
  heads: number;
  values: Float32Array;
  map: number;
}

export interface ScoresData extends ViewData {
  url: string;
  head: number;
  tables: { blocks: TableData[]; indices: Int32Array[] };
  colours: Record<"activation" | "weight" | "difference" | "attention", Scale>;
}

/** The table of one block, and for every pair of places of a window (K, K) the entry that it reads. */
export interface Table {
  window: number;
  heads: number;
  values: Float32Array;
  index: Int32Array;
}

/** What a pane needs of a map. */
export interface MapSize {
  rows: number;
  columns: number;
  cell: number;
}

export interface LayerData extends MapSize {
  title: string;
  heads: number;
  prefix: string[];
}

export interface SideData {
  title: string;
  url: string;
  layers: LayerData[];
  layer: number;
  head: number;
  picture: Picture;
  /** What of the whole picture this model sees: left, top, right, bottom in its pixels. */
  box: [number, number, number, number];
}

export interface BesideData extends CursorData {
  sides: [SideData, SideData];
  /** Which of the sides `token` belongs to. */
  first: number;
  token: number;
  colours: { attention: Scale };
}

/** A row of numbers, in single or double precision. */
export type Numbers = Float32Array | Float64Array;

/** What the page's parts use of web/explorer/maths.js: one block's q, k and log-sum-exp, and what they make. */
export interface Maths {
  heads: number;
  tokens: number;
  dim: number;
  scale: number;
  prefix: string[];
  /** K: places of a window. */
  reachable: number;
  order: Int32Array;
  regions: Uint8Array | null;
  bias: Float32Array;
  /** What the mask adds to the score of a pair that may not meet. */
  cut: number;
  q: Float32Array;
  k: Float32Array;
  lse: Float32Array;
  base(window: number, head: number): number;
  isCut(i: number, j: number): boolean;
  weights(head: number, token: number, direction: "row", out: Float64Array): void;
  allHeads(token: number, direction: "row", out: Float64Array): void;
  score(at: { head: number; row: number; column: number; window: number; query: number; key: number }): {
    scaled: number;
    bias: number;
    mask: number | null;
    score: number;
  };
}

/** A fetched payload, kept while it is looked at. */
export interface Source {
  url: string;
  get(path: string): Promise<Maths>;
  peek(path: string): Maths | undefined;
  close(): void;
}
