import type { Scale, Words } from "../../../web/shared/types.d.ts";

export type ViewName = "attention" | "gru" | "losses" | "ranking";
export type LossName = "cross_entropy" | "binary_cross_entropy" | "bpr" | "top1" | "bpr_max";
export type GateName = "reset" | "update" | "candidate" | "state";
export type ModelName = "sasrec" | "gru4rec";

/** What a person chose; -1 stands for what the page begins with. */
export type Choice = {
  aircraft: number;
  place: number;
  block: number;
  airport: number;
  channel: number;
  count: number;
  seed: number;
  case: number;
  column: number;
  users: number;
  user: number;
  rule: number;
  k: number;
  edits: string;
  loss: LossName;
  others: "drawn" | "batch" | "all";
  gate: GateName;
};

/** What stays: I airports, whose ids begin with 1. */
export type Fixed = {
  codes: string[];
  latitude: Float32Array;
  longitude: Float32Array;
  aircraft: number;
  itemEmbed: Float32Array;
  outWeight: Float32Array;
  outBias: Float32Array;
};

/** N flights as they were, n as they are asked about. */
export type Answer = {
  aircraft: number;
  edits: string;
  given: Int32Array;
  flights: number;
  came: number;
  places: Int32Array;
  items: Int32Array;
  sasrec: {
    scores: Float32Array;
    before: Float32Array;
    weights: Float32Array;
    attnScores: Float32Array;
    q: Float32Array;
    k: Float32Array;
    state: Float32Array;
  };
  gru4rec: { scores: Float32Array; before: Float32Array };
};

/** Gates and states (n, D), and what goes into the gates (n, 3, D). */
export type Gates = Record<GateName | "ofInput" | "ofState", Float32Array>;

/** All airports' probabilities (n, I) without each flight; null where there is only one. */
export type Worth = Record<ModelName, Float32Array | null>;

export type LossParts = {
  cells: Float32Array;
  own: Float32Array;
  share: Float32Array;
  rows: Float32Array;
  divisor: number;
  total: number;
};

/** M aircraft, C columns. */
export type ScoreMatrix = {
  aircraft: number[];
  source: Choice["others"];
  items: Int32Array;
  own: Int32Array;
  others: Uint8Array;
  drawn: Int32Array;
  visited: Uint8Array;
  scores: Float32Array;
  losses: Record<LossName, LossParts>;
};

/** U aircraft, R recommenders, I airports. */
export type Users = {
  aircraft: number[];
  flights: number[];
  last: number[];
  came: number[];
  names: string[];
  scores: Float32Array;
  ranks: Float32Array;
  popular: Float32Array;
  followed: Float32Array;
  own: Int32Array;
  whole: { rows: number; figures: Record<string, number[]> };
};

export type RecommendationData = {
  view: ViewName;
  choice: Choice;
  fixed: Fixed;
  answer: Answer | null;
  gates: Gates | null;
  worth: Worth | null;
  matrix: ScoreMatrix | null;
  users: Users | null;
  words: Words;
  scales: Record<"attention" | "difference" | "activation", Scale>;
};

export type Tables = Record<"attention" | "difference" | "activation", Uint8Array>;

/** What a section draws from. */
export type Shown = { data: RecommendationData; choice: Choice; tables: Tables; dark: boolean };
