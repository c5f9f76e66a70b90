// Sentences: places filled in, bold parts, and what a screen reader is told.
import { make } from "./dom.js";
import { formatted } from "./format.js";

const SPOKEN_AFTER = 350; // milliseconds that a cursor rests before a screen reader is told where it is

/**
 * "{y:.4g} of {name}" with its places filled in, numbers by the format behind the colon. Other places stay.
 * @param {string} sentence
 * @param {Record<string, any>} values
 */
export function filled(sentence, values) {
  return sentence.replace(/\{(\w+)(?::([^}]*))?\}/g, (place, name, spec = "") => {
    const value = values[name];
    if (value === undefined || value === null) return place;
    return typeof value === "number" ? formatted(value, spec) : String(value);
  });
}

/**
 * Fill an element with a sentence whose parts between ** are bold.
 * @param {Element} element
 * @param {string} sentence
 */
export function setBold(element, sentence) {
  element.replaceChildren(...sentence.split("**").map((text, i) => (i % 2 ? make("b", "", text) : text)));
}

/** A sentence that nobody sees and a screen reader reads once the cursor rests. */
export class Announcer {
  /** @param {Element} parent */
  constructor(parent) {
    this.element = parent.appendChild(make("div", "vv-announcer"));
    this.element.setAttribute("role", "status");
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.waiting = undefined;
  }

  /** @param {string} sentence */
  announce(sentence) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      this.element.textContent = sentence;
    }, SPOKEN_AFTER);
  }

  destroy() {
    clearTimeout(this.waiting);
    this.element.remove();
  }
}
