// The five maps of one query's window, a cell a key, and the sum of the key that is chosen in words and numbers.
import { segments } from "../../../web/shared/controls.js";
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";
import { filled } from "../../../web/shared/words.js";
import { CellMap } from "./cells.js";
import { TEAL } from "./pane.js";
import { rangesOfQuery, TERMS, termsOf } from "./score_terms.js";

/** @import { Tiling } from "./maps.js" */
/** @import { Term } from "./score_terms.js" */
/** @import { Maths, Scale, ScoresData, Step, Words } from "./types.js" */
/** @typedef {{ hover: (place: number) => void, move: (step: Step) => void, redraw: () => void }} TermListeners */
/** @typedef {{ ranges: Record<Term, number>, colours: Record<string, Scale>, dark: boolean }} TermScales */

/** @type {Record<Term, keyof ScoresData["colours"]>} */
const QUANTITY = { qk: "activation", bias: "weight", mask: "difference", sum: "activation", softmax: "attention" };
/** @type {Record<Term, string>} */
const SIGNS = { qk: "", bias: "+", mask: "+", sum: "=", softmax: "\u2192" };

export class TermMaps {
  /**
   * @param {HTMLElement} parent
   * @param {Words} words
   * @param {TermListeners} listeners
   */
  constructor(parent, words, listeners) {
    this.words = words;
    this.root = parent.appendChild(make("div", "wr-terms"));
    this.window = 1; // places a side
    this.own = false; // whether each query has a scale of its own
    /** @type {TermScales | null} */
    this.scales = null;
    const choices = this.root.appendChild(make("div", "wr-wide"));
    const choice = segments(choices, words.scales, [words.scaleAll, words.scaleOwn], (which) => {
      this.own = which === 1;
      choice.set(which);
      listeners.redraw();
    });
    choice.set(0);
    this.maps = TERMS.map((term) => {
      const map = new CellMap(this.root, `${SIGNS[term]} ${words[term]}`.trim(), {
        hover: (row, column) => listeners.hover(row * this.window + column),
        move: listeners.move,
      });
      map.stage.setAttribute("aria-label", `${words[term]}. ${words.mapHelp}`);
      return map;
    });
    this.sentence = this.root.appendChild(make("div", "wr-readout wr-wide"));
    this.check = this.root.appendChild(make("div", "wr-readout wr-wide"));
  }

  /**
   * What the colours span while all queries share a scale, and the colours.
   * @param {TermScales} scales
   */
  scale(scales) {
    this.scales = scales;
  }

  /** @param {Record<Term, number>} ranges */
  colour(ranges) {
    if (!this.scales) return;
    const { colours, dark } = this.scales;
    for (const [i, term] of TERMS.entries()) {
      const top = ranges[term];
      this.maps[i].scale(colours[QUANTITY[term]], dark, term === "softmax" ? 0 : -top, top);
    }
  }

  /**
   * @param {Maths} maths
   * @param {number} head
   * @param {Tiling} tiling
   * @param {number} token the query
   * @param {number | null} chosen the key's place; the one with the largest weight where none is chosen
   * @param {string} accent
   * @param {(token: number) => string} name a patch in words
   * @returns {number} the key's place
   */
  draw(maths, head, tiling, token, chosen, accent, name) {
    const { window } = tiling;
    this.window = window;
    const place = tiling.placeOf(token);
    const { values, lse, total, gap } = termsOf(maths, head, tiling.windowOf(token), place);
    const key = chosen ?? values.softmax.indexOf(Math.max(...values.softmax));
    const keys = tiling.keys(token);
    const cut = keys.flatMap((one, at) => (one.cut ? [at] : []));
    if (this.scales) this.colour(this.own ? rangesOfQuery(values, (at) => keys[at].cut) : this.scales.ranges);
    const boxes = [
      { row: Math.floor(place / window), column: place % window, colour: accent },
      { row: Math.floor(key / window), column: key % window, colour: TEAL },
    ];
    for (const [i, term] of TERMS.entries()) {
      const hatched = term === "qk" || term === "bias" ? [] : cut;
      this.maps[i].draw(values[term], window, window, { boxes, cut: hatched, text: values[term][key] });
    }
    const target = keys[key].token;
    this.sentence.textContent = filled(this.words.addition, {
      key: target < 0 ? this.words.padding : name(target),
      qk: number(values.qk[key]),
      bias: addend(values.bias[key]),
      mask: addend(values.mask[key]),
      sum: number(values.sum[key]),
      lse: number(lse),
      weight: number(values.softmax[key]),
    });
    const numbers = { count: maths.reachable, total: total.toFixed(6), gap: gap.toExponential(1) };
    this.check.textContent = filled(this.words.check, numbers);
    return key;
  }
}

/**
 * A number as one more addend of a sum, with a true minus sign.
 * @param {number} value
 */
function addend(value) {
  const text = number(value);
  return text.startsWith("\u2212") ? `\u2212 ${text.slice(1)}` : `+ ${text}`;
}
