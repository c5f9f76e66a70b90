// One aircraft's flights as a sheet, what a person changes of them, the map, and the airports that both models expect next.
import { button, labelled, choice as select } from "../../../web/shared/controls.js";
import { make, write } from "../../../web/shared/dom.js";
import { filled, setBold } from "../../../web/shared/words.js";
import { AttentionLines } from "./attention_lines.js";
import { GruLines } from "./gru_lines.js";
import { AirportMap } from "./map.js";
import { ofAirports, softmax } from "./maths.js";
import { NextBars } from "./next_bars.js";
import { changed, readEdits, rowNow } from "./row.js";
import { Sheet } from "./sheet.js";

/** @import { Answer, Choice, RecommendationData, Shown, Worth } from "./types.d.ts" */
/** @import { Section } from "./view.js" */
/** @import { Line } from "./sheet.js" */
/**
 * @typedef {object} Asked what both kinds of lines are drawn from
 * @property {RecommendationData} data
 * @property {Answer} answer
 * @property {Worth | null} worth
 * @property {Choice} choice with nothing left open
 * @property {Shown["tables"]} tables
 */
/**
 * @typedef {object} Lines the lines of the sheet, what the map shows, and a flight opened
 * @property {HTMLElement} controls
 * @property {HTMLElement} opened
 * @property {(asked: Asked) => Line[]} lines
 * @property {(asked: Asked) => Float64Array} onMap a value for each flight that is left
 * @property {(asked: Asked) => string} mapLabel
 * @property {(asked: Asked) => void} open
 * @property {(asked: Asked, place: number) => string} read what stands at a place
 * @property {(asked: Asked, name: string, at: number) => Partial<Choice>} press
 * @property {(asked: Asked) => import("../../../web/shared/types.d.ts").SavedFigure[]} figures
 */

const EXAMPLES = [3281, 2425, 100, 1302, 3653];

/** @implements {Section} */
export class AircraftSection {
  /**
   * @param {"attention" | "gru"} kind
   * @param {(part: Partial<Choice>) => void} choose
   */
  constructor(kind, choose) {
    this.choose = choose;
    this.root = make("div", "vr-aircraft");
    this.who = this.root.appendChild(make("div", "vr-row"));
    this.facts = this.root.appendChild(make("div", "vr-facts"));
    this.lines = kind === "attention" ? new AttentionLines(choose) : new GruLines(choose);
    this.root.append(this.lines.controls);
    this.sheet = new Sheet(this.root, {
      choose: (place) => choose({ place }),
      hover: (place) => this.over(place, null),
      press: (name, at) => {
        if (this.asked) choose(this.lines.press(this.asked, name, at));
      },
    });
    this.read = this.root.appendChild(make("div", "vv-readout vr-read"));
    this.edit = this.root.appendChild(make("div", "vr-row vr-edit"));
    const body = this.root.appendChild(make("div", "vr-body"));
    const left = body.appendChild(make("div"));
    this.mapTitle = left.appendChild(make("div", "vr-title"));
    this.map = new AirportMap(
      left,
      (airport) => choose({ airport }),
      (airport) => this.over(null, airport),
    );
    this.next = body.appendChild(make("div", "vr-both"));
    const chosen = (/** @type {number} */ airport) => choose({ airport });
    this.bars = { sasrec: new NextBars(this.next, chosen), gru4rec: new NextBars(this.next, chosen) };
    this.root.append(this.lines.opened);
    /** @type {Asked | null} */
    this.asked = null;
    /** @type {string[]} texts of changes that can be undone */
    this.past = [];
    this.spoken = "";
  }

  /**
   * The controls in the person's language.
   * @param {RecommendationData} data
   */
  speak({ words, fixed }) {
    if (this.spoken === words.aircraft) return;
    this.spoken = words.aircraft;
    this.who.replaceChildren();
    const input = make("input", "vr-number");
    Object.assign(input, { type: "number", min: "0", max: String(fixed.aircraft - 1), step: "1", required: true });
    input.addEventListener("keydown", (event) => event.stopPropagation());
    input.addEventListener("change", () => {
      if (input.reportValidity()) this.aircraft(Number(input.value), fixed.aircraft);
    });
    this.number = labelled(this.who, words.aircraft, input, "vr-label-of");
    const step = (/** @type {number} */ by) => this.aircraft((this.asked?.choice.aircraft ?? 0) + by, fixed.aircraft);
    button(this.who, "\u2190", () => step(-1), "vv-tool").setAttribute("aria-label", words.aircraft_before);
    button(this.who, "\u2192", () => step(1), "vv-tool").setAttribute("aria-label", words.aircraft_after);
    this.who.append(make("span", "vr-quiet", words.examples));
    for (const each of EXAMPLES) button(this.who, String(each), () => this.aircraft(each, fixed.aircraft), "vv-tool");
    this.edit.replaceChildren();
    this.flight = this.edit.appendChild(make("span", "vr-flight"));
    this.out = button(this.edit, words.leave_out, () => this.change(this.isOut ? "back" : "out"), "vv-tool");
    const codes = fixed.codes.map((code, i) => /** @type {[string, string]} */ ([String(i + 1), code]));
    const swap = select(this.edit, [["", words.swap], ...codes], (value) => {
      if (value) this.change(Number(value));
      swap.value = "";
    });
    swap.setAttribute("aria-label", words.swap);
    swap.addEventListener("keydown", (event) => event.stopPropagation());
    this.undo = button(this.edit, words.undo, () => this.back(), "vv-tool");
    this.reset = button(this.edit, words.as_it_was, () => this.write(""), "vv-tool");
  }

  /**
   * @param {number} number
   * @param {number} count
   */
  aircraft(number, count) {
    this.past = [];
    this.choose({ aircraft: ((number % count) + count) % count, edits: "", place: -1, airport: -1 });
  }

