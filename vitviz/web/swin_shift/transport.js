// Play, step and the scrubber with its eight named stops.
import { button } from "../shared/controls.js";
import { make } from "../shared/dom.js";
import { FRAMES, LAST_FRAME } from "./timeline.js";

/** @import { Words } from "./types.js" */
/** @typedef {{ seek: (t: number) => void, step: (direction: number) => void, play: () => void }} TransportListeners */

const FINE = 0.05;
const PLAY = "\u25b6\ufe0e";
const PAUSE = "\u2759\u2759";
/** @type {Record<string, number>} */
const DIRECTIONS = { ArrowLeft: -1, ArrowDown: -1, PageDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 1 };
/** @type {Record<string, number>} */
const ENDS = { Home: 0, End: LAST_FRAME };

export class Transport {
  /**
   * @param {HTMLElement} parent
   * @param {TransportListeners} listeners
   * @param {Words} words
   */
  constructor(parent, listeners, words) {
    this.listeners = listeners;
    this.words = words;
    this.playing = false;
    this.root = parent.appendChild(make("div", "vs-transport"));
    this.buttons = this.root.appendChild(make("div", "vs-buttons"));
    this.button("\u2759\u25c0\ufe0e", words.back, () => listeners.step(-1));
    this.play = this.button(PLAY, words.play, () => listeners.play());
    this.play.classList.add("vs-play");
    this.button("\u25b6\ufe0e\u2759", words.next, () => listeners.step(1));
    const track = this.root.appendChild(make("div", "vs-track"));
    /** @type {HTMLInputElement} */
    this.range = track.appendChild(make("input"));
    Object.assign(this.range, { type: "range", min: 0, max: LAST_FRAME, step: 0.001, value: 0 });
    this.range.setAttribute("aria-label", words.scrub);
    this.range.addEventListener("input", () => listeners.seek(Number(this.range.value)));
    this.range.addEventListener("keydown", (event) => this.key(event));
    const stops = track.appendChild(make("div", "vs-stops"));
    /** @type {HTMLButtonElement[]} */
    this.stops = FRAMES.map((frame, i) => {
      const stop = button(stops, "", () => listeners.seek(i), "vs-stop");
      stop.append(make("b", "", String(i + 1)), make("span", "", words[`short_${frame}`]));
      return stop;
    });
  }

  /**
   * @param {string} sign
   * @param {string} label
   * @param {() => void} press
   * @returns {HTMLButtonElement}
   */
  button(sign, label, press) {
    const made = button(this.buttons, sign, press, "vs-button");
    made.title = label;
    made.setAttribute("aria-label", label);
    return made;
  }

  /**
   * The scrubber: an arrow goes to the next stop, with shift a little way.
   * @param {KeyboardEvent} event
   */
  key(event) {
    const direction = DIRECTIONS[event.key];
    const end = ENDS[event.key];
    if (!direction && end === undefined && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === " ") this.listeners.play();
    else if (end !== undefined) this.listeners.seek(end);
    else if (event.shiftKey) this.listeners.seek(Number(this.range.value) + direction * FINE);
    else this.listeners.step(direction);
  }

  /**
   * @param {number} t
   * @param {number} frame the nearest one
   * @param {boolean} playing
   */
  draw(t, frame, playing) {
    this.range.value = String(t);
    this.range.setAttribute("aria-valuetext", `${frame + 1} ${this.words[`title_${FRAMES[frame]}`]}`);
    for (const [i, stop] of this.stops.entries()) stop.setAttribute("aria-pressed", String(i === frame));
    if (playing === this.playing) return;
    this.playing = playing;
    this.play.textContent = playing ? PAUSE : PLAY;
    this.play.title = playing ? this.words.pause : this.words.play;
    this.play.setAttribute("aria-label", this.play.title);
  }
}
