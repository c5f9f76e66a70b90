// The sandbox: which block, how large the map and the window, and how far they shift.
import { button, choice, labelled, setOptions, slider } from "../shared/controls.js";
import { make } from "../shared/dom.js";

/** @import { LabData, Setting, Words } from "./types.js" */

export class Controls {
  /**
   * @param {HTMLElement} parent
   * @param {{ change: (part: Partial<Setting>) => void, shift: (shift: number, done: boolean) => void }} listeners
   *   `change` is called with what the server has to compute, `shift` while the slider moves and when it is let go
   * @param {Words} words
   */
  constructor(parent, listeners, words) {
    this.listeners = listeners;
    this.root = parent.appendChild(make("div", "vs-controls"));
    const block = choice(this.root, [], (name) => listeners.change({ block: name, own: true }));
    this.block = labelled(this.root, words.block, block, "vs-field");
    this.shift = slider(this.root, words.shift, (shift) => listeners.shift(shift, false), "vs-field");
    this.shift.input.addEventListener("change", () => listeners.shift(Number(this.shift.input.value), true));
    this.window = this.number(words.window, "window");
    this.height = this.number(words.height, "height");
    this.width = this.number(words.width, "width");
    this.own = button(this.root, words.own, () => listeners.change({ own: true }), "vs-button vs-own");
  }

  /**
   * @param {string} label
   * @param {"window" | "height" | "width"} name
   */
  number(label, name) {
    const input = labelled(this.root, label, make("input"), "vs-field");
    Object.assign(input, { type: "number", min: "1" });
    input.addEventListener("keydown", (event) => event.stopPropagation()); // the page has keys of its own
    input.addEventListener("change", () => this.listeners.change({ [name]: Number(input.value) }));
    return input;
  }

  /** @param {LabData} data */
  update({ blocks, setting, limits, isOwn, fixed = false }) {
    setOptions(
      this.block,
      blocks.map(({ name, title }) => [name, title]),
    );
    this.block.value = setting.block;
    this.window.max = String(limits.window);
    this.height.max = this.width.max = String(limits.side);
    this.window.value = String(setting.window);
    this.height.value = String(setting.height);
    this.width.value = String(setting.width);
    this.own.disabled = isOwn;
    /** @type {HTMLElement} */ for (const input of [this.window, this.height, this.width, this.own])
      (input.closest("label") ?? input).style.display = fixed ? "none" : "";
  }

  /**
   * @param {number} shift the chosen one
   * @param {number} count of shifts that there are
   */
  draw(shift, count) {
    this.shift.set(shift, count - 1, String(shift));
    this.shift.input.disabled = count < 2;
  }
}
