// A number that a person chooses here and the host shows in turn: an answer to an earlier choice takes no later one back.
import { Echo } from "./echo.js";

export class Chosen {
  constructor() {
    this.value = 0;
    this.echo = new Echo();
  }

  /**
   * What the host shows now, unless that answers a choice from here.
   * @param {number} shown
   */
  restart(shown) {
    if (this.echo.isNews(String(shown))) this.value = shown;
  }

  /**
   * Take another number, which nobody will send; whether it is another one than before.
   * @param {number} value
   */
  move(value) {
    if (value === this.value) return false;
    this.value = value;
    return true;
  }

  /**
   * The same with a number that goes to the host.
   * @param {number} value
   */
  choose(value) {
    const moved = this.move(value);
    if (moved) this.echo.sent(String(value));
    return moved;
  }
}
