// The page's one part: a scene with the answers to it, and beside it what the chosen section shows of them.
import { DetectionView } from "./view.js";

/** @import { Send } from "../../../web/shared/types.d.ts" */

/**
 * @param {HTMLElement} element
 * @param {Send} send is called with every scene and choice at which a person rests, and when the server knows no more
 */
export function mount(element, send) {
  return new DetectionView(element, send);
}
