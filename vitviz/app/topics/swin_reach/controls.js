// What every part of the page uses: sliders and buttons, keys, a voice for screen readers, the life of a part.
import { make } from "../../../web/shared/dom.js";

/** @import { Step } from "./types.js" */

const SPOKEN_AFTER = 350; // milliseconds that a cursor rests before a screen reader is given where it is
const SENT_AFTER = 250; // milliseconds until the host is sent a choice, so that held keys make one message
/** @type {Record<string, Step>} */
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
/** @type {Record<string, number>} */
const TURNS = { PageUp: -1, PageDown: 1 };
/** @type {Record<string, number>} */
const BRACKETS = { "[": -1, "]": 1 };

/**
 * A labelled slider; `show(value, max, text)` sets it and what stands beside it.
 * @param {HTMLElement} parent
 * @param {string} label
 * @param {(value: number) => void} onValue
 */
export function slider(parent, label, onValue) {
  const root = parent.appendChild(make("label", "wr-slider"));
  root.append(make("span", "wr-slider-label", label));
  /** @type {HTMLInputElement} */
  const input = root.appendChild(make("input"));
  Object.assign(input, { type: "range", min: "0", step: "1" });
  const text = root.appendChild(make("output", "wr-slider-text"));
  input.addEventListener("input", () => onValue(Number(input.value)));
  // The page has hotkeys of its own.
  input.addEventListener("keydown", (event) => event.stopPropagation());
  /**
   * @param {number} value
   * @param {number} max
   * @param {string} words
   */
  const show = (value, max, words) => {
    input.max = String(max);
    input.value = String(value);
    input.setAttribute("aria-valuetext", words);
    text.textContent = words;
  };
  return { root, input, show };
}

/**
 * A choice of a few, one of which holds.
 * @param {HTMLElement} parent
 * @param {string} label
 * @param {string[]} names
 * @param {(number: number) => void} onChoice
 */
export function segments(parent, label, names, onChoice) {
  const root = parent.appendChild(make("div", "wr-segments"));
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", label);
  const buttons = names.map((name, i) => {
    /** @type {HTMLButtonElement} */
    const one = root.appendChild(make("button", "", name));
    one.type = "button";
    one.addEventListener("click", () => onChoice(i));
    return one;
  });
  /** @param {number} at */
  const show = (at) => {
    for (const [i, one] of buttons.entries()) one.setAttribute("aria-pressed", String(i === at));
  };
  return { root, show };
}

/** Gives a screen reader a sentence once the cursor rests. */
export class Voice {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.element = parent.appendChild(make("div", "wr-live"));
    this.element.setAttribute("role", "status");
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.waiting = undefined;
  }

  /** @param {string} sentence */
  say(sentence) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      this.element.textContent = sentence;
    }, SPOKEN_AFTER);
  }

  end() {
    clearTimeout(this.waiting);
    this.element.remove();
  }
}

/**
 * What a key asks for on these parts: `step` of an arrow, `turn` of Page Up and Down, `bracket` of [ and ].
 * @param {KeyboardEvent} event
 */
export function asked(event) {
  const isFree = !event.ctrlKey && !event.metaKey && !event.altKey;
  return {
    step: isFree ? MOVES[event.key] : undefined,
    turn: TURNS[event.key] ?? 0,
    bracket: BRACKETS[event.key] ?? 0,
  };
}

/**
 * The event is answered: neither the page nor the browser shall act on it too.
 * @param {Event} event
 */
export function taken(event) {
  event.preventDefault();
  event.stopPropagation();
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export const within = (value, low, high) => Math.min(high, Math.max(low, value));

/**
 * What of a host a part calls: `choice` with numbers that a person chose, `need` when payloads are gone.
 * @callback Send
 * @param {"choice" | "need"} name
 * @param {Record<string, number> | number} value
 * @returns {void}
 */

/** What is the same in every part: it draws in the next frame, again in another width, and sends choices after a while. */
export class Surface {
  /**
   * @param {HTMLElement} element
   * @param {Send} send
   * @param {() => void} render draws everything; called in an animation frame, and only while the part is visible
   */
  constructor(element, send, render) {
    this.send = send;
    this.render = render;
    this.root = element.appendChild(make("div", "wr"));
    this.voice = new Voice(element);
    /** @type {number | null} */
    this.frame = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.waiting = undefined;
    this.watcher = new ResizeObserver(() => this.draw());
    this.watcher.observe(this.root);
  }

  /** Draw soon; many calls before the next frame are one. */
  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this.root.clientWidth) this.render();
    });
  }

  /**
   * Send what was chosen, once the keys rest.
   * @param {Record<string, number>} choice
   */
  choose(choice) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.send("choice", choice), SENT_AFTER);
  }

  /** Ask the host for payloads that are gone. */
  need() {
    this.send("need", Date.now());
  }

  /** The accent colour of the page's style sheet. */
  get accent() {
    return getComputedStyle(this.root).getPropertyValue("--wr-accent");
  }

  destroy() {
    this.watcher.disconnect();
    this.voice.end();
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    clearTimeout(this.waiting);
    this.root.remove();
  }
}
