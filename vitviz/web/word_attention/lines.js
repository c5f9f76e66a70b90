// The words as they stand one behind another, each with its weight below it.
import { make, write } from "../shared/dom.js";
import { hundredths } from "./wording.js";

/** @import { MaskedShades } from "./shades.js" */
/** @typedef {{ hover: (token: number) => void, leave: () => void, choose: (token: number) => void }} LineEvents */
/** @typedef {{ button: HTMLButtonElement, weight: HTMLElement, drawn: string }} Word */

/** A row of words, which are tokens from `first` on. */
export class WordLine {
  /**
   * @param {HTMLElement} parent
   * @param {LineEvents} events
   */
  constructor(parent, events) {
    this.events = events;
    this.first = 0;
    this.names = "";
    /** @type {Word[]} */
    this.words = [];
    this.root = parent.appendChild(make("div", "wa-line"));
    this.label = this.root.appendChild(make("div", "wa-label"));
    this.list = this.root.appendChild(make("div", "wa-words"));
    this.list.tabIndex = 0;
    this.list.setAttribute("role", "application");
    this.list.addEventListener("pointerleave", () => events.leave());
  }

  /**
   * @param {string[]} names
   * @param {number} first
   * @param {string} label
   */
  show(names, first, label) {
    write(this.label, label);
    this.list.setAttribute("aria-label", `${label}: ${names.join(" ")}`);
    this.first = first;
    const text = JSON.stringify(names);
    if (text === this.names) return;
    this.names = text;
    this.words = names.map((name, at) => this.word(name, at));
    this.list.replaceChildren(...this.words.map(({ button }) => button));
  }

  /**
   * @param {string} name
   * @param {number} at
   * @returns {Word}
   */
  word(name, at) {
    const button = make("button", "wa-word");
    button.type = "button";
    button.tabIndex = -1; // the arrow keys go from word to word
    button.append(make("span", "wa-name", name));
    const weight = button.appendChild(make("span", "wa-weight"));
    button.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse") this.events.hover(this.first + at);
    });
    button.addEventListener("click", () => this.events.choose(this.first + at));
    return { button, weight, drawn: "" };
  }

  /**
   * Shade the words by their weights; without `weights` they stand plain.
   * @param {((token: number) => number) | null} weights
   * @param {MaskedShades} shades
   * @param {{ own: number, other: number, pinned: boolean }} marks tokens, -1 for none
   */
  paint(weights, shades, { own, other, pinned }) {
    for (const [at, word] of this.words.entries()) {
      const token = this.first + at;
      const value = weights ? weights(token) : null;
      const text = value === null ? "" : Number.isNaN(value) ? "\u2014" : hundredths(value);
      const drawn = [value, shades.high, token === own, token === other, pinned].join();
      if (drawn === word.drawn) continue;
      word.drawn = drawn;
      write(word.weight, text || "\u00a0");
      const { css, ink } = value === null ? { css: "", ink: "" } : shades.styleOf(value);
      word.button.style.background = css;
      word.button.style.color = ink;
      word.button.classList.toggle("wa-masked", Number.isNaN(value));
      word.button.classList.toggle("wa-own", token === own);
      word.button.classList.toggle("wa-other", token === other);
      write(word.button, null, { "aria-pressed": token === own && pinned });
    }
  }
}
