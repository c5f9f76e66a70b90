// Any layer norm of a run for all tokens as a part of a page.
import { mergeHeldKeys } from "../../../web/shared/events.js";
import { LayerNorms } from "./layer_norms.js";

/** @import { Place } from "../../../web/norms/cursor.js" */

/**
 * @param {HTMLElement} element
 * @param {(name: "place", place: Place) => void} send is called with every layer norm and token that is chosen
 */
export function mount(element, send) {
  const choose = mergeHeldKeys(send);
  return new LayerNorms(element, (place) => choose("place", place));
}
