// What GRU4Rec's gates and state are after every flight, and what each flight is worth to both models; one number opened.
import { segments, slider } from "../../../web/shared/controls.js";
import { make } from "../../../web/shared/dom.js";
import { filled } from "../../../web/shared/words.js";
import { lines, spread } from "./attention_lines.js";
import { product, softmax, worthOf } from "./maths.js";
import { openedScore } from "./opened_score.js";

/** @import { Choice, GateName, ModelName } from "./types.d.ts" */
/** @import { Asked, Lines } from "./aircraft_section.js" */

/** @type {GateName[]} */
const GATES = ["reset", "update", "candidate", "state"];
const SIGNED = ["candidate", "state"];
/** @type {ModelName[]} */
const MODELS = ["sasrec", "gru4rec"];

/** @implements {Lines} */
export class GruLines {
  /** @param {(part: Partial<Choice>) => void} choose */
  constructor(choose) {
    this.choose = choose;
    this.controls = make("div", "vr-row");
    this.opened = make("div", "vr-opened");
    this.cell = this.opened.appendChild(make("div"));
    this.score = this.opened.appendChild(make("div"));
    this.spoken = "";
  }

  /** @param {Asked} asked */
  speak({ data, answer }) {
    const { words } = data;
    const channels = gatesOf(data).state.length / answer.items.length;
    if (this.spoken !== words.gate) {
      this.spoken = words.gate;
      this.controls.replaceChildren(make("span", "vr-quiet", words.gate));
      const names = GATES.map((gate) => words[`gate_${gate}`]);
      this.gates = segments(this.controls, words.gate, names, (i) => this.choose({ gate: GATES[i] }));
      this.channel = slider(this.controls, words.channel, (channel) => this.choose({ channel }), "vr-slider");
    }
    return channels;
  }

  /** @param {Asked} asked */
  lines(asked) {
    const channels = this.speak(asked);
    const { data, answer, choice } = asked;
    const { words } = data;
    this.gates?.set(GATES.indexOf(choice.gate));
    this.channel?.set(choice.channel, channels - 1, String(choice.channel));
    const values = across(answer, gatesOf(data)[choice.gate], channels);
    const heat = {
      name: SIGNED.includes(choice.gate) ? "candidate" : "reset",
      label: filled(words.heat_line, { gate: words[`gate_${choice.gate}`], channels }),
      kind: /** @type {const} */ ("heat"),
      ...{ values, rows: channels, high: 1, marked: choice.channel },
    };
    const worth = MODELS.map((model) => this.worth(asked, model));
    const high = Math.max(...worth.flatMap((each) => Array.from(each, Math.abs)), 1e-6);
    const code = data.fixed.codes[choice.airport];
    const signed = MODELS.map((model, i) => {
      const sums = { model: words[`next_${model}`], code, high };
      const kind = /** @type {const} */ ("signed");
      return { name: model, label: filled(words.worth_line, sums), kind, values: spread(worth[i], answer), high };
    });
    return [heat, ...signed];
  }

  /**
   * @param {Asked} asked
   * @param {ModelName} model
   */
  worth({ data, answer, worth, choice }, model) {
    const without = worth?.[model];
    if (!without || without.length !== answer.items.length * data.fixed.codes.length)
      return new Float64Array(answer.items.length);
    const now = softmax(answer[model].scores).shares[choice.airport];
    return worthOf(without, now, choice.airport, data.fixed.codes.length);
  }

  /** @param {Asked} asked */
  onMap(asked) {
    return this.worth(asked, "gru4rec");
  }

  /** @param {Asked} asked */
  mapLabel({ data, choice }) {
    return filled(data.words.map_worth, { code: data.fixed.codes[choice.airport] });
  }

  /**
   * @param {Asked} asked
   * @param {string} name
   * @param {number} at
   */
  press({ data, answer }, name, at) {
    if (at < 0 || MODELS.includes(/** @type {ModelName} */ (name))) return {};
    const channels = gatesOf(data).state.length / answer.items.length;
    return { channel: Math.floor(at * channels) };
  }

