// What belongs to the whole browser page: the address of the view with a button that copies it, and the language.

/** @import { View } from "../../web/shared/types.d.ts" */
/** @import { Language } from "./page_language.js" */

import { make } from "../../web/shared/dom.js";
import { describePage } from "../../web/shared/save_figure.js";
import { HtmlFigures } from "./html_figures.js";
import { PageLanguage } from "./page_language.js";

/** @typedef {{ copy: string, copied: string, by_hand: string, own: string }} Words */
/**
 * `about` is what a saved figure says of itself beside the address, `save` the words of its control, `saveStyle` how
 * that looks.
 * @typedef {{ words: Words, own: boolean, query: string, about: Record<string, string>, save: Record<string, string>,
 *   saveStyle: string, language: Language }} Data
 */

const SHOWN_MS = 4000;

/** On a phone the row of pages is wider than the screen: move it so far that the page that is open is seen. */
function showPlace() {
  const row = document.querySelector(".st-key-nav-pages");
  const links = /** @type {NodeListOf<HTMLAnchorElement> | undefined} */ (row?.querySelectorAll("a"));
  // The first page's link is empty, which is the page that is open, whichever it is: another one decides.
  const here = [...(links ?? [])].reverse().find((link) => link.pathname === location.pathname);
  if (!row || !here) return;
  const [place, whole] = [here.getBoundingClientRect(), row.getBoundingClientRect()];
  row.scrollLeft += place.left + place.width / 2 - whole.left - whole.width / 2;
}

/**
 * @param {HTMLElement} element
 * @returns {View<Data>}
 */
export function mount(element) {
  const language = new PageLanguage();
  const figures = new HtmlFigures(element);
  const button = element.appendChild(make("button", "va-copy"));
  button.type = "button";
  const note = element.appendChild(make("div", "va-note"));
  note.setAttribute("role", "status");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Data | undefined} */
  let data;
  let shown = "";

  /** @param {string} text */
  const say = (text) => {
    note.textContent = text;
    clearTimeout(timer);
  };
  const copy = async () => {
    if (!data) return;
    const { words, own } = data;
    try {
      await navigator.clipboard.writeText(location.href);
      say([words.copied, own ? words.own : ""].filter(Boolean).join(" "));
      timer = setTimeout(() => say(""), SHOWN_MS);
    } catch {
      // Without https, or where the person forbade it: the address stands there, chosen, to be copied by a key.
      say(words.by_hand);
      const field = note.appendChild(make("input", "va-address"));
      field.readOnly = true;
      field.value = location.href;
      field.setAttribute("aria-label", words.by_hand);
      field.select();
    }
  };
  button.addEventListener("click", copy);
  return {
    update(given) {
      // Only what is new: the query may have changed meanwhile, by a choice that ran a part of the page.
      if (given.query !== data?.query) {
        const query = given.query ? `?${given.query}` : "";
        history.replaceState(history.state, "", `${location.pathname}${query}${location.hash}`);
      }
      if (location.pathname !== shown) showPlace();
      shown = location.pathname;
      data = given;
      describePage(given.about, given.save);
      figures.update(given.saveStyle);
      language.update(given.language);
      button.textContent = given.words.copy;
    },
    destroy() {
      clearTimeout(timer);
      figures.destroy();
      language.destroy();
    },
  };
}
