// How the app looks to this person: the theme, and the presentation with everything larger and the side bar away.

/** @import { Send, View } from "../../web/shared/types.d.ts" */

import { button, choice, labelled } from "../../web/shared/controls.js";
import { make } from "../../web/shared/dom.js";
import { Lifetime } from "../../web/shared/lifetime.js";
import { oneEntryForEachPage } from "./history.js";
import { fitting, Halo, isTyping, PRESENTED, zoomFor } from "./presentation.js";
import { chooseTheme, THEMES } from "./theme.js";

/** @import { Theme } from "./theme.js" */
/**
 * `touch` is what the server knows of the pointer, `other` the language that is not spoken.
 * @typedef {{ theme: Theme, present: boolean, touch: boolean, other: { language: string, name: string },
 *   words: Record<string, string> }} Data
 */

const AGAIN_AFTER = 1500; // milliseconds: what is sent while a page is first made may be lost, so it is sent until it is known
const PHONE = "(max-width: 768px)"; // where Streamlit lays its side bar over the page
const SIDE_BAR = "stSidebarCollapsed-"; // what Streamlit remembers of it, for each page
const BELOW = "vv-below"; // a page that was scrolled: on a phone what floats would lie over it
const ON_TOP = 30; // pixels
const PHONE_STYLE = `#vv-language { display: none; }
@media ${PHONE} { #vv-language { display: block; position: fixed; top: 8px; right: 8px; z-index: 999990;
  min-width: 44px; min-height: 44px; font: 15px sans-serif; color: inherit; background: none;
  border: 1px solid currentColor; border-radius: 4px; padding: 4px 10px; }
  .${BELOW} :is(#vv-language, [data-testid=stHeader]) { visibility: hidden; } }`;

class ViewControls {
  /**
   * @param {HTMLElement} element
   * @param {Send} send is called with "theme" and "present"
   */
  constructor(element, send) {
    this.send = send;
    this.lifetime = new Lifetime();
    this.page = document.querySelector("[data-testid=stApp]") ?? document.body;
    this.phoneStyle = make("style", "", PHONE_STYLE);
    this.language = make("button");
    Object.assign(this.language, { type: "button", id: "vv-language" });
    this.element = element;
    /** @type {Data | null} */
    this.data = null;
    this.present = false;
    /** @type {Partial<Pick<Data, "theme" | "present" | "touch">>} what was sent and not answered yet */
    this.asked = {};
    this.style = document.head.appendChild(make("style"));
    this.leave = document.body.appendChild(make("button"));
    Object.assign(this.leave, { type: "button", id: "vv-leave", hidden: true });
    this.leave.addEventListener("click", () => this.choosePresent(false));
    this.halo = new Halo();
    document.head.append(this.phoneStyle);
    this.language.addEventListener("click", () => this.send("language", this.data?.other.language));
    this.page.append(this.language);
    this.again = this.lifetime.afterRest(AGAIN_AFTER, () => {
      const open = Object.entries(this.asked);
      for (const [name, value] of open) this.send(name, value);
      if (open.length) this.again();
    });
    const scrolled = (/** @type {Event} */ { target }) => this.scrolled(target);
    this.lifetime.listen(this.page, "scroll", scrolled, { capture: true, passive: true });
    this.lifetime.listen(window, "click", () => forgetSideBar());
    forgetSideBar();
    this.lifetime.listen(window, "keydown", (/** @type {KeyboardEvent} */ event) => this.key(event));
    this.zoom = zoomFor(innerWidth);
    this.lifetime.listen(window, "resize", () => {
      this.zoom = zoomFor(innerWidth);
      this.draw();
    });
    const block = this.page.querySelector("[data-testid=stMainBlockContainer]");
    if (block)
      this.lifetime.resized(
        block,
        this.lifetime.inFrame(() => this.fit()),
      );
  }

