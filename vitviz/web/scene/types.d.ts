// Types of the scene's editor and of what is asked about a scene.
import type { Words } from "../shared/types.d.ts";

/** One thing of a scene; places and size are shares of the picture's side, see `vitviz/worlds/scene.py`. */
export type Thing = {
  kind: string;
  x: number;
  y: number;
  size: number;
  angle: number;
  mirrored: boolean;
  seed: number;
};

export type Scene = { seed: number; things: Thing[] };

/** `page_data` of `vitviz/app/scene_answers.py`: a drawn scene. `boxes` are left, top, right, bottom of each thing,
 * `hiders` what stands in front of one that is not asked for, -1 where nothing does. */
export type ScenePage = Scene & {
  text: string;
  size: number;
  picture: Uint8Array;
  boxes: Float32Array;
  asked: boolean[];
  hiders: number[];
};

/** What every answer has; the rest is the task's own. */
export type SceneAnswer = { page: ScenePage };

/** `scene_data` of `vitviz/app/widgets/scene.py`. */
export type SceneData<Answer extends SceneAnswer> = {
  text: string;
  url: string;
  answer: Answer;
  kinds: string[];
  seeds: number;
  most: number;
  words: Words;
};

/** What an editor reports: every change of its scene, and where it was pressed without a drag. */
export type EditorListeners = {
  change: (text: string) => void;
  press: (x: number, y: number) => void;
};
