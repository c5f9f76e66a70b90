// The buttons and the slider above the drawing of a reduction, and the places for words and drawing below them.
import { button } from "../../../web/shared/controls.js";
import { make } from "../../../web/shared/dom.js";

/** @import { Mode } from "./reduction_words.js" */
/**
 * `seek` is called with a time in steps, `step` with -1 or 1.
 * @typedef {{ toggle: () => void, step: (by: number) => void, seek: (time: number) => void,
 *   mode: (mode: Mode) => void }} Listeners
 */

const [PLAY, PAUSE] = ["\u25b6\ufe0e", "\u2759\u2759"];
/** @type {Mode[]} */
const MODES = ["sum", "moments"];
/** @type {Record<string, number>} */
const TIME_STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };

export class ReductionControls {
  /**
   * @param {HTMLElement} root
   * @param {Listeners} listeners
   */
  constructor(root, listeners) {
    const bar = root.appendChild(make("div", "vr-bar"));
    const buttons = bar.appendChild(make("span", "vr-group"));
    this.back = button(buttons, "\u2759\u25c0\ufe0e", () => listeners.step(-1));
    this.play = button(buttons, PLAY, listeners.toggle, "vr-play");
    this.next = button(buttons, "\u25b6\ufe0e\u2759", () => listeners.step(1));
    this.range = bar.appendChild(make("input"));
    Object.assign(this.range, { type: "range", min: 0, step: 0.01 });
    this.range.addEventListener("input", () => listeners.seek(Number(this.range.value)));
    this.range.addEventListener("keydown", (event) => {
      event.stopPropagation(); // the page has hotkeys of its own
      const by = TIME_STEPS[event.key];
      if (!by) return;
      event.preventDefault();
      listeners.step(by);
    });
    const group = bar.appendChild(make("span", "vr-group"));
    this.modes = MODES.map((mode) => ({ mode, button: button(group, "", () => listeners.mode(mode)) }));
    this.caption = root.appendChild(make("p", "vr-caption"));
    this.caption.setAttribute("aria-live", "polite");
    this.readout = root.appendChild(make("div", "vv-readout vr-read"));
    this.readout.setAttribute("role", "status");
    this.scroll = root.appendChild(make("div", "vr-scroll"));
    this.scroll.tabIndex = 0;
    this.scroll.setAttribute("role", "application");
    /** @type {Record<string, string>} */
    this.words = {};
  }

  /**
   * In the person's language, for so many steps.
   * @param {Record<string, string>} words
   * @param {number} steps
   */
  write(words, steps) {
    this.words = words;
    this.back.setAttribute("aria-label", words.back);
    this.next.setAttribute("aria-label", words.next);
    this.range.setAttribute("aria-label", words.scrub);
    this.range.max = String(steps);
    this.scroll.setAttribute("aria-label", words.label);
    for (const { mode, button } of this.modes) button.textContent = words[mode];
  }

  /** @param {boolean} playing */
  showPlaying(playing) {
    this.play.textContent = playing ? PAUSE : PLAY;
    this.play.setAttribute("aria-label", (playing ? this.words.pause : this.words.play) ?? "");
  }

  /** @param {Mode} chosen */
  showMode(chosen) {
    for (const { mode, button } of this.modes) button.setAttribute("aria-pressed", String(mode === chosen));
  }

  /**
   * @param {number} time in steps
   * @param {string} text what happens then
   */
  showTime(time, text) {
    this.range.value = String(time);
    this.range.setAttribute("aria-valuetext", text);
    if (this.caption.textContent !== text) this.caption.textContent = text;
  }
}
