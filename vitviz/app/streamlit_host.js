// The one place that knows how Streamlit mounts a part: a part exports `mount(element, send)`, which returns an object with
// `update(data)` and `destroy()`, and knows no host.
import { unpackData } from "../web/shared/payload.js";

/** @typedef {import("../web/shared/types.d.ts").View<any>} View */
/** @typedef {import("../web/shared/types.d.ts").Send} Send */
/**
 * @typedef {object} Arguments what Streamlit hands to a component
 * @property {ShadowRoot} parentElement
 * @property {Uint8Array<ArrayBuffer>} data
 * @property {Send} setTriggerValue
 */

/**
 * What is mounted in each root element, with the payload that it showed last.
 * @type {WeakMap<ShadowRoot, { view: View, payload: Uint8Array | null, data: any }>}
 */
const mounted = new WeakMap();

/**
 * Streamlit calls this for every change of data or theme, and what it returns when the part leaves the page. A change of
 * theme brings the same bytes, which are not unpacked again.
 * @param {(element: HTMLElement, send: Send) => View} mount
 * @param {Arguments} args
 */
export function show(mount, { parentElement, data: payload, setTriggerValue }) {
  let kept = mounted.get(parentElement);
  if (!kept) {
    const element = /** @type {HTMLElement} */ (parentElement.querySelector(".vv"));
    kept = { view: mount(element, setTriggerValue), payload: null, data: null };
    mounted.set(parentElement, kept);
  }
  if (kept.payload !== payload) Object.assign(kept, { payload, data: unpackData(payload) });
  const { view, data } = kept;
  view.update(data);
  return () => {
    view.destroy();
    mounted.delete(parentElement);
  };
}
