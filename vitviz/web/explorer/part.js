// The attention explorer as a part of a page.
import { mount as mountExplorer } from "./explorer.js";

/** `send(name, value)` gets "state", what a person chose, and "need", when payloads are gone. */
export function mount(element, send) {
  return mountExplorer(element, { state: (state) => send("state", state), need: () => send("need", Date.now()) });
}
