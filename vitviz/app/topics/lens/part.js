// The logit lens as a part of a page.
import { LensView } from "./lens.js";

/** `send("place", place)` is called with every place that is chosen. */
export function mount(element, send) {
  return new LensView(element, { place: (place) => send("place", place) });
}
