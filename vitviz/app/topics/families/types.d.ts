// What Python sends to the part; see part.py. N tokens of one model, L layers, H heads.
import type { Scale, Words } from "../../../web/shared/types.d.ts";

/** Weights (L, H, rows, columns) of one attention, whose rectangle begins at `row` and `column` of the square. */
export type Attention = { name: string; row: number; column: number; shape: number[]; weights: Float32Array };

/** One model on the words; `word` says which word of the sentence a token is, -1 for the model's own. */
export type Run = {
  family: "encoder" | "decoder" | "both";
  model: string;
  tokens: string[];
  word: number[];
  allowed: Uint8Array;
  attentions: Attention[];
};

/** `token` is a word of the sentence; `head` -1 draws the masks alone. */
export type Choice = { sentence: number; token: number; layer: number; head: number };

export type FamiliesData = {
  runs: { sentence: string; models: Run[] }[];
  choice: Choice;
  words: Words;
  scales: Record<"attention", Scale>;
};
