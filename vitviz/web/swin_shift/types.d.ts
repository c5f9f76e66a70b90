// What the parts of the shift page get from Python, and what they hand to one another.

export type Words = Record<string, string>;
/** A row and a column, of places of the padded map or of patches of the picture. */
export type Place = readonly [row: number, column: number];

export interface GridData {
  height: number;
  width: number;
  window: number;
  rows: number;
  columns: number;
  padded: [height: number, width: number];
  num_windows: number;
}

/** A rectangle of the padded map that stays together: where it lies, where the roll takes it, its window and region. */
export interface Piece {
  top: number;
  left: number;
  height: number;
  width: number;
  toTop: number;
  toLeft: number;
  window: number;
  region: number;
  patches: number;
}

/** A height, a width, and how many windows have them. */
export type Size = [height: number, width: number, count: number];

export interface ShiftData {
  shift: number;
  origins: Int16Array;
  tokens: Int16Array;
  regions: Uint8Array;
  /** One bit for each pair of places, a table for each kind of window. */
  masks: Uint8Array;
  maskOf: number[];
  pieces: number[][];
  sizes: Size[];
  pair: [number, number] | null;
  joined: boolean;
}

export interface WindowsData {
  grid: GridData;
  cells: Int16Array;
  shifts: ShiftData[];
}

/** Attention weights of one window, (heads, M*M, M*M) each. */
export interface Attention {
  window: number;
  shift: number;
  heads: number;
  masked: Float32Array;
  unmasked: Float32Array;
}

export interface Setting {
  block: string;
  height: number;
  width: number;
  window: number;
  shift: number;
  chosen: number;
  sequence: number;
  own?: boolean;
}

export interface Scale {
  light: Uint8Array;
  dark: Uint8Array;
}

export interface LabData extends WindowsData {
  image: string;
  setting: Setting;
  blocks: { name: string; title: string }[];
  limits: { side: number; window: number };
  isOwn: boolean;
  /** Whether nobody can be asked for another map or window size. */
  fixed?: boolean;
  attention: Attention | null;
  masked: number;
  code: Record<string, [text: string, shape: string][]>;
  note: string;
  attentionNote: string;
  hues: string[];
  scales: { attention: Scale; difference: Scale };
  words: Words;
}

/** What every view draws with. */
export interface Theme {
  dark: boolean;
  hues: string[];
  masked: number;
  accent: string;
  second: string;
  ground: string;
  text: string;
  line: string;
  font: string;
  padding: string;
  hatch: string;
  attentionScale: Scale;
  attention: Uint8Array;
  difference: Uint8Array;
}

/** A pattern of one head: its weights from `first` on, and the largest of both patterns, with and without the mask. */
export interface Pattern {
  values: Float32Array;
  first: number;
  high: number;
  key: string;
}

export interface Figure {
  title: string;
  rows: number;
  columns: number;
  boxes: [top: number, left: number, height: number, width: number][];
  facts: [text: string, isShape: boolean][];
}

export interface JourneyData {
  image: string;
  aspect: number;
  figures: Figure[];
  words: Words;
}

export interface MergeData {
  image: string;
  rows: number;
  columns: number;
  height: number;
  width: number;
  neighbours: Int16Array;
  place: [number, number];
  words: Words;
}
