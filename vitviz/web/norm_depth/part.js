// All layer norms of a run as a part of a page.
import { mergeHeldKeys } from "../shared/events.js";
import { NormDepth } from "./norm_depth.js";

/** @import { Place } from "../norms/cursor.js" */

/**
 * @param {HTMLElement} element
 * @param {(name: "place", place: Place) => void} send is called with every layer norm and token that is chosen
 */
export function mount(element, send) {
  const choose = mergeHeldKeys(send);
  return new NormDepth(element, (place) => choose("place", place));
}
