// The view of attention over words as a part of a page of its own.
import { WordAttention } from "./view.js";

/** @import { Send, View } from "../shared/types.d.ts" */
/** @import { WordAttentionData } from "./types.d.ts" */

/**
 * @param {HTMLElement} element
 * @param {Send} send is called with every "place" at which a person rests
 * @returns {View<WordAttentionData>}
 */
export function mount(element, send) {
  return new WordAttention(element, { choose: (place) => send("place", place) });
}
