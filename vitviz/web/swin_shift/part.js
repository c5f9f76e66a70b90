// The shift, step by step, as a part of a page.
import { Lab } from "./lab.js";

/**
 * @param {HTMLElement} element
 * @param {(name: "setting", value: unknown) => void} send is called when another map, window or shift is chosen
 */
export function mount(element, send) {
  return new Lab(element, (setting) => send("setting", setting));
}
