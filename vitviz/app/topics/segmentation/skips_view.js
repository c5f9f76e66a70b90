// Every skip connection as a switch: what is painted with it, and what that costs.
import { segments, slider } from "../../../web/shared/controls.js";
import { make } from "../../../web/shared/dom.js";
import { formatted } from "../../../web/shared/format.js";
import { filled, setBold } from "../../../web/shared/words.js";
import { Board } from "./board.js";
import { carriedBySkips } from "./carried.js";
import { Legend } from "./legend.js";
import { ofErrors, ofMask, ofPicture } from "./pixels.js";
import { SegmentationView } from "./segmentation_view.js";
import { settingOf, settingWords, switchesOf } from "./switches.js";

/** @import { PageData, Send } from "./segmentation_view.js" */
/**
 * `answers` (V, 96, 96) and `figures` (V, 4) are of the settings (V, skips), the first of which changes nothing;
 * `setting` is the chosen one, the last where it is none of the single switches.
 * @typedef {PageData & { other: Uint8Array, otherNumber: number, others: number, answers: Uint8Array,
 *   settings: Uint8Array, setting: number, figures: Float64Array,
 *   skips: { side: number, channels: number }[] }} SkipsData
 */

const SIDE = 96;
const FIGURES = ["meanIou", "edges", "outline", "named"];
const BOARDS = ["truth", "before", "after", "changed", "other"];

/** @extends {SegmentationView<SkipsData>} */
export class SkipsView extends SegmentationView {
  /**
   * @param {HTMLElement} root
   * @param {Send} send
   */
  constructor(root, send) {
    super(root, send);
    const boards = root.appendChild(make("div", "sg-row sg-five"));
    this.boards = BOARDS.map((name) => new Board(boards, name, this.listeners));
    this.legend = new Legend(root);
    const halves = root.appendChild(make("div", "sg-halves sg-switching"));
    this.tools = halves.appendChild(make("div", "sg-switches"));
    this.table = halves.appendChild(make("table", "sg-table"));
    this.carried = root.appendChild(make("div", "sg-lines"));
    this.readout = root.appendChild(this.makeReadout());
    this.setting = 0;
    this.built = "";
  }

  /** @param {SkipsData} data */
  update(data) {
    this.setting = data.setting;
    super.update(data);
  }

  /**
   * Choose what the switches say: at once where it was computed with the others, else once the server has answered.
   * @param {number[]} switches
   */
  set(switches) {
    if (this.data) {
      const there = settingOf(this.data.settings, switches);
      if (there !== null) {
        this.setting = there;
        this.draw(this.data);
        this.point(this.data);
      }
    }
    this.send({ switches: switches.join("") });
  }

  /** @param {SkipsData} data */
  build(data) {
    const { words, skips } = data;
    if (this.built === JSON.stringify(words)) return;
    this.built = JSON.stringify(words);
    this.tools.replaceChildren();
    this.switches = skips.map(({ side, channels }, skip) => {
      const name = `skip.${skip} (${side}\u00d7${side}\u00d7${channels})`;
      const row = this.tools.appendChild(make("div", "sg-switch"));
      row.append(make("span", "vv-mono", name));
      const choices = [words.own, words.off, words.fromOther];
      return segments(row, name, choices, (source) => {
        if (this.data) this.set(this.switchesNow(this.data).with(skip, source));
      });
    });
    this.number = slider(this.tools, words.otherNumber, (otherNumber) => {
      this.number?.set(otherNumber, data.others - 1, String(otherNumber));
      this.send({ other: String(otherNumber) });
    });
  }

  /** @param {SkipsData} data */
  switchesNow({ settings, skips }) {
    return switchesOf(settings, this.setting, skips.length);
  }

  /** The answer of a setting. @param {SkipsData} data @param {number} setting */
  answer({ answers }, setting) {
    return answers.subarray(setting * SIDE * SIDE, (setting + 1) * SIDE * SIDE);
  }

  /** @param {SkipsData} data */
  draw(data) {
    this.build(data);
    const { words, picture, other, truth } = data;
    const switches = this.switchesNow(data);
    for (const [skip, each] of (this.switches ?? []).entries()) each.set(switches[skip]);
    this.number?.set(data.otherNumber, data.others - 1, String(data.otherNumber));
    const before = this.answer(data, 0);
    const after = this.answer(data, this.setting);
    const drawn = [ofMask(truth), ofMask(before), ofMask(after), ofErrors(picture, after, before), ofPicture(other)];
    for (const [number, board] of this.boards.entries()) {
      board.name(words[BOARDS[number]]);
      board.draw(drawn[number], SIDE, SIDE);
    }
    this.legend.show(data.names);
    this.fill(data);
    this.writeCarried(data);
  }

  /** What each skip carried in this scene. @param {SkipsData} data */
  writeCarried({ words, settings, skips, figures }) {
    const lines = carriedBySkips(settings, skips.length, figures).map(({ skip, kind, outline, named }) => {
      const line = make("p");
      const values = { skip: `skip.${skip}`, outline: formatted(outline, "+.2f"), named: formatted(named, "+.2f") };
      setBold(line, filled(words[`carried_${kind}`], values));
      return line;
    });
    const note = make("p", "", words.carried_note);
    this.carried.replaceChildren(...lines, note);
  }

  /**
   * The table of single switches, and the chosen setting where it is none of them.
   * @param {SkipsData} data
   */
  fill({ words, settings, skips, figures }) {
    const rows = Array.from({ length: settings.length / skips.length }, (_, setting) => setting);
    const head = make("tr");
    head.append(make("th", "", words.setting), ...FIGURES.map((name) => make("th", "", words[name])));
    const lines = rows.map((setting) => {
      const { key, skip } = settingWords(switchesOf(settings, setting, skips.length));
      const line = make("tr", setting === this.setting ? "sg-current" : "");
      const name = make("td");
      const button = name.appendChild(make("button", "sg-link", filled(words[key], { skip: `skip.${skip}` })));
      button.type = "button";
      button.addEventListener("click", () => this.set(switchesOf(settings, setting, skips.length)));
      button.setAttribute("aria-pressed", String(setting === this.setting));
      line.append(name);
      for (const [number] of FIGURES.entries()) {
        const value = figures[setting * FIGURES.length + number];
        const gap = value - figures[number];
        const cell = line.appendChild(make("td", "vv-mono", Number.isNaN(value) ? "\u2013" : formatted(value, ".3f")));
        if (setting && !Number.isNaN(gap)) cell.append(make("span", "sg-gap", ` ${formatted(gap, "+.2f")}`));
      }
      return line;
    });
    this.table.replaceChildren(head, ...lines);
  }

  /** @param {SkipsData} data */
  point(data) {
    const [row, column] = this.cell(SIDE);
    for (const board of this.boards) board.frame([{ row, column, kind: "sg-cross" }], SIDE, SIDE);
    const at = row * SIDE + column;
    const { words, names, truth } = data;
    this.readout.textContent = filled(words.pixel, {
      row,
      column,
      truth: names[truth[at]],
      before: names[this.answer(data, 0)[at]],
      after: names[this.answer(data, this.setting)[at]],
    });
  }
}
