// What can be read off every level: the way up, each skip alone, and the truth as coarse as that level.
import { make } from "../../../web/shared/dom.js";
import { formatted } from "../../../web/shared/format.js";
import { filled } from "../../../web/shared/words.js";
import { Board } from "./board.js";
import { Legend } from "./legend.js";
import { ofMask, ofShares } from "./pixels.js";
import { SegmentationView } from "./segmentation_view.js";

/** @import { PageData, Send } from "./segmentation_view.js" */
/**
 * `shares` of the classes in each cell, (side, side, K).
 * @typedef {object} Level one answer
 * @property {"up" | "skip" | "best" | "own"} kind
 * @property {string} name the tensor that it is read off
 * @property {number} side
 * @property {number} pixels
 * @property {number} meanIou
 * @property {Float32Array} shares
 */
/** @typedef {PageData & { levels: Level[] }} GrowthData */

const SIDE = 96;
const ROWS = { up: 1, own: 1, skip: 2, best: 3 };

/** @extends {SegmentationView<GrowthData>} */
export class GrowthView extends SegmentationView {
  /**
   * @param {HTMLElement} root
   * @param {Send} send
   */
  constructor(root, send) {
    super(root, send);
    this.table = root.appendChild(make("div", "sg-growth"));
    this.legend = new Legend(root);
    this.readout = root.appendChild(this.makeReadout());
    /** @type {{ board: Board, level: Level }[]} */
    this.boards = [];
    /** @type {number | null} */
    this.pointed = null; // the level that is read
  }

  /** @param {GrowthData} data */
  draw(data) {
    const { words, levels, names } = data;
    const sides = [...new Set(levels.map(({ side }) => side))].sort((a, b) => a - b);
    this.table.replaceChildren();
    for (const [name, row] of Object.entries({ up: 1, skip: 2, best: 3 })) {
      const head = this.table.appendChild(make("div", "sg-rowname", words[`row_${name}`]));
      Object.assign(head.style, { gridRow: String(row), gridColumn: "1" });
    }
    this.boards = levels.map((level, number) => {
      const listeners = {
        hover: (/** @type {import("./place.js").Place | null} */ place) => {
          this.pointed = place ? number : null;
          this.hover(place);
        },
        choose: this.listeners.choose,
      };
      const board = new Board(this.table, "", listeners, "sg-level");
      const short = level.kind === "best" ? words.best : level.name.split(".blocks")[0];
      const figures = { pixels: level.pixels.toFixed(2), iou: level.meanIou.toFixed(2) };
      board.name(`${level.side}\u00d7${level.side} ${short}`, filled(words.figures, figures));
      board.draw(ofShares(level.shares), level.side, level.side);
      this.at(board, ROWS[level.kind], 2 + sides.indexOf(level.side));
      return { board, level };
    });
    const truth = new Board(this.table, words.truth, this.listeners, "sg-level");
    truth.draw(ofMask(data.truth), SIDE, SIDE);
    this.at(truth, 3, 1 + sides.length);
    this.legend.show(names);
  }

  /**
   * @param {Board} board
   * @param {number} row
   * @param {number} column
   */
  at(board, row, column) {
    Object.assign(board.root.style, { gridRow: String(row), gridColumn: String(column) });
  }

  /** @param {GrowthData} data */
  point({ words, names, levels, truth }) {
    for (const { board, level } of this.boards) {
      const [row, column] = this.cell(level.side);
      board.frame([{ row, column }], level.side, level.side);
    }
    const last = levels.findIndex(({ kind }) => kind === "own");
    const level = levels[this.pointed ?? last];
    const [row, column] = this.cell(level.side);
    const at = row * level.side + column;
    const shares = level.shares.subarray(at * names.length, (at + 1) * names.length);
    const order = names.map((_, number) => number).sort((a, b) => shares[b] - shares[a]);
    const said = order.slice(0, 3).map((number) => `${names[number]} ${formatted(shares[number], ".2f")}`);
    const [y, x] = this.cell(SIDE);
    this.readout.textContent = filled(words.cell, {
      name: level.kind === "best" ? words.best : level.name,
      row,
      column,
      scores: said.join(", "),
      truth: names[truth[y * SIDE + x]],
    });
  }
}
