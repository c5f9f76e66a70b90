// The controls of a scene's editor: the slider of pages, what can be added, what can be done with the chosen thing.
import { button, segments, slider } from "../shared/controls.js";
import { make } from "../shared/dom.js";

/** @import { Book } from "./editor.js" */
/**
 * @typedef {object} ToolListeners
 * @property {(seed: number) => void} seed
 * @property {(kind: string) => void} add
 * @property {(factor: number) => void} size
 * @property {() => void} mirror
 * @property {() => void} remove
 * @property {(fine: boolean) => void} fine
 */

const GROWS = 1.15;

export class SceneTools {
  /**
   * @param {HTMLElement} root
   * @param {ToolListeners} listeners
   */
  constructor(root, listeners) {
    this.root = root;
    this.listeners = listeners;
    /** @type {Book | null} */
    this.book = null;
    this.seed = 0;
    this.fine = true;
  }

  /**
   * Build the controls in the language of the words.
   * @param {Book} book
   */
  speak(book) {
    if (this.book?.words.add === book.words.add && this.slider) return;
    this.book = book;
    const { words, kinds } = book;
    const { listeners } = this;
    this.slider = slider(make("div"), words.page, (seed) => listeners.seed(seed), "vsc-seed");
    const adding = make("div", "vsc-row");
    adding.append(make("span", "vsc-label", words.add));
    this.kinds = kinds.map((kind) => button(adding, words[`kind.${kind}`], () => listeners.add(kind), "vsc-button"));
    const doing = make("div", "vsc-row");
    this.chosen = doing.appendChild(make("span", "vsc-label"));
    this.chosen.setAttribute("role", "status");
    this.acts = [
      button(doing, words.larger, () => listeners.size(GROWS), "vsc-button"),
      button(doing, words.smaller, () => listeners.size(1 / GROWS), "vsc-button"),
      button(doing, words.mirror, () => listeners.mirror(), "vsc-button"),
      button(doing, words.remove, () => listeners.remove(), "vsc-button"),
    ];
    const drawn = make("div", "vsc-row");
    const how = segments(drawn, words.how, [words.sharp, words.pixels], (index) => this.draw(index === 0));
    this.how = how;
    how.set(this.fine ? 0 : 1);
    this.root.replaceChildren(this.slider.root, adding, doing, drawn);
  }

  /** @param {boolean} fine */
  draw(fine) {
    this.fine = fine;
    this.how?.set(fine ? 0 : 1);
    this.listeners.fine(fine);
  }

  /**
   * @param {string} text the scene's
   * @param {string} chosen what is said of the chosen thing
   * @param {number} things
   * @param {number} most
   */
  show(text, chosen, things, most) {
    if (!this.book || !this.slider) return;
    const random = /^\d+$/.test(text);
    if (random) this.seed = Number(text);
    const said = random ? text : this.book.words.changed;
    this.slider.set(this.seed, Math.max(this.book.seeds - 1, this.seed), said);
    if (this.chosen && this.chosen.textContent !== chosen) this.chosen.textContent = chosen;
    for (const each of this.kinds ?? []) each.disabled = things >= most;
    for (const each of this.acts ?? []) each.disabled = things === 0;
  }
}
