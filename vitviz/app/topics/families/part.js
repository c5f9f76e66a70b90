// The page's one part: the same words in three squares, one for each family of models.
import { FamiliesView } from "./view.js";

/** @import { Send } from "../../../web/shared/types.d.ts" */

/**
 * @param {HTMLElement} element
 * @param {Send} send is called with choices at which a person rests
 */
export function mount(element, send) {
  return new FamiliesView(element, send);
}
