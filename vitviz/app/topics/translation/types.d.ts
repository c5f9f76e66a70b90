// What Python sends to the parts of the page; see answer.py and page.py.
// S tokens read, T tokens written, L layers, H heads, d channels of a head, D of the stream.
import type { Scale, Words } from "../../../web/shared/types.d.ts";
import type { WordAttentionData } from "../../../web/word_attention/types.d.ts";

/** Decoder attention: over the memory, or over what was written. */
export type AttentionName = "cross" | "own";

/** What one person chose; `step` -1 is the last one, `head` -1 the mean of all, `key` -1 the largest weight's token. */
export type Choice = { step: number; layer: number; head: number; key: number; attention: AttentionName };

/** state -> word -> next state */
export type Arrows = Record<string, Record<string, string>>;

export type Grammar = { arrows: Arrows; start: string; end: string };

/** One attention of all layers: weights (L, H, T, keys), q (L, H, T, d), k and v (L, H, keys, d). */
export type AttentionArrays = { pattern: Float32Array; q: Float32Array; k: Float32Array; v: Float32Array };

/** What a piece translates: places of words; `begins` if it begins what does. */
export type Counterpart = { words: number[]; begins: boolean };

/** `HeadHabit` of alignment.py. */
export type Habit = { aligned: number; words: number; resting: number; needless: number; rest: number };

export type Answer = {
  text: string;
  words: string[];
  pieces: string[];
  reference: string[];
  right: boolean;
  heldOut: boolean;
  gap: number;
  likeliest: string[][];
  shares: Float32Array;
  scores: Float32Array;
  memory: number[];
  kept: number[][];
  counterparts: Counterpart[];
  crossings: number;
  habits: Habit[][] | null;
  lengths: Float32Array;
  encoder: Float32Array;
  cross: AttentionArrays;
  own: AttentionArrays;
};

export type TranslationData = {
  all: WordAttentionData | null;
  layers: number;
  heads: number;
  answer: Answer;
  choice: Choice;
  grammar: Grammar;
  examples: string[];
  elsewhere: { sentences: number; heads: Habit[][] } | null;
  projections: Record<AttentionName, Float32Array>;
  figures: Partial<Record<"sentences" | "exact" | "held_out", number>>;
  words: Words;
  opened: { words: Words };
  scales: Record<"attention" | "activation", Scale>;
};

/** The sizes of an answer's arrays. */
export type Sizes = { layers: number; heads: number; read: number; written: number; dim: number };

/** What the drawings of one frame are made from; `piece` is the one whose ribbons stand out, -1 if all do. */
export type Shown = {
  data: TranslationData;
  answer: Answer;
  sizes: Sizes;
  choice: Choice;
  step: number;
  piece: number;
  map: Float32Array;
  words: Words;
};
