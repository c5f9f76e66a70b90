// Probabilities or logits, and what the colours of probabilities span.
import { button } from "../../../web/shared/controls.js";
import { make } from "../../../web/shared/dom.js";

/** @import { Mode } from "./numbers.js" */
/** @typedef {{ mode: Mode, whole: boolean }} Quantity `whole`: colours from 0 to 1, else up to the largest */

export class LensTools {
  /**
   * @param {HTMLElement} root
   * @param {(quantity: Partial<Quantity>) => void} change
   */
  constructor(root, change) {
    this.root = root;
    this.change = change;
  }

  /**
   * @param {Quantity} quantity
   * @param {Record<string, string>} words
   */
  show({ mode, whole }, words) {
    this.root.replaceChildren();
    this.tool(words.probability, mode === "p", { mode: "p" });
    this.tool(words.logit, mode === "z", { mode: "z" });
    if (mode === "z") return;
    this.root.append(make("span", "vl-gap", words.scale));
    this.tool(words.whole, whole, { whole: true });
    this.tool(words.largest, !whole, { whole: false });
  }

  /**
   * @param {string} text
   * @param {boolean} pressed
   * @param {Partial<Quantity>} quantity
   */
  tool(text, pressed, quantity) {
    button(this.root, text, () => this.change(quantity), "vl-tool").setAttribute("aria-pressed", String(pressed));
  }
}
