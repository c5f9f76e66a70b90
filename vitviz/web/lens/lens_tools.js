// Probabilities or logits, and what the colours of probabilities span.
import { segments } from "../shared/controls.js";
import { make } from "../shared/dom.js";

/** @import { Mode } from "./numbers.js" */
/**
 * @typedef {{ mode: Mode, whole: boolean | null }} Quantity `whole`: colours from 0 to 1, else up to the largest; null until
 * somebody chooses: then by what is there
 */

/** @type {Mode[]} */
const MODES = ["p", "z"];

export class LensTools {
  /**
   * @param {HTMLElement} root
   * @param {(quantity: Partial<Quantity>) => void} change
   */
  constructor(root, change) {
    this.root = root;
    this.change = change;
    this.words = ""; // of the buttons that are there; they stay in the same language, and keep the focus
    /** @type {ReturnType<LensTools["build"]> | undefined} */
    this.made = undefined;
  }

  /**
   * @param {{ mode: Mode, whole: boolean }} quantity
   * @param {Record<string, string>} words
   */
  show({ mode, whole }, words) {
    const listed = [words.probability, words.logit, words.scale, words.whole, words.largest].join("\n");
    if (!this.made || this.words !== listed) this.made = this.build(words);
    this.words = listed;
    this.made.modes.set(MODES.indexOf(mode));
    this.made.scales.set(whole ? 0 : 1);
    this.made.scale.hidden = mode !== "p";
  }

  /** @param {Record<string, string>} words */
  build(words) {
    this.root.replaceChildren();
    const names = [words.probability, words.logit];
    const modes = segments(this.root, names.join(", "), names, (at) => this.change({ mode: MODES[at] }));
    const scale = this.root.appendChild(make("div", "vl-scale"));
    scale.append(make("span", "", words.scale));
    const ends = [words.whole, words.largest];
    const scales = segments(scale, words.scale, ends, (at) => this.change({ whole: at === 0 }));
    return { modes, scale, scales };
  }
}
