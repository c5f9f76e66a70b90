// The weights that the last place has for every flight in both blocks of SASRec; one weight, and one score, opened.
import { make } from "../../../web/shared/dom.js";
import { filled, setBold } from "../../../web/shared/words.js";
import { largestFirst, product, softmax } from "./maths.js";
import { openedScore } from "./opened_score.js";

/** @import { Choice } from "./types.d.ts" */
/** @import { Asked, Lines } from "./aircraft_section.js" */

/** @implements {Lines} */
export class AttentionLines {
  /** @param {(part: Partial<Choice>) => void} _choose */
  constructor(_choose) {
    this.controls = make("div");
    this.opened = make("div", "vr-opened");
    this.weight = this.opened.appendChild(make("div"));
    this.score = this.opened.appendChild(make("div"));
  }

  /** @param {Asked} asked */
  lines({ data, answer, choice }) {
    const { weights } = answer.sasrec;
    const count = answer.items.length;
    const high = Math.max(...weights);
    return [0, 1].map((block) => {
      const own = weights.subarray(block * count, (block + 1) * count);
      const values = { block, high: Math.max(...own), entropy: entropy(own) };
      return {
        name: String(block),
        label: filled(data.words.block_line, values),
        kind: /** @type {const} */ ("bars"),
        values: spread(own, answer),
        high,
        pressed: block === choice.block,
      };
    });
  }

  /** @param {Asked} asked */
  onMap({ answer, choice }) {
    const count = answer.items.length;
    return Float64Array.from(answer.sasrec.weights.subarray(choice.block * count, (choice.block + 1) * count));
  }

  /** @param {Asked} asked */
  mapLabel({ data, choice }) {
    return filled(data.words.map_attention, { block: choice.block });
  }

  /**
   * @param {Asked} _asked
   * @param {string} name
   * @param {number} _at
   */
  press(_asked, name, _at) {
    return { block: Number(name) };
  }

  /**
   * @param {Asked} asked
   * @param {number} place
   */
  read({ data, answer }, place) {
    const at = answer.places.indexOf(place);
    const { words, fixed } = data;
    if (at < 0) return filled(words.read_out, { place });
    const count = answer.items.length;
    const [first, second] = [answer.sasrec.weights[at], answer.sasrec.weights[count + at]];
    return filled(words.attention_read, { place, code: fixed.codes[answer.items[at] - 1], first, second });
  }

  /** @param {Asked} asked */
  open({ data, answer, choice }) {
    const { words, fixed } = data;
    const { q, k, weights, attnScores, state, scores } = answer.sasrec;
    const { block, place, airport } = choice;
    const [count, at] = [answer.items.length, answer.places.indexOf(place)];
    const width = q.length / 2;
    if (at < 0) this.weight.replaceChildren(make("div", "vr-title", filled(words.read_out, { place })));
    else {
      const i = block * count + at;
      const { sum, largest } = product(q, block * width, k, i * width, width);
      const row = softmax(attnScores, block * count, count);
      const [one, two, three] = largest.map(({ channel }) => channel);
      const values = {
        ...{ place, block, width, dot: sum, root: Math.sqrt(width), score: attnScores[i], top: row.top },
        ...{ part: Math.exp(attnScores[i] - row.top), sum: row.sum, weight: weights[i], one, two, three },
        ...{ code: fixed.codes[answer.items[at] - 1], q: q[block * width + one], k: k[i * width + one] },
        ...{ a: largest[0].term, b: largest[1]?.term ?? 0, c: largest[2]?.term ?? 0 },
      };
      this.weight.replaceChildren(
        ...lines(words, ["weight_title", "weight_dot", "weight_terms", "weight_soft"], values),
      );
    }
    const other = product(state, 0, fixed.itemEmbed, airport * width, width);
    openedScore(this.score, words, fixed.codes[airport], "sasrec", scores, airport, other, null);
  }

  /** @param {Asked} asked */
  figures({ data, answer }) {
    const count = answer.items.length;
    const { weights } = answer.sasrec;
    const table = {
      place: answer.places,
      airport: Array.from(answer.items, (item) => data.fixed.codes[item - 1]),
      "block 0": weights.subarray(0, count),
      "block 1": weights.subarray(count),
    };
    return [{ name: data.words.attention_name, table }];
  }
}

/**
 * Sentences with their places filled in, the first one as a title.
 * @param {Record<string, string>} words
 * @param {string[]} names
 * @param {Record<string, unknown>} values
 */
export function lines(words, names, values) {
  return names.map((name, i) => {
    const line = make("div", i ? "vv-mono" : "vr-title");
    setBold(line, filled(words[name], values));
    return line;
  });
}

/**
 * A value for every flight of the row as it was, null where a flight is left out.
 * @param {ArrayLike<number>} values one for each flight that is left
 * @param {import("./types.d.ts").Answer} answer
 */
export function spread(values, answer) {
  /** @type {(number | null)[]} */
  const all = Array.from(answer.given, () => null);
  for (const [i, place] of answer.places.entries()) all[place] = values[i];
  return all;
}

/**
 * How many flights the weights are as good as spread over evenly: e to the entropy.
 * @param {ArrayLike<number>} weights
 */
function entropy(weights) {
  let sum = 0;
  for (const i of largestFirst(weights)) if (weights[i] > 0) sum -= weights[i] * Math.log(weights[i]);
  return Math.exp(sum);
}
