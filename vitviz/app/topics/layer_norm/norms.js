// All layer norms of a run on one cursor, a layer norm and a token. Its place is sent to the page, which shows below what
// needs more numbers.
import { Chart } from "../../../web/plotly/chart.js";
import { make } from "../../../web/shared/dom.js";
import { sameArrays } from "../../../web/shared/payload.js";
import { filled, setBold } from "../../../web/shared/words.js";
import { throughDepth } from "./figures.js";
import { NormMap } from "./norm_map.js";
import { OneNorm } from "./one_norm.js";
import { Statistics } from "./statistics.js";

/** @import { Figure } from "../../../web/plotly/types.js" */
/** @import { Grid } from "../../../web/shared/places.js" */
/** @import { ColourScale } from "../../../web/shared/colours.js" */
/** @import { Described, Norm } from "./statistics.js" */
/** @typedef {"norm" | "ratio" | "scale" | "mean"} Quantity what the strips can show */
/** @typedef {"mean" | "scale"} Depth what the charts through the depth show */
/** @typedef {Norm & { note: string }} NormWithNote */
/**
 * Number of the layer norm, token of the finest map, and how often a place was chosen.
 * @typedef {{ at: number, token: number, turn: number }} Place
 */
/**
 * What Python sends; `notes` say of every layer norm which tokens stand out.
 * @typedef {Place & { statistics: { values: Float32Array, norms: Described[], spans: Record<Quantity, [number, number]> },
 *   notes: string[], times: string, marked: number, image: string, aspect: number, prefix: string[], finest: Grid,
 *   scales: Record<"attention" | "activation", ColourScale>, figures: Record<"tokens" | Depth, Figure>,
 *   words: Record<string, string>, picker: Record<string, string>, chart: Record<string, string> }} NormsData
 */

/** @type {Record<Quantity, "attention" | "activation">} */
const STRIPS = { norm: "attention", ratio: "attention", scale: "attention", mean: "activation" };
const QUANTITIES = /** @type {Quantity[]} */ (Object.keys(STRIPS));
/** @type {Depth[]} */
const DEPTHS = ["mean", "scale"];
/** What the strips show, for as long as the browser has the app open. @type {{ quantity: Quantity }} */
const kept = { quantity: "norm" };

export class Norms {
  /**
   * @param {HTMLElement} root
   * @param {(place: Place) => void} onChoose is called with every place that is chosen
   */
  constructor(root, onChoose) {
    this.onChoose = onChoose;
    this.root = root;
    this.at = 0;
    this.token = 0;
    this.turn = 0;
    /** @type {NormWithNote[]} */
    this.norms = [];
    root.classList.add("vn");
    const label = root.appendChild(make("label", "vn-which"));
    this.which = label.appendChild(make("span"));
    this.name = label.appendChild(make("output", "vn-at"));
    this.slider = label.appendChild(make("input"));
    Object.assign(this.slider, { type: "range", min: 0, step: 1 });
    this.slider.addEventListener("input", () => this.fix(Number(this.slider.value), this.token));
    this.slider.addEventListener("keydown", (event) => event.stopPropagation()); // the page has hotkeys of its own
    const top = root.appendChild(make("div", "vn-top"));
    this.one = new OneNorm(top, (token) => this.choose(this.at, token));
    this.stripsTitle = root.appendChild(make("h2"));
    this.choice = root.appendChild(make("div", "vn-quantity"));
    this.choice.setAttribute("role", "group");
    this.buttons = QUANTITIES.map((quantity) => this.quantityButton(quantity));
    this.strips = new NormMap(root, (at, token) => this.choose(at, token));
    this.stripsHelp = root.appendChild(make("p", "vn-caption"));
    this.depthTitle = root.appendChild(make("h2"));
    this.depthHelp = root.appendChild(make("p", "vn-caption"));
    const two = root.appendChild(make("div", "vn-two"));
    this.depth = DEPTHS.map((name) => ({ name, chart: new Chart(two.appendChild(make("div"))) }));
  }

  /** @param {Quantity} quantity */
  quantityButton(quantity) {
    const button = this.choice.appendChild(make("button"));
    button.type = "button";
    button.addEventListener("click", () => {
      kept.quantity = quantity;
      this.drawStrips();
    });
    return { quantity, button };
  }

