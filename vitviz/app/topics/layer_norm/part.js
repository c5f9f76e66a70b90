// All layer norms of a run as a part of a page.
import { unhurried } from "../../../web/shared/canvas.js";
import { Norms } from "./norms.js";

/** `send("place", {at, token, turn})` is called with every layer norm and token that is chosen. */
export function mount(element, send) {
  const choose = unhurried(send);
  return new Norms(element, (place) => choose("place", place));
}
