// Likeness as a part of a page.
import { LikenessView } from "./likeness.js";

/** @import { Place } from "./types.d.ts" */

/**
 * @param {HTMLElement} element
 * @param {(name: string, value: unknown) => void} send is called with "place" and every place that is chosen, and with
 *   "need" when numbers are no longer kept
 */
export function mount(element, send) {
  return new LikenessView(element, {
    chosen: (/** @type {Place} */ place) => send("place", place),
    need: () => send("need", performance.now()),
  });
}
