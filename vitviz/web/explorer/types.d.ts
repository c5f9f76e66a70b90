// Types of the explorer's data, as vitviz/web/explorer/describe.py and defaults.py write them.
import type { Scale, Words } from "../shared/types.d.ts";
import type { Engine } from "./engine.js";
import type { Setting } from "./state.js";

export type Direction = "row" | "column";
export type Aggregate = "mean" | "max" | "rollout";

/** A head by its number, or what stands for all heads. */
export type Head = number | Aggregate;

/** One map: a head of a layer. */
export type Choice = { layer: number; head: Head };

/** A map's tokens: prefix tokens first, then patches row by row. */
export type TokenMap = { prefix: readonly string[]; rows: number; columns: number };

/** A block; `window` is null for a ViT. `kept` are the heads whose numbers are there, where they are not all. */
export type LayerInfo = TokenMap & {
  name: string;
  heads: number;
  window: number | null;
  shift: number;
  kept?: readonly number[];
};

/** What a person chose. */
export type State = Choice & {
  token: number;
  pinned: boolean;
  /** Tokens chosen as one query, in order; none as a rule. */
  region: number[];
  /** Whether the region's attention is averaged; else its tokens are looked at one by one. */
  together: boolean;
  direction: Direction;
  scale: "shared" | "token" | "map";
  log: boolean;
  opacity: number;
  smooth: boolean;
  order: "layer" | "entropy" | "distance";
  start: number;
  second: Choice | null;
};

/** The picture as the model sees it; `aspect` is width / height. */
export type PictureInfo = { image: string; alt: string; aspect: number };

/** One picture in one model; `starts` are the layers from which there is a rollout, where they are not all. */
export type ExplorerPicture = {
  revision: string;
  url: string;
  model: string;
  modelTitle: string;
  name: string;
  picture: PictureInfo;
  layers: LayerInfo[];
  rollout: boolean;
  starts?: readonly number[];
};

/** All that the explorer is mounted with. */
export type ExplorerData = ExplorerPicture & {
  second: ExplorerPicture | null;
  state: Partial<State>;
  defaults: State;
  limit: number;
  asked: number;
  /** another text when the host wants `state` to be shown, whatever a person chose since */
  asks?: string;
  scales: Record<string, Scale>;
  words: Words;
};

export type Fetcher = (path: string) => Promise<Response>;

/** What the explorer calls of its host. */
export type ExplorerEvents = { state?: (state: State) => void; need?: () => void; fetcher?: Fetcher };

/** Colours of lines and text in the page's theme. */
export type Ink = {
  text: string;
  faint: string;
  middle: string;
  ground: string;
  accent: string;
  second: string;
  font: string;
};

/** The page's theme: pixels of the two scales, and the ink. */
export type Theme = { dark: boolean; attention: Uint32Array; activation: Uint32Array; ink: Ink };

/** A map's weights: `values` from `offset` on, `tokens` of them. */
export type WeightMap = { values: Float32Array; offset: number; tokens: number };

/**
 * All that a frame is drawn from. `engines` has one for each picture, `other` is the second token of a pair, `problem`
 * and `hint` are sentences or empty.
 */
export type Scene = {
  data: ExplorerData;
  engines: Engine[];
  aggregates: readonly Aggregate[];
  setting: Setting;
  state: State;
  other: number | null;
  problem: string;
  hint: string;
  /** Whether the pointer paints the region. */
  painting: boolean;
};

/** What a button of the toolbar asks for: a second pane or none, or a file. */
export type Act = "split" | "join" | "brush" | "clear" | "png" | "svg" | "npz";

/** What a person does on the maps, by pointer, keyboard or toolbar. */
export type Actions = {
  change(part: Partial<State>): void;
  act(name: Act): void;
  hover(token: number): void;
  leave(): void;
  choose(token: number): void;
  chooseMap(choice: Choice, second: boolean): void;
  changeSecond(part: Partial<Choice>): void;
  hoverPair(i: number, j: number): void;
  choosePair(i: number, j: number): void;
  escape(): void;
  readonly painting: boolean;
  paint(token: number, first: boolean): void;
  step(by: number): void;
  key(event: KeyboardEvent): void;
};
