// Below the pattern: which head's it is, and whether with the mask.
import { make } from "../../../web/shared/dom.js";

/** @import { Words } from "./types.js" */

export class HeadChoice {
  /**
   * @param {HTMLElement} parent
   * @param {Words} words
   * @param {(choice: { head?: number, withMask?: boolean }) => void} onChoice
   */
  constructor(parent, words, onChoice) {
    this.root = parent.appendChild(make("div", "vs-heads"));
    /** @type {HTMLSelectElement} */
    this.select = this.field(words.head, make("select"));
    this.select.addEventListener("change", () => onChoice({ head: Number(this.select.value) }));
    /** @type {HTMLInputElement} */
    this.check = make("input");
    this.check.type = "checkbox";
    this.check.addEventListener("change", () => onChoice({ withMask: this.check.checked }));
    const toggle = this.root.appendChild(make("label", "vs-field"));
    toggle.append(this.check, make("span", "", words.withMask));
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
   * @param {number} heads how many there are
   * @param {number} head
   * @param {boolean} withMask
   */
  update(heads, head, withMask) {
    const names = Array.from({ length: heads }, (_, number) => make("option", "", String(number)));
    this.select.replaceChildren(...names);
    this.select.value = String(head);
    this.check.checked = withMask;
  }
}
