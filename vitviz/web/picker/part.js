// The picture of tokens as a part of a page.
import { mergeHeldKeys } from "../shared/events.js";
import { Picker } from "./picker.js";

/**
 * @param {HTMLElement} element
 * @param {import("../shared/types.d.ts").Send} send is called with every "token" that is chosen
 */
export function mount(element, send) {
  return new Picker(element, mergeHeldKeys(send));
}
