// One class of the answer against the truth: the operands of IoU and Dice, the loss, and its gradient at every pixel.
import { colourBar, colourTable } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";
import { formatted, number as written } from "../../../web/shared/format.js";
import { filled, setBold } from "../../../web/shared/words.js";
import { Board } from "./board.js";
import { chosenClass } from "./chosen_class.js";
import { Legend } from "./legend.js";
import { largest, OVERLAP_COLOURS, ofOverlap, ofValues } from "./pixels.js";
import { SegmentationView } from "./segmentation_view.js";

/** @import { PageData, Send } from "./segmentation_view.js" */
/**
 * `overlaps` (K, 10): pixels of both, of the answer only, of the truth only, union, IoU, Dice, the sums of p t, p^2, t^2,
 * the Dice loss. `terms`: cross-entropy, Dice loss, their weighted sum. Gradients are by the class scores, (K, 96, 96).
 * @typedef {PageData & { probabilities: Float32Array, crossEntropy: Float32Array, ofCrossEntropy: Float32Array,
 *   ofDice: Float32Array, overlaps: Float64Array, terms: Float64Array }} LossData
 */

const SIDE = 96;
const PIXELS = SIDE * SIDE;
const OPERANDS = 10;
const UNION = 3;
const BOARDS = ["overlap", "probability", "crossEntropy", "ofCrossEntropy", "ofDice", "ofBoth"];

/** @extends {SegmentationView<LossData>} */
export class LossView extends SegmentationView {
  /**
   * @param {HTMLElement} root
   * @param {Send} send
   */
  constructor(root, send) {
    super(root, send);
    this.legend = new Legend(root, { choose: (number) => this.set(number) });
    const halves = root.appendChild(make("div", "sg-halves sg-losses"));
    this.lines = halves.appendChild(make("div", "sg-lines"));
    const right = halves.appendChild(make("div"));
    const boards = right.appendChild(make("div", "sg-row sg-six"));
    this.boards = BOARDS.map((name) => new Board(boards, name, this.listeners));
    this.bars = right.appendChild(make("div", "sg-bars"));
    this.readout = right.appendChild(this.makeReadout());
    this.number = 0;
  }

  /** @param {LossData} data */
  update(data) {
    this.number = chosenClass(data.choice.class, data.overlaps, OPERANDS, UNION);
    super.update(data);
  }

  /** @param {number} number */
  set(number) {
    this.number = number;
    this.send({ class: String(number) });
    if (!this.data) return;
    this.draw(this.data);
    this.point(this.data);
  }

  /** @param {Float32Array} maps */
  own(maps) {
    return maps.subarray(this.number * PIXELS, (this.number + 1) * PIXELS);
  }

  /** @param {LossData} data */
  draw(data) {
    const { names, overlaps } = data;
    const iou = names.map((_, each) => overlaps[each * OPERANDS + 4]);
    this.legend.show(
      names,
      iou.map((value) => (Number.isNaN(value) ? "\u2013" : value.toFixed(2))),
      this.number,
    );
    this.drawMaps(data);
    this.write(data);
  }

  /** @param {LossData} data */
  drawMaps(data) {
    const { words, names, scales, answer, truth, picture } = data;
    const probability = colourTable(scales.attention, this.dark);
    const difference = colourTable(scales.difference, this.dark);
    const ofCe = this.own(data.ofCrossEntropy);
    const ofDice = this.own(data.ofDice);
    const both = Float32Array.from(ofCe, (value, at) => value + ofDice[at]);
    const high = Math.max(largest(ofCe), largest(ofDice), largest(both));
    const most = largest(data.crossEntropy);
    const drawn = [
      ofOverlap(picture, answer, truth, this.number),
      ofValues(this.own(data.probabilities), probability, false, 1),
      ofValues(data.crossEntropy, probability, false, most),
      ofValues(ofCe, difference, true, high),
      ofValues(ofDice, difference, true, high),
      ofValues(both, difference, true, high),
    ];
    for (const [number, board] of this.boards.entries()) {
      board.name(filled(words[BOARDS[number]], { name: names[this.number] }));
      board.draw(drawn[number], SIDE, SIDE);
    }
    const key = make("div", "sg-legend");
    for (const [number, name] of ["both", "onlyAnswer", "onlyTruth"].entries()) {
      const row = key.appendChild(make("span", "sg-class"));
      row.appendChild(make("span", "sg-colour")).style.background = OVERLAP_COLOURS[number];
      row.append(make("span", "", words[name]));
    }
    this.bars.replaceChildren(
      key,
      colourBar(scales.attention, this.dark, 0, most, words.crossEntropy),
      colourBar(scales.difference, this.dark, -high, high, words.gradient),
    );
  }

  /** The formulas with their operands. @param {LossData} data */
  write({ words, names, overlaps, terms }) {
    const [both, onlyAnswer, onlyTruth, union, iou, dice, pt, pp, tt, diceLoss] = overlaps.subarray(
      this.number * OPERANDS,
      (this.number + 1) * OPERANDS,
    );
    const losses = names.map((_, each) => overlaps[each * OPERANDS + 9]);
    const [ce, allDice, total] = terms;
    const share = (/** @type {number} */ value) => (Number.isNaN(value) ? "\u2013" : formatted(value, ".4f"));
    const values = {
      name: names[this.number],
      both,
      union,
      onlyAnswer,
      onlyTruth,
      painted: both + onlyAnswer,
      true: both + onlyTruth,
      iou: share(iou),
      dice: share(dice),
      pt: written(pt),
      pp: written(pp),
      tt: written(tt),
      diceLoss: share(diceLoss),
      losses: losses.map((value) => formatted(value, ".3f")).join(" + "),
      count: names.length,
      ce: share(ce),
      allDice: share(allDice),
      total: share(total),
    };
    this.lines.replaceChildren(
      ...["line_iou", "line_dice", "line_soft", "line_classes", "line_ce", "line_total"].map((name) => {
        const line = make("p");
        setBold(line, filled(words[name], values));
        return line;
      }),
    );
  }

  /** @param {LossData} data */
  point({ words, names, truth, probabilities, crossEntropy, ofCrossEntropy, ofDice }) {
    const [row, column] = this.cell(SIDE);
    for (const board of this.boards) board.frame([{ row, column, kind: "sg-cross" }], SIDE, SIDE);
    const at = row * SIDE + column;
    const own = this.number * PIXELS + at;
    this.readout.textContent = filled(words.pixel, {
      row,
      column,
      name: names[this.number],
      truth: names[truth[at]],
      p: formatted(probabilities[own], ".4f"),
      loss: written(crossEntropy[at]),
      ofCe: written(ofCrossEntropy[own]),
      ofDice: written(ofDice[own]),
    });
  }
}