  /** @param {Data} data */
  update(data) {
    const another = JSON.stringify(data.words) !== JSON.stringify(this.data?.words);
    this.data = data;
    this.language.textContent = data.other.name;
    this.language.lang = data.other.language;
    if (another) this.build(data);
    const { asked } = this;
    for (const name of /** @type {const} */ (["theme", "present", "touch"]))
      if (asked[name] === data[name]) delete asked[name];
    const touch = matchMedia("(pointer: coarse)").matches;
    if (touch !== data.touch && asked.touch === undefined) this.ask("touch", touch);
    // An answer to what was asked before the last choice changes nothing.
    this.present = asked.present ?? data.present;
    chooseTheme(asked.theme ?? data.theme);
    if (this.theme) this.theme.value = asked.theme ?? data.theme;
    this.draw();
  }

  /** @param {Data} data */
  build({ words }) {
    this.element.replaceChildren();
    const options = THEMES.map((theme) => /** @type {[string, string]} */ ([theme, words[theme]]));
    const row = this.element.appendChild(make("div", "va-view"));
    const select = choice(make("div"), options, (value) => {
      chooseTheme(/** @type {Theme} */ (value));
      this.ask("theme", /** @type {Theme} */ (value));
    });
    this.theme = labelled(row, words.theme, select, "va-theme");
    const opener = button(row, words.present, () => this.choosePresent(true), "va-copy");
    opener.title = words.keys;
    this.leave.textContent = `\u00d7 ${words.leave}`;
  }

  /**
   * Send a choice, until the server's data has it.
   * @template {"theme" | "present" | "touch"} Name
   * @param {Name} name
   * @param {Data[Name]} value
   */
  ask(name, value) {
    Object.assign(this.asked, { [name]: value });
    this.send(name, value);
    this.again();
  }

  /** @param {boolean} present */
  choosePresent(present) {
    if (present === this.present) return;
    this.present = present;
    this.zoom = zoomFor(innerWidth);
    this.draw();
    this.ask("present", present);
  }

  /** @param {EventTarget | null} target what was scrolled */
  scrolled(target) {
    if (target instanceof Element && target.matches("[data-testid=stMain]"))
      this.page.classList.toggle(BELOW, target.scrollTop > ON_TOP);
  }

  /** A page that is a little too high for the window is made smaller; until the window changes it stays so. */
  fit() {
    const main = this.page.querySelector("[data-testid=stMain]");
    if (!this.present || !main) return;
    const zoom = fitting(this.zoom, main.scrollHeight, main.clientHeight);
    if (zoom === this.zoom) return;
    this.zoom = zoom;
    this.draw();
  }

  draw() {
    this.style.textContent = this.present ? PRESENTED.replaceAll("ZOOM", String(this.zoom)) : "";
    this.leave.hidden = !this.present;
    this.halo.show(this.present);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    if (event.key === "p" || event.key === "P") this.choosePresent(!this.present);
    else if (event.key === "Escape" && !document.querySelector("[role=dialog], :popover-open"))
      this.choosePresent(false);
  }

  destroy() {
    this.lifetime.destroy();
    this.halo.destroy();
    this.style.remove();
    this.leave.remove();
    this.language.remove();
    this.phoneStyle.remove();
    this.page.classList.remove(BELOW);
  }
}

/**
 * On a phone the side bar is closed until somebody opens it. What Streamlit remembers would open it again over the page
 * with the next run.
 */
function forgetSideBar() {
  if (!matchMedia(PHONE).matches) return;
  const names = Object.keys(localStorage).filter((name) => name.startsWith(SIDE_BAR));
  for (const name of names) localStorage.removeItem(name);
}

/**
 * @param {HTMLElement} element
 * @param {Send} send
 * @returns {View<Data>}
 */
export function mount(element, send) {
  oneEntryForEachPage(); // here, because no other part of a page is mounted sooner
  return new ViewControls(element, send);
}
