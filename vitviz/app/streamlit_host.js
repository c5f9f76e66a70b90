// The one place that knows how Streamlit mounts a part: a part exports `mount(element, send)`, which returns an object with
// `update(data)` and `destroy()`, and knows no host.
import { unpackData } from "../web/shared/payload.js";

/** What is mounted in each root element, with the payload that it showed last. */
const mounted = new WeakMap();

/**
 * Streamlit calls this for every change of data or theme, and what it returns when the part leaves the page. A change of
 * theme brings the same bytes, which are not unpacked again.
 */
export function show(mount, { parentElement, data: payload, setTriggerValue }) {
  let kept = mounted.get(parentElement);
  if (!kept) {
    kept = { view: mount(parentElement.querySelector(".vv"), setTriggerValue), payload: null, data: null };
    mounted.set(parentElement, kept);
  }
  if (kept.payload !== payload) Object.assign(kept, { payload, data: unpackData(payload) });
  kept.view.update(kept.data);
  return () => {
    kept.view.destroy?.();
    mounted.delete(parentElement);
  };
}
