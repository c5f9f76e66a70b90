// What is the same in every part: when it draws, and what it sends to the host.
import { make } from "../../../web/shared/dom.js";
import { Announcer } from "../../../web/shared/words.js";

const SENT_AFTER = 250; // milliseconds until the host is sent a choice, so that held keys make one message

/**
 * What of a host a part calls: `choice` with numbers that a person chose, `need` when payloads are gone.
 * @callback Send
 * @param {"choice" | "need"} name
 * @param {Record<string, number> | number} value
 * @returns {void}
 */

/** What is the same in every part: it draws in the next frame, again in another width, and sends choices after a while. */
export class Surface {
  /**
   * @param {HTMLElement} element
   * @param {Send} send
   * @param {() => void} render draws everything; called in an animation frame, and only while the part is visible
   */
  constructor(element, send, render) {
    this.send = send;
    this.render = render;
    this.root = element.appendChild(make("div", "wr"));
    this.announcer = new Announcer(element);
    /** @type {number | null} */
    this.frame = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.waiting = undefined;
    this.watcher = new ResizeObserver(() => this.draw());
    this.watcher.observe(this.root);
  }

  /** Draw soon; many calls before the next frame are one. */
  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this.root.clientWidth) this.render();
    });
  }

  /**
   * Send what was chosen, once the keys rest.
   * @param {Record<string, number>} choice
   */
  choose(choice) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.send("choice", choice), SENT_AFTER);
  }

  /** Ask the host for payloads that are gone. */
  need() {
    this.send("need", Date.now());
  }

  /** The accent colour of the page's style sheet. */
  get accent() {
    return getComputedStyle(this.root).getPropertyValue("--wr-accent");
  }

  destroy() {
    this.watcher.disconnect();
    this.announcer.destroy();
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    clearTimeout(this.waiting);
    this.root.remove();
  }
}