  /** @param {"out" | "back" | number} how */
  change(how) {
    if (!this.asked) return;
    const { answer, choice, data } = this.asked;
    const item = how === "out" ? null : how === "back" ? answer.given[choice.place] : how;
    this.write(changed(choice.edits, choice.place, item, answer.given, data.fixed.codes));
  }

  /** @param {string} edits */
  write(edits) {
    if (!this.asked || edits === this.asked.choice.edits) return;
    this.past.push(this.asked.choice.edits);
    this.choose({ edits });
  }

  back() {
    const edits = this.past.pop();
    if (edits !== undefined) this.choose({ edits });
  }

  /** @param {Shown} shown */
  draw({ data, choice, tables }) {
    const { answer, worth, fixed, words } = data;
    this.speak(data);
    if (this.number && document.activeElement !== this.number) this.number.value = String(choice.aircraft);
    // Until the server has answered to another aircraft, the sheet stays that of the one before.
    if (!answer || answer.aircraft !== choice.aircraft) return;
    const count = answer.given.length;
    const place = choice.place < 0 ? count - 1 : Math.min(choice.place, count - 1);
    const airport = choice.airport < 0 ? answer.came - 1 : choice.airport;
    this.asked = { data, answer, worth, tables, choice: { ...choice, place, airport } };
    const { asked } = this;
    this.isStale = answer.edits !== choice.edits;
    this.next.classList.toggle("vr-waiting", this.isStale);
    const row = rowNow(answer.given, choice.edits, fixed.codes);
    const flights = row.map((item, i) => ({
      code: fixed.codes[(item ?? answer.given[i]) - 1],
      was: item !== null && item !== answer.given[i] ? fixed.codes[answer.given[i] - 1] : null,
      out: item === null,
    }));
    this.sheet.draw({ flights, chosen: place, lines: this.lines.lines(asked), tables, label: words.strip });
    this.describe(asked, flights[place], place);
    const values = this.lines.onMap(asked);
    const own = ofAirports(answer.items, values, fixed.codes.length);
    const often = ofAirports(answer.items, new Float64Array(answer.items.length).fill(1), fixed.codes.length);
    write(this.mapTitle, this.lines.mapLabel(asked));
    const on = { fixed, values: own, flights: often, came: answer.came, airport };
    this.map.draw({ ...on, label: words.map, shelf: words.shelf });
    for (const model of /** @type {const} */ (["sasrec", "gru4rec"])) {
      const { scores, before } = answer[model];
      this.bars[model].draw(words[`next_${model}`], fixed.codes, scores, before, answer.came, airport);
    }
    this.lines.open(asked);
    this.over(null, null);
    write(this.root, null, { "data-answered": `${answer.aircraft} ${answer.edits}` });
  }

  /**
   * @param {Asked} asked
   * @param {{ code: string, was: string | null, out: boolean }} flight
   * @param {number} place
   */
  describe({ data, answer, choice }, { code, was, out }, place) {
    const { words, fixed } = data;
    this.isOut = out || was !== null;
    const sentence = out ? words.flight_out : was ? words.flight_other : words.flight;
    if (this.flight) setBold(this.flight, filled(sentence, { place, code, was: was ?? "" }));
    if (this.out) write(this.out, this.isOut ? words.put_back : words.leave_out);
    if (this.undo) this.undo.disabled = !this.past.length;
    if (this.reset) this.reset.disabled = !choice.edits;
    const airports = new Set(answer.given).size;
    const values = {
      flights: answer.flights,
      airports,
      count: answer.given.length,
      code: fixed.codes[answer.came - 1],
    };
    const changes = readEdits(choice.edits, fixed.codes).size;
    const told = `${filled(words.facts, values)}${changes ? ` ${filled(words.changes, { changes })}` : ""}`;
    setBold(this.facts, told);
  }

  /**
   * What the pointer is over: a column of the sheet, or an airport of the map.
   * @param {number | null} place
   * @param {number | null} airport
   */
  over(place, airport) {
    const { asked } = this;
    if (!asked) return;
    const { data, answer, choice } = asked;
    const { fixed, words } = data;
    this.sheet.over(place);
    const row = rowNow(answer.given, choice.edits, fixed.codes);
    const there = place === null ? airport : (row[place] ?? answer.given[place]) - 1;
    this.map.over(there);
    for (const [i, chip] of this.sheet.chips.entries())
      chip.classList.toggle("vr-same", there !== null && row[i] === there + 1);
    if (airport !== null) {
      const often = answer.items.filter((item) => item === airport + 1).length;
      const sasrec = softmax(answer.sasrec.scores).shares[airport];
      const gru = softmax(answer.gru4rec.scores).shares[airport];
      write(this.read, filled(words.airport_read, { code: fixed.codes[airport], often, sasrec, gru }));
    } else write(this.read, this.lines.read(asked, place ?? choice.place));
  }

  /** @param {Shown} _shown */
  figures(_shown) {
    if (!this.asked) return [];
    const { data, answer } = this.asked;
    const { sasrec, gru4rec } = answer;
    const next = {
      airport: data.fixed.codes,
      ...{ "sasrec score": sasrec.scores, "sasrec score before": sasrec.before },
      ...{ "gru4rec score": gru4rec.scores, "gru4rec score before": gru4rec.before },
    };
    return [
      ...this.lines.figures(this.asked).map((figure) => ({ element: this.sheet.root, ...figure })),
      { name: this.mapTitle.textContent ?? "", element: this.map.root },
      { name: data.words.next, element: this.next, table: next },
    ];
  }

  destroy() {
    this.sheet.destroy();
    this.map.destroy();
  }
}
