// The language of the page: that of <html>, for screen readers and line breaks, and that of Streamlit's own widgets.
//
// Streamlit makes its texts in the browser, at any time, in English. They are changed where they stand, and only in its
// widgets: never what a page or a person's file says.

import { translator } from "./streamlit_texts.js";

/** @import { Pair } from "./streamlit_texts.js" */

/** @typedef {{ tag: string, words: Pair[] }} Language `tag` as in `<html lang>`; `words` are Streamlit's and ours */
/** @typedef {{ node: Element | Text, attribute: string, theirs: string, ours: string }} Change `attribute` is empty for a text */

const ATTRIBUTES = ["aria-label", "placeholder", "title"];
const INSIDE = [
  "stFileUploader",
  "stCameraInput",
  "stSelectbox",
  "stSelectboxVirtualDropdown",
  "stNumberInput",
  "stTextInput",
  "stTooltipHoverTarget",
  "stHeader",
  "stSidebarHeader",
  "stElementToolbar",
  "stSkipToContent",
  "stStatusWidget",
  "stDialog",
].map((name) => `[data-testid=${name}]`);
const WIDGETS = [...INSIDE, "[data-live-announcer]"].join(", ");
const THEMSELVES = "[data-testid=stSidebar], [data-testid=stTopNav]"; // their contents are ours
const WATCHED = { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES };

// What was changed stays known when the part is mounted anew on another page: Streamlit's widgets stay too.
/** @type {Change[]} */
let changes = [];

export class PageLanguage {
  constructor() {
    this.spoken = "";
    /** @type {(text: string) => string | undefined} */
    this.translated = () => undefined;
    this.observer = new MutationObserver((records) => {
      for (const { target, addedNodes } of records) {
        this.visit(target);
        for (const node of addedNodes) this.visitAll(node);
      }
    });
  }

  /** @param {Language} language */
  update({ tag, words }) {
    if (tag === this.spoken) return;
    this.spoken = tag;
    document.documentElement.lang = tag;
    this.observer.disconnect();
    takeBack();
    if (!words.length) return;
    this.translated = translator(words);
    this.visitAll(document.body);
    this.observer.observe(document.body, WATCHED);
  }

  /**
   * A node and all below it.
   * @param {Node} root
   */
  visitAll(root) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = /** @type {Node | null} */ (root); node; node = walker.nextNode()) this.visit(node);
  }

  /** @param {Node} node */
  visit(node) {
    if (node instanceof Text) {
      if (node.parentElement?.closest(WIDGETS)) this.change(node, "", node.data);
    } else if (node instanceof Element && (node.matches(THEMSELVES) || node.closest(WIDGETS))) {
      for (const name of ATTRIBUTES) this.change(node, name, node.getAttribute(name) ?? "");
    }
  }

  /**
   * @param {Element | Text} node
   * @param {string} attribute
   * @param {string} theirs
   */
  change(node, attribute, theirs) {
    const ours = theirs && this.translated(theirs);
    if (!ours) return;
    changes.push({ node, attribute, theirs, ours });
    write(node, attribute, ours);
  }

  destroy() {
    this.observer.disconnect();
  }
}

/** Streamlit's own texts again, where ours still stand. */
function takeBack() {
  for (const { node, attribute, theirs, ours } of changes) {
    const now = node instanceof Text ? node.data : node.getAttribute(attribute);
    if (node.isConnected && now === ours) write(node, attribute, theirs);
  }
  changes = [];
}

/**
 * @param {Element | Text} node
 * @param {string} attribute
 * @param {string} text
 */
function write(node, attribute, text) {
  if (node instanceof Text) node.data = text;
  else node.setAttribute(attribute, text);
}
