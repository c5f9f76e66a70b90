// All layer norms of a run on one cursor, a layer norm and a token: a strip for each, and charts through the depth. The
// cursor's place is sent to the page, which shows below what needs more numbers.
import { NormCursor } from "../norms/cursor.js";
import { Chart } from "../plotly/chart.js";
import { make } from "../shared/dom.js";
import { filled } from "../shared/words.js";
import { throughDepth } from "./figures.js";
import { NormMap } from "./norm_map.js";

/** @import { CursorData, Place } from "../norms/cursor.js" */
/** @import { Figure } from "../plotly/types.js" */
/** @import { ColourScale } from "../shared/colours.js" */
/** @typedef {"norm" | "ratio" | "scale" | "mean"} Quantity what the strips can show */
/** @typedef {"mean" | "scale"} Depth what the charts through the depth show */
/**
 * What Python sends.
 * @typedef {CursorData & { spans: Record<Quantity, [number, number]>, times: string, marked: number,
 *   scales: Record<"attention" | "activation", ColourScale>, figures: Record<Depth, Figure>,
 *   words: Record<string, string>, chart: Record<string, string> }} NormDepthData
 */

/** @type {Record<Quantity, "attention" | "activation">} */
const STRIPS = { norm: "attention", ratio: "attention", scale: "attention", mean: "activation" };
const QUANTITIES = /** @type {Quantity[]} */ (Object.keys(STRIPS));
/** @type {Depth[]} */
const DEPTHS = ["mean", "scale"];
/** What the strips show, for as long as the browser has the app open. @type {{ quantity: Quantity }} */
const kept = { quantity: "norm" };

export class NormDepth {
  /**
   * @param {HTMLElement} root
   * @param {(place: Place) => void} onChoose is called with every place that is chosen
   */
  constructor(root, onChoose) {
    this.root = root;
    this.cursor = new NormCursor(onChoose);
    /** @type {NormDepthData | null} */
    this.data = null;
    root.classList.add("vd");
    this.stripsTitle = root.appendChild(make("h2"));
    this.choice = root.appendChild(make("div", "vd-quantity"));
    this.choice.setAttribute("role", "group");
    this.buttons = QUANTITIES.map((quantity) => this.quantityButton(quantity));
    this.strips = new NormMap(root, (at, token) => this.choose(at, token));
    this.stripsHelp = root.appendChild(make("p", "vd-caption"));
    this.depthTitle = root.appendChild(make("h2"));
    this.depthHelp = root.appendChild(make("p", "vd-caption"));
    const two = root.appendChild(make("div", "vd-two"));
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

  /** The strips of all layer norms, and the charts through the depth. */
  figures() {
    const { data } = this;
    const { norms } = this.cursor;
    if (!data || !norms.length) return [];
    const { words } = data;
    const strips = norms.map((norm) => [norm.name, { values: norm[kept.quantity] }]);
    const all = { name: words[`all_${kept.quantity}`], element: this.strips.box, arrays: Object.fromEntries(strips) };
    return [all, ...this.depth.map(({ name, chart }) => chart.saved(`${words.depth} ${words[`all_${name}`]}`))];
  }

  destroy() {
    for (const { chart } of this.depth) chart.destroy();
    this.root.replaceChildren();
  }

  /** @param {NormDepthData} data */
  update(data) {
    const { words } = data;
    this.data = data;
    this.cursor.update(data);
    const places = { count: this.cursor.norms.length, times: data.times, marked: data.marked };
    this.stripsTitle.textContent = words.all;
    this.stripsHelp.textContent = filled(words.all_help, places);
    this.choice.setAttribute("aria-label", words.all_choose);
    for (const { quantity, button } of this.buttons) button.textContent = words[`all_${quantity}`];
    this.depthTitle.textContent = words.depth;
    this.depthHelp.textContent = filled(words.depth_help, places);
    this.drawStrips();
    this.drawDepth();
  }

  /**
   * Choose a token, counted as layer norm number `at` does, there: move the cursor, and send its place.
   * @param {number} at
   * @param {number} token
   */
  choose(at, token) {
    if (this.cursor.move(at, this.cursor.finestToken(at, token)) === null) return;
    this.strips.go(at, this.cursor.tokenAt());
    this.drawDepth();
    this.cursor.send();
  }

  drawStrips() {
    const { data, cursor } = this;
    if (!data) return;
    const { quantity } = kept;
    for (const one of this.buttons) one.button.setAttribute("aria-pressed", String(one.quantity === quantity));
    const [low, high] = data.spans[quantity];
    this.strips.update({
      rows: cursor.norms.map(({ name, [quantity]: values, prefix, large, norm: length, threshold }) => {
        return { name, values, prefix, large, isAbove: (/** @type {number} */ token) => length[token] > threshold };
      }),
      row: cursor.at,
      token: cursor.tokenAt(),
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
    const { cursor } = this;
    for (const { name, chart } of this.depth) {
      const chosen = Float64Array.from(cursor.norms, (norm, at) => norm[name][cursor.tokenAt(at)]);
      chart.update(throughDepth(figures[name], chosen, cursor.at), words);
    }
  }
}
