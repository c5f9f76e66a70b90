// What a part has sent to its host and the host will show in turn: no news, even where it comes after a later choice.

export class Echo {
  constructor() {
    /** @type {string[]} */
    this.waiting = [];
  }

  /** @param {string} text */
  sent(text) {
    this.waiting.push(text);
  }

  /** What was sent last, while the host has not shown it. */
  get last() {
    return this.waiting.at(-1);
  }

  /**
   * Whether the host shows something that this part did not send.
   * @param {string} text
   */
  isNews(text) {
    const at = this.waiting.indexOf(text);
    if (at >= 0) this.waiting.splice(0, at + 1);
    return at < 0;
  }
}
