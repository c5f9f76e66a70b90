// A person's own pictures in the side bar: one is chosen by a click, and taken out by the small button beside it.

/** @import { View } from "../../web/shared/types.d.ts" */

import { make } from "../../web/shared/dom.js";
import { filled } from "../../web/shared/words.js";

/** @typedef {{ choose: string, out: string }} Words */
/** @typedef {{ id: string, name: string, image: string }} Item */
/** @typedef {{ items: Item[], chosen: string, words: Words }} Data */

/**
 * @param {HTMLElement} element
 * @param {(name: "picture" | "out", id: string) => void} send
 * @returns {View<Data>}
 */
export function mount(element, send) {
  const list = element.appendChild(make("div", "vt-tray"));
  /**
   * @param {Item} item
   * @param {Data} data
   */
  const entry = (item, { chosen, words }) => {
    const place = make("div", "vt-item");
    const choose = place.appendChild(make("button", "vt-choose"));
    choose.type = "button";
    choose.title = item.name;
    choose.setAttribute("aria-label", filled(words.choose, { name: item.name }));
    choose.setAttribute("aria-pressed", String(item.id === chosen));
    const image = choose.appendChild(make("img"));
    image.src = item.image;
    image.alt = "";
    choose.addEventListener("click", () => send("picture", item.id));
    const out = place.appendChild(make("button", "vt-out", "\u00d7"));
    out.type = "button";
    out.setAttribute("aria-label", filled(words.out, { name: item.name }));
    out.addEventListener("click", () => send("out", item.id));
    return place;
  };
  return {
    update(data) {
      list.replaceChildren(...data.items.map((item) => entry(item, data)));
    },
    destroy() {
      list.remove();
    },
  };
}
