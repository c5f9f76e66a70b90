// The similarity of position embeddings as a part of a page.
import { Lab } from "./similarity.js";

/** `send("token", token)` is called with every token that is chosen. */
export function mount(element, send) {
  return new Lab(element, (token) => send("token", token));
}
