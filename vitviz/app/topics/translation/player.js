// Play, step, back: which step of the translation is shown.
import { button, slider } from "../../../web/shared/controls.js";
import { make, write } from "../../../web/shared/dom.js";
import { filled } from "../../../web/shared/words.js";

/** @import { Words } from "../../../web/shared/types.d.ts" */

const PACE = 700; // milliseconds a step

export class Player {
  /**
   * @param {HTMLElement} root
   * @param {(step: number) => void} go
   */
  constructor(root, go) {
    this.root = root;
    this.go = go;
    root.classList.add("vt-player");
    this.step = 0;
    this.last = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.waiting = undefined;
    /** @type {Words} */
    this.words = {};
  }

  /** @param {Words} words */
  speak(words) {
    this.words = words;
    this.root.replaceChildren();
    const buttons = this.root.appendChild(make("div", "vt-buttons"));
    this.playing = button(buttons, words.play, () => this.toggle(), "vv-tool vt-play");
    this.back = button(buttons, words.back, () => this.by(-1), "vv-tool");
    this.forth = button(buttons, words.forth, () => this.by(1), "vv-tool");
    this.slider = slider(this.root, words.step, (step) => this.jump(step), "vt-slider");
  }

  /**
   * @param {number} step
   * @param {number} last
   * @param {string} reads
   * @param {string} writes
   */
  draw(step, last, reads, writes) {
    this.step = step;
    this.last = last;
    this.slider?.set(step, last, filled(this.words.at, { step, last, reads, writes }));
    if (this.back) this.back.disabled = step <= 0;
    if (this.forth) this.forth.disabled = step >= last;
    if (this.playing) write(this.playing, this.waiting === undefined ? this.words.play : this.words.pause);
  }

  toggle() {
    if (this.waiting === undefined) {
      this.tick(this.step >= this.last ? 0 : this.step + 1);
    } else {
      this.stop();
      this.go(this.step);
    }
  }

  /** @param {number} step */
  tick(step) {
    const more = step < this.last;
    this.waiting = more ? setTimeout(() => this.tick(step + 1), PACE) : undefined;
    this.go(step);
  }

  /** @param {number} by */
  by(by) {
    this.jump(this.step + by);
  }

  /** @param {number} step */
  jump(step) {
    this.stop();
    this.go(Math.max(0, Math.min(this.last, step)));
  }

  stop() {
    clearTimeout(this.waiting);
    this.waiting = undefined;
  }
}
