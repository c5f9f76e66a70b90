// What Python sends to the parts of the page; see answer.py and page.py. L decoder layers, Q queries, H heads, N places.
import type { Scale } from "../../../web/shared/types.d.ts";
import type { SceneAnswer, SceneData } from "../../../web/scene/types.d.ts";

export type ViewName = "query" | "among" | "matching" | "habits" | "encoder";

/** What one person chose; `head` -1 is the mean of all, `cut` the decoder layers without self-attention. */
export type Choice = {
  query: number;
  layer: number;
  head: number;
  thing: number;
  place: number;
  threshold: number;
  cut: string;
};

export type Matching = {
  ofClass: Float32Array;
  ofL1: Float32Array;
  ofGiou: Float32Array;
  query: Int32Array;
  losses: Float32Array;
  total: number;
  weights: [number, number, number];
};

export type Answers = { probabilities: Float32Array; boxes: Float32Array };

export type Answer = SceneAnswer &
  Answers & {
    cross: Float32Array;
    own: Float32Array;
    constant: { spread: Float32Array; size: Float32Array; gap: number };
    truth: { labels: number[]; things: number[]; boxes: Float32Array };
    matching: Matching;
    cut: (Answers & { layers: number[] }) | null;
    encoder: { q: Float32Array; k: Float32Array } | null;
  };

export type HabitsData = {
  pages: number;
  queries: Int32Array;
  kinds: Int32Array;
  boxes: Float32Array;
  cuts: { layers: number[]; doubles: number; answers: number }[];
};

export type Sizes = {
  layers: number;
  queries: number;
  heads: number;
  classes: number;
  grid: [number, number];
  encoderLayers: number;
  headDim: number;
};

export type DetectionData = SceneData<Answer> & {
  view: ViewName;
  choice: Choice;
  sizes: Sizes;
  habits: HabitsData | null;
  examples: string[];
  scales: Record<"attention" | "difference", Scale>;
};
