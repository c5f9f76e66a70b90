// The page's one part: a sentence that is composed, its translation step by step, and what every step is made of.
import { TranslationView } from "./view.js";

/** @import { Send } from "../../../web/shared/types.d.ts" */

/**
 * @param {HTMLElement} element
 * @param {Send} send is called with every sentence that is complete, and with choices at which a person rests
 */
export function mount(element, send) {
  return new TranslationView(element, send);
}
