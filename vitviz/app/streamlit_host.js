// The one place that knows how Streamlit mounts a part: a part exports `mount(element, send)`, which returns an object with
// `update(data)` and `destroy()`, and knows no host.
import { unpackData } from "../web/shared/payload.js";
import { SaveFigure } from "../web/shared/save_figure.js";

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
 * @type {WeakMap<ShadowRoot, { view: View, save: SaveFigure | null, payload: Uint8Array | null, data: any }>}
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
    const view = mount(element, setTriggerValue);
    const save = view.figures ? new SaveFigure(element, () => view.figures?.() ?? []) : null;
    kept = { view, save, payload: null, data: null };
    mounted.set(parentElement, kept);
  }
  if (kept.payload !== payload) Object.assign(kept, { payload, data: unpackData(payload) });
  const { view, save, data } = kept;
  view.update(data);
  // While modules load, what an earlier call returned may be called after a later one has mounted the part.
  return () =>
    setTimeout(() => {
      if (parentElement.isConnected || mounted.get(parentElement)?.view !== view) return;
      view.destroy();
      save?.destroy();
      mounted.delete(parentElement);
    });
}
