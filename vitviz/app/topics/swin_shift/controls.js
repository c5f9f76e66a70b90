// The sandbox: which block, how large the map and the window, and how far they shift.
import { make } from "../../../web/shared/dom.js";

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
    /** @type {HTMLSelectElement} */
    this.block = this.field(words.block, make("select"));
    this.block.addEventListener("change", () => listeners.change({ block: this.block.value, own: true }));
    this.shift = this.input(words.shift, "range");
    this.shift.addEventListener("input", () => listeners.shift(Number(this.shift.value), false));
    this.shift.addEventListener("change", () => listeners.shift(Number(this.shift.value), true));
    this.shiftValue = make("output", "vs-mono");
    this.shift.after(this.shiftValue);
    this.window = this.number(words.window, "window");
    this.height = this.number(words.height, "height");
    this.width = this.number(words.width, "width");
    /** @type {HTMLButtonElement} */
    this.own = this.root.appendChild(make("button", "vs-button vs-own", words.own));
    this.own.type = "button";
    this.own.addEventListener("click", () => listeners.change({ own: true }));
  }

  /**
   * @template {HTMLElement} T
   * @param {string} label
   * @param {T} control
   * @returns {T}
   */
  field(label, control) {
    const field = this.root.appendChild(make("label", "vs-field"));
    field.append(make("span", "", label), control);
    return control;
  }

  /**
   * @param {string} label
   * @param {string} type
   * @returns {HTMLInputElement}
   */
  input(label, type) {
    /** @type {HTMLInputElement} */
    const input = this.field(label, make("input"));
    input.type = type;
    input.addEventListener("keydown", (event) => event.stopPropagation()); // the page has keys of its own
    return input;
  }

  /**
   * @param {string} label
   * @param {"window" | "height" | "width"} name
   */
  number(label, name) {
    const input = this.input(label, "number");
    input.min = "1";
    input.addEventListener("change", () => this.listeners.change({ [name]: Number(input.value) }));
    return input;
  }

  /** @param {LabData} data */
  update({ blocks, setting, limits, isOwn }) {
    this.block.replaceChildren(
      ...blocks.map(({ name, title }) => {
        /** @type {HTMLOptionElement} */
        const option = make("option", "", title);
        option.value = name;
        return option;
      }),
    );
    this.block.value = setting.block;
    this.window.max = String(limits.window);
    this.height.max = this.width.max = String(limits.side);
    this.window.value = String(setting.window);
    this.height.value = String(setting.height);
    this.width.value = String(setting.width);
    this.own.disabled = isOwn;
  }

  /**
   * @param {number} shift the chosen one
   * @param {number} count of shifts that there are
   */
  draw(shift, count) {
    this.shift.max = String(count - 1);
    this.shift.value = String(shift);
    this.shift.disabled = count < 2;
    this.shiftValue.textContent = String(shift);
  }
}
