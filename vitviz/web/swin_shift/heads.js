// Below the pattern: which head's it is, and whether with the mask.
import { choice, labelled, setOptions } from "../shared/controls.js";
import { make } from "../shared/dom.js";

/** @import { Words } from "./types.js" */

export class HeadChoice {
  /**
   * @param {HTMLElement} parent
   * @param {Words} words
   * @param {(choice: { head?: number, withMask?: boolean }) => void} onChoice
   */
  constructor(parent, words, onChoice) {
    this.root = parent.appendChild(make("div", "vs-heads"));
    const heads = choice(this.root, [], (head) => onChoice({ head: Number(head) }));
    this.select = labelled(this.root, words.head, heads, "vs-field");
    this.check = make("input");
    this.check.type = "checkbox";
    this.check.addEventListener("change", () => onChoice({ withMask: this.check.checked }));
    const toggle = this.root.appendChild(make("label", "vs-field"));
    toggle.append(this.check, make("span", "", words.withMask));
  }

  /**
   * @param {number} heads how many there are
   * @param {number} head
   * @param {boolean} withMask
   */
  update(heads, head, withMask) {
    setOptions(
      this.select,
      Array.from({ length: heads }, (_, number) => [String(number), String(number)]),
    );
    this.select.value = String(head);
    this.check.checked = withMask;
  }
}