  /**
   * @param {Asked} asked
   * @param {number} place
   */
  read(asked, place) {
    const { data, answer, choice } = asked;
    const { words, fixed } = data;
    const at = answer.places.indexOf(place);
    if (at < 0) return filled(words.read_out, { place });
    const channels = gatesOf(data).state.length / answer.items.length;
    const values = {
      ...{ place, code: fixed.codes[answer.items[at] - 1], airport: fixed.codes[choice.airport] },
      ...{ gate: words[`gate_${choice.gate}`], channel: choice.channel },
      value: gatesOf(data)[choice.gate][at * channels + choice.channel],
      ...{ sasrec: this.worth(asked, "sasrec")[at], gru: this.worth(asked, "gru4rec")[at] },
    };
    return filled(words.gru_read, values);
  }

  /** @param {Asked} asked */
  open({ data, answer, choice }) {
    const { words, fixed } = data;
    const { reset, update, candidate, state, ofInput, ofState } = gatesOf(data);
    const { scores } = answer.gru4rec;
    const { place, channel, airport } = choice;
    const at = answer.places.indexOf(place);
    const channels = state.length / answer.items.length;
    if (at < 0) this.cell.replaceChildren(make("div", "vr-title", filled(words.read_out, { place })));
    else {
      const i = at * channels + channel;
      const part = (/** @type {Float32Array} */ of, /** @type {number} */ gate) =>
        of[(3 * at + gate) * channels + channel];
      const values = {
        ...{ place, channel, code: fixed.codes[answer.items[at] - 1] },
        ...{ xr: part(ofInput, 0), xz: part(ofInput, 1), xn: part(ofInput, 2) },
        ...{ sr: part(ofState, 0), sz: part(ofState, 1), sn: part(ofState, 2) },
        ...{ r: reset[i], z: update[i], n: candidate[i], h: state[i], before: at ? state[i - channels] : 0 },
        rest: 1 - update[i],
      };
      const names = ["cell_title", "cell_reset", "cell_update", "cell_candidate", "cell_state"];
      this.cell.replaceChildren(...lines(words, names, values));
    }
    const last = state.length - channels;
    const made = product(state, last, fixed.outWeight, airport * channels, channels);
    openedScore(this.score, words, fixed.codes[airport], "gru4rec", scores, airport, made, fixed.outBias[airport]);
  }

  /** @param {Asked} asked */
  figures(asked) {
    const { data, answer } = asked;
    const count = answer.items.length;
    const shape = [count, gatesOf(data).state.length / count];
    const arrays = Object.fromEntries(GATES.map((gate) => [gate, { values: gatesOf(data)[gate], shape }]));
    /** @type {Record<string, import("../../../web/shared/types.d.ts").SavedArray>} */
    const without = {};
    for (const model of MODELS) {
      const values = asked.worth?.[model];
      if (values) without[`without_${model}`] = { values, shape: [count, data.fixed.codes.length] };
    }
    const table = {
      place: answer.places,
      airport: Array.from(answer.items, (item) => data.fixed.codes[item - 1]),
    };
    return [{ name: data.words.gru_name, arrays: { ...arrays, ...without }, table }];
  }
}

/**
 * Steps x channels as channels x flights of the row as it was, NaN where a flight is left out.
 * @param {import("./types.d.ts").Answer} answer
 * @param {Float32Array} values
 * @param {number} channels
 */
function across(answer, values, channels) {
  const width = answer.given.length;
  const found = new Float32Array(channels * width).fill(Number.NaN);
  for (const [i, place] of answer.places.entries())
    for (let channel = 0; channel < channels; channel++)
      found[channel * width + place] = values[i * channels + channel];
  return found;
}

/**
 * The gates, which are there wherever these lines are.
 * @param {import("./types.d.ts").RecommendationData} data
 */
function gatesOf({ gates }) {
  if (!gates) throw new Error("the server sent no gates");
  return gates;
}
