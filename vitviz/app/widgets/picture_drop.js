// Pictures that a person pastes, or drops anywhere on the page, go the way of those that the uploader takes: its own field
// gets them, with all of its limits.

/** @import { Send, View } from "../../web/shared/types.d.ts" */
/** @import { Taken } from "./sent_files.js" */

import { make } from "../../web/shared/dom.js";
import { Lifetime } from "../../web/shared/lifetime.js";
import { isTyping } from "./presentation.js";
import { nameOf, refusalOf } from "./sent_files.js";

/** @typedef {Taken & { known: number, words: { here: string } }} Data `known` refusals have arrived at the server */

const UPLOADER = "[data-testid=stSidebar] [data-testid=stFileUploader]";
const FIELD = `${UPLOADER} input[type=file]`;
const OTHERS = `${UPLOADER}, [role=dialog]`; // what takes files itself
const LEFT_AFTER = 500; // milliseconds without a file over the page
const STYLE = `#vv-drop { position: fixed; inset: 10px; z-index: 1000002; display: flex; align-items: center;
  justify-content: center; pointer-events: none; border: 3px dashed #fff; outline: 3px dashed #000; border-radius: 8px;
  background: #000a; color: #fff; font: 600 20px sans-serif; text-align: center; padding: 20px; }
#vv-drop[hidden] { display: none; }`;

class PictureDrop {
  /** @param {Send} send is called with "refused" */
  constructor(send) {
    this.send = send;
    /** @type {Data | null} */
    this.data = null;
    /** @type {File[]} those that are sent once it is known what was refused beside them */
    this.next = [];
    this.lifetime = new Lifetime();
    this.style = document.head.appendChild(make("style", "", STYLE));
    this.mark = document.body.appendChild(make("div"));
    Object.assign(this.mark, { id: "vv-drop", hidden: true });
    const left = this.lifetime.afterRest(LEFT_AFTER, () => this.show(false));
    this.lifetime.listen(window, "dragover", (/** @type {DragEvent} */ event) => {
      if (!isForPage(event)) return;
      event.preventDefault();
      this.show(true);
      left();
    });
    this.lifetime.listen(window, "drop", (/** @type {DragEvent} */ event) => {
      this.show(false);
      if (!isForPage(event)) return;
      event.preventDefault();
      this.take(event.dataTransfer?.files);
    });
    this.lifetime.listen(window, "paste", (/** @type {ClipboardEvent} */ event) => this.paste(event));
  }

  /** @param {boolean} visible */
  show(visible) {
    this.mark.hidden = !visible;
    this.mark.textContent = this.data?.words.here ?? "";
  }

  /** @param {ClipboardEvent} event */
  paste(event) {
    const { clipboardData } = event;
    if (!clipboardData?.files.length || document.querySelector("[role=dialog]")) return;
    // A text field takes text; what a word processor copies is a text with its picture.
    if (isTyping(event) && clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    this.take(clipboardData.files);
  }

  /** @param {FileList | undefined} files */
  take(files) {
    const { data } = this;
    if (!files?.length || !data) return;
    const refused = [...files].flatMap((file) => refusalOf(file, data) ?? []);
    const taken = [...files].filter((file) => !refusalOf(file, data));
    this.next = taken.map((file) => {
      const name = nameOf(file, data.endings);
      return name === file.name ? file : new File([file], name, { type: file.type });
    });
    if (refused.length) this.send("refused", { files: refused, more: taken.length > 0 });
    else this.handOver();
  }

  /** Give the files to the uploader's own field. */
  handOver() {
    const field = document.querySelector(FIELD);
    const files = this.next.splice(0);
    if (!files.length || !(field instanceof HTMLInputElement)) return;
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    field.files = transfer.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** @param {Data} data */
  update(data) {
    const before = this.data?.known ?? data.known;
    this.data = data;
    if (data.known !== before) this.handOver();
  }

  destroy() {
    this.lifetime.destroy();
    this.mark.remove();
    this.style.remove();
  }
}

/**
 * Whether files are dragged, and to no place that takes them itself.
 * @param {DragEvent} event
 */
function isForPage(event) {
  if (!event.dataTransfer?.types.includes("Files")) return false;
  return !event.composedPath().some((one) => one instanceof Element && one.matches(OTHERS));
}

/**
 * @param {HTMLElement} _
 * @param {Send} send
 * @returns {View<Data>}
 */
export function mount(_, send) {
  const drop = new PictureDrop(send);
  return {
    update: (data) => drop.update(data),
    destroy: () => drop.destroy(),
  };
}
