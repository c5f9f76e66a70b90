// Answer, truth and error of one scene beside one another, on one place.
import { make } from "../../../web/shared/dom.js";
import { filled, setBold } from "../../../web/shared/words.js";
import { Board } from "./board.js";
import { Legend } from "./legend.js";
import { ofErrors, ofMask } from "./pixels.js";
import { SegmentationView } from "./segmentation_view.js";

/** @import { PageData, Send } from "./segmentation_view.js" */
/**
 * `missing` are the classes with an IoU of 0; `figures` are the share of right pixels, the mean IoU and the share of right pixels at edges.
 * @typedef {PageData & { probabilities: Float32Array, iou: Float64Array, figures: Float64Array,
 *   missing: { number: number, painted: number, true: number, without: number }[] }} PaintingData
 */

const SIDE = 96;

/** @extends {SegmentationView<PaintingData>} */
export class PaintingView extends SegmentationView {
  /**
   * @param {HTMLElement} root
   * @param {Send} send
   */
  constructor(root, send) {
    super(root, send);
    const row = root.appendChild(make("div", "sg-row sg-three"));
    this.boards = ["answer", "truth", "error"].map((name) => new Board(row, name, this.listeners));
    this.legend = new Legend(root, { hover: (number) => this.only(number) });
    this.numbers = root.appendChild(make("div", "sg-numbers"));
    this.lines = root.appendChild(make("div", "sg-lines"));
    this.readout = root.appendChild(this.makeReadout());
  }

  /**
   * Bring one class forward, or all again.
   * @param {number | null} number
   */
  only(number) {
    if (!this.data) return;
    const { picture, answer, truth } = this.data;
    const [answerBoard, truthBoard, errorBoard] = this.boards;
    answerBoard.draw(ofMask(answer, number), SIDE, SIDE);
    truthBoard.draw(ofMask(truth, number), SIDE, SIDE);
    errorBoard.draw(ofErrors(picture, answer, truth), SIDE, SIDE);
  }

  /** @param {PaintingData} data */
  draw(data) {
    const { words, names, iou, figures } = data;
    for (const [number, name] of ["answer", "truth", "error"].entries()) this.boards[number].name(words[name]);
    this.only(null);
    this.legend.show(
      names,
      Array.from(iou, (value) => (Number.isNaN(value) ? "\u2013" : `IoU ${value.toFixed(2)}`)),
    );
    this.explain(data);
    const counted = Array.from(iou).filter((value) => !Number.isNaN(value)).length;
    const [pixels, meanIou, edges] = figures;
    this.numbers.replaceChildren(
      ...[
        [words.pixels, pixels],
        [filled(words.meanIou, { counted }), meanIou],
        [words.edges, edges],
      ].map(([name, value]) => {
        const figure = make("div", "sg-number");
        const text = Number.isNaN(Number(value)) ? "\u2013" : Number(value).toFixed(3);
        figure.append(make("b", "vv-mono", text), make("span", "", String(name)));
        return figure;
      }),
    );
  }

  /** Which classes pull the mean down with an IoU of 0. @param {PaintingData} data */
  explain({ words, names, missing }) {
    const lines = missing.map(({ number, painted, true: pixels, without }) => {
      const values = { name: names[number], pixels: pixels || painted, without };
      const line = make("p");
      setBold(line, filled(pixels ? words.missed : words.stray, values));
      return line;
    });
    this.lines.replaceChildren(...lines);
  }

  /** @param {PaintingData} data */
  point({ words, names, answer, truth, probabilities }) {
    const [row, column] = this.cell(SIDE);
    for (const board of this.boards) board.frame([{ row, column, kind: "sg-cross" }], SIDE, SIDE);
    const at = row * SIDE + column;
    const shares = names.map((_, number) => probabilities[number * SIDE * SIDE + at]);
    const order = names.map((_, number) => number).sort((a, b) => shares[b] - shares[a]);
    const said = order.slice(0, 3).map((number) => `${names[number]} ${shares[number].toFixed(3)}`);
    const kind = answer[at] === truth[at] ? "right" : "wrong";
    this.readout.textContent = filled(words[kind], {
      row,
      column,
      truth: names[truth[at]],
      answer: names[answer[at]],
      shares: said.join(", "),
    });
  }
}
