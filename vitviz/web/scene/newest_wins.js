// Asks for one thing at a time; of all that is wanted meanwhile only the newest is asked for next.

/** @typedef {(path: string) => Promise<any>} Ask */

export class NewestWins {
  /**
   * @param {Ask} ask
   * @param {(answer: any, path: string) => void} arrived
   * @param {(error: unknown) => void} failed
   */
  constructor(ask, arrived, failed) {
    this.askFor = ask;
    this.arrived = arrived;
    this.failed = failed;
    /** @type {string | null} */
    this.wanted = null;
    this.busy = false;
    this.closed = false;
  }

  /** @param {string} path */
  ask(path) {
    this.wanted = path;
    if (!this.busy) this.next();
  }

  /** Nothing that was not asked for yet is wanted any more. */
  drop() {
    this.wanted = null;
  }

  /** @returns {Promise<void>} */
  async next() {
    this.busy = true;
    while (this.wanted !== null && !this.closed) {
      const path = this.wanted;
      this.wanted = null;
      try {
        const answer = await this.askFor(path);
        if (!this.closed) this.arrived(answer, path);
      } catch (error) {
        if (!this.closed) this.failed(error);
      }
    }
    this.busy = false;
  }

  close() {
    this.closed = true;
  }
}
