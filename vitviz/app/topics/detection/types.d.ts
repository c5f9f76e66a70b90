// What Python sends to the parts of the page; see answer.py and page.py. L decoder layers, Q queries, H heads, N places.
import type { Scale } from "../../../web/shared/types.d.ts";
import type { ExplorerData, ExplorerPicture } from "../../../web/explorer/types.d.ts";
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

/** `explored` of encoder.py: the encoder's layers, and every payload that the explorer fetches under its path. */
export type EncoderAnswer = Pick<ExplorerPicture, "model" | "modelTitle" | "layers" | "rollout"> & {
  payloads: Record<string, Uint8Array<ArrayBuffer>>;
};

export type Answer = SceneAnswer &
  Answers & {
    cross: Float32Array;
    own: Float32Array;
    constant: { spread: Float32Array; size: Float32Array; gap: number };
    truth: { labels: number[]; things: number[]; boxes: Float32Array };
    matching: Matching;
    cut: (Answers & { layers: number[] }) | null;
    encoder: EncoderAnswer | null;
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
  stride: number;
  field: number;
};

export type DetectionData = SceneData<Answer> & {
  view: ViewName;
  choice: Choice;
  sizes: Sizes;
  habits: HabitsData | null;
  examples: string[];
  explorer: Pick<ExplorerData, "second" | "defaults" | "limit" | "asked" | "scales" | "words">;
  scales: Record<"attention" | "difference", Scale>;
};