  /** The chosen layer norm's maps and chart, the strips of all, and the charts through the depth. */
  figures() {
    const { data, norms } = this;
    if (!data || !norms.length) return [];
    const { words } = data;
    const strips = norms.map((norm) => [norm.name, { values: norm[kept.quantity] }]);
    const all = { name: words[`all_${kept.quantity}`], element: this.strips.box, arrays: Object.fromEntries(strips) };
    const depth = this.depth.map(({ name, chart }) => chart.saved(`${words.depth} ${words[`all_${name}`]}`));
    return [...this.one.figures(), all, ...depth];
  }

  destroy() {
    this.one.destroy();
    for (const { chart } of this.depth) chart.destroy();
    this.root.replaceChildren();
  }

  /** @param {NormsData} data */
  update(data) {
    const { statistics, words, at, token, turn } = data;
    if (!this.statistics || !sameArrays(this.data?.statistics.values, statistics.values))
      this.statistics = new Statistics(statistics, data.prefix, data.finest);
    this.data = data;
    // An answer to an earlier choice than the last one does not move the cursor back.
    if (turn >= this.turn) Object.assign(this, { at, token, turn });
    this.norms = this.statistics.norms.map((norm, i) => ({ ...norm, note: data.notes[i] }));
    const places = { count: this.norms.length, times: data.times, marked: data.marked };
    setBold(this.which, filled(words.which, places));
    this.slider.setAttribute("aria-label", this.which.textContent); // the label's first control is the output
    this.slider.max = String(this.norms.length - 1);
    this.stripsTitle.textContent = words.all;
    this.stripsHelp.textContent = filled(words.all_help, places);
    this.choice.setAttribute("aria-label", words.all_choose);
    for (const { quantity, button } of this.buttons) button.textContent = words[`all_${quantity}`];
    this.depthTitle.textContent = words.depth;
    this.depthHelp.textContent = filled(words.depth_help, places);
    this.one.update(data);
    this.drawNorm();
    this.drawStrips();
    this.drawDepth();
  }

  /**
   * The chosen token as layer norm number `at` counts.
   * @param {number} at
   */
  tokenAt(at) {
    return this.statistics?.tokenAt(at, this.token) ?? 0;
  }

  /**
   * Choose a token, counted as layer norm number `at` does, there.
   * @param {number} at
   * @param {number} token
   */
  choose(at, token) {
    this.fix(at, this.statistics?.finestToken(at, token, this.token) ?? token);
  }

  /**
   * Move the cursor, draw what that changes, and send its place.
   * @param {number} at
   * @param {number} token
   */
  fix(at, token) {
    const [otherNorm, otherToken] = [at !== this.at, token !== this.token];
    if (!otherNorm && !otherToken) return;
    Object.assign(this, { at, token, turn: this.turn + 1 });
    if (otherNorm) this.drawNorm();
    else this.one.go(this.tokenAt(at));
    this.strips.go(at, this.tokenAt(at));
    this.drawDepth();
    this.onChoose({ at, token, turn: this.turn });
  }

  drawNorm() {
    const norm = this.norms[this.at];
    this.slider.value = String(this.at);
    this.slider.setAttribute("aria-valuetext", norm.name);
    this.name.textContent = norm.name;
    this.one.show(norm, this.tokenAt(this.at));
  }

  drawStrips() {
    const { data, norms } = this;
    if (!data) return;
    const { quantity } = kept;
    for (const one of this.buttons) one.button.setAttribute("aria-pressed", String(one.quantity === quantity));
    const [low, high] = data.statistics.spans[quantity];
    this.strips.update({
      rows: norms.map(({ name, [quantity]: values, prefix, large, norm: length, threshold }) => {
        return { name, values, prefix, large, isAbove: (/** @type {number} */ token) => length[token] > threshold };
      }),
      row: this.at,
      token: this.tokenAt(this.at),
      scale: data.scales[STRIPS[quantity]],
      low,
      high,
      quantity: data.words[`all_${quantity}`],
      above: filled(data.words.all_above, { times: data.times }),
      label: data.words.all_label,
    });
  }

  drawDepth() {
    if (!this.data) return;
    const { figures, chart: words } = this.data;
    for (const { name, chart } of this.depth) {
      const chosen = Float64Array.from(this.norms, (norm, at) => norm[name][this.tokenAt(at)]);
      chart.update(throughDepth(figures[name], chosen, this.at), words);
    }
  }
}
