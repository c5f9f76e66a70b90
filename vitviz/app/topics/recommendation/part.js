// The page's one part: an aircraft's flights and what two models make of them, losses of a matrix of scores, ranks.
import { RecommendationView } from "./view.js";

/** @import { Send } from "../../../web/shared/types.d.ts" */

/**
 * @param {HTMLElement} element
 * @param {Send} send is called with what a person chose
 */
export function mount(element, send) {
  return new RecommendationView(element, send);
}
