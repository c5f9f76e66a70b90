// What one token gives to its window in every head of a block, on one scale; a head can be chosen.
import { make, write } from "../../../web/shared/dom.js";
import { Board } from "./board.js";
import { ofValues } from "./pixels.js";

/**
 * @typedef {object} WindowRows
 * @property {Float32Array} pattern (W, H, M*M, M*M)
 * @property {number} heads
 * @property {number} window M
 */

export class WindowHeads {
  /**
   * @param {Element} parent
   * @param {(head: number) => void} choose
   */
  constructor(parent, choose) {
    this.choose = choose;
    this.title = parent.appendChild(make("div", "sg-heads-title"));
    this.root = parent.appendChild(make("div", "sg-heads"));
    /** @type {Board[]} */
    this.boards = [];
  }

  /**
   * @param {WindowRows} rows
   * @param {{ own: number, place: number }} token its window, and its place there
   * @param {number} chosen
   * @param {Uint8Array} table
   * @param {{ title: string, head: string }} words
   */
  draw({ pattern, heads, window }, { own, place }, chosen, table, { title, head }) {
    if (this.boards.length !== heads) {
      this.root.replaceChildren();
      this.boards = Array.from(
        { length: heads },
        (_, number) => new Board(this.root, "", { choose: () => this.choose(number) }, "sg-head"),
      );
    }
    write(this.title, title);
    const places = window ** 2;
    const rows = this.boards.map((_, number) => {
      const first = ((own * heads + number) * places + place) * places;
      return pattern.subarray(first, first + places);
    });
    const high = Math.max(...rows.map((row) => Math.max(...row)));
    for (const [number, board] of this.boards.entries()) {
      board.name(`${head} ${number}`);
      board.draw(ofValues(rows[number], table, false, high), window, window);
      board.frame(
        [{ row: Math.floor(place / window), column: place % window, colour: "var(--st-primary-color)" }],
        window,
        window,
      );
      board.root.classList.toggle("sg-current", number === chosen);
    }
  }
}
