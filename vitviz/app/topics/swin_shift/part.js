// The shift, step by step, as a part of a page.
import { Lab } from "./lab.js";

/** `send("setting", setting)` is called when another map, window or shift is chosen. */
export function mount(element, send) {
  return new Lab(element, (setting) => send("setting", setting));
}
