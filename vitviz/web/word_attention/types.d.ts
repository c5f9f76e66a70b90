// What `attention_over_words` of payload.py and the widget send.
import type { LayerArrays, LayerHeader } from "../explorer/maths.js";
import type { Direction } from "../explorer/types.d.ts";
import type { Scale, Words } from "../shared/types.d.ts";

/** A layer's `v` is (1, H, K, d), `proj` (D, D), which some networks do not have. */
export type LayerData = {
  header: LayerHeader;
  arrays: LayerArrays & { v: Float32Array; proj?: Float32Array };
};

/** `names` of all tokens, the first `read` of which went into the network; a decoder wrote the others. */
export type Attention = { names: string[]; read: number; layers: LayerData[] };

export type WordAttentionData = {
  attention: Attention;
  place: string;
  words: Words;
  scales: Record<"attention" | "activation", Scale>;
};

/** A head by its number, or the mean of all. */
export type Head = number | "mean";

/**
 * What a person chose: `token` looks ("row") or is looked at ("column"), `other` is the second word of an opened weight,
 * -1 for none; with `own` every map has its own scale of colours.
 */
export type Place = {
  layer: number;
  head: Head;
  token: number;
  other: number;
  direction: Direction;
  pinned: boolean;
  own: boolean;
};

/** Tokens from `first` on, `count` of them. */
export type Range = { first: number; count: number };

/** What is drawn: the place, or what the pointer is at in place of it. */
export type Pointed = { token: number; other: number };
