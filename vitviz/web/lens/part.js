// The logit lens as a part of a page.
import { LensView } from "./lens.js";

/** @import { Place } from "./cursor.js" */

/**
 * @param {HTMLElement} element
 * @param {(name: "place", place: Place) => void} send is called with every place that is chosen
 */
export function mount(element, send) {
  return new LensView(element, (place) => send("place", place));
}
