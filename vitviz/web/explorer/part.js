// The attention explorer as a part of a page.
import { mount as mountExplorer } from "./explorer.js";

/**
 * `send(name, value)` is called with "state", what a person chose, and with "need", when payloads are gone.
 * @param {Element} element
 * @param {import("../shared/types.d.ts").Send} send
 */
export function mount(element, send) {
  return mountExplorer(element, { state: (state) => send("state", state), need: () => send("need", Date.now()) });
}
