// All layer norms of a run on one cursor, a layer norm and a token. The page hears of it and shows what needs more numbers.

import { Chart } from "../../../web/plotly/chart.js";
import { make } from "../../../web/shared/dom.js";
import { sameArrays } from "../../../web/shared/payload.js";
import { throughDepth } from "./figures.js";
import { NormMap } from "./norm_map.js";
import { Here, say } from "./one_norm.js";
import { filled } from "./sentences.js";
import { Statistics } from "./statistics.js";

const SHOWN = { norm: "attention", ratio: "attention", scale: "attention", mean: "activation" };
const DEPTH = ["mean", "scale"];
// What the strips show, for as long as the browser has the app open.
const kept = { shown: "norm" };

export class Norms {
  /** `tell` hears { at, token, turn }: number of the layer norm, token of the finest map, how often was chosen. */
  constructor(root, tell) {
    this.tell = tell;
    this.turn = 0;
    root.classList.add("vn");
    this.addSlider(root);
    this.here = new Here(root.appendChild(make("div", "vn-top")), (token) => this.choose(this.at, token));
    this.stripsTitle = root.appendChild(make("h2"));
    this.addChoice(root);
    this.strips = new NormMap(root, (at, token) => this.choose(at, token));
    this.stripsHelp = root.appendChild(make("p", "vn-caption"));
    this.depthTitle = root.appendChild(make("h2"));
    this.depthHelp = root.appendChild(make("p", "vn-caption"));
    const two = root.appendChild(make("div", "vn-two"));
    this.depth = DEPTH.map((name) => ({ name, chart: new Chart(two.appendChild(make("div"))) }));
  }

  addSlider(root) {
    const label = root.appendChild(make("label", "vn-which"));
    this.which = label.appendChild(make("span"));
    this.name = label.appendChild(make("output", "vn-at"));
    this.slider = label.appendChild(make("input"));
    Object.assign(this.slider, { type: "range", min: 0, step: 1 });
    this.slider.addEventListener("input", () => this.fix(Number(this.slider.value), this.token));
    this.slider.addEventListener("keydown", (event) => event.stopPropagation()); // the page has hotkeys of its own
  }

  addChoice(root) {
    this.choice = root.appendChild(make("div", "vn-shown"));
    this.choice.setAttribute("role", "group");
    for (const name of Object.keys(SHOWN)) {
      const button = this.choice.appendChild(make("button"));
      button.type = "button";
      button.addEventListener("click", () => {
        kept.shown = name;
        this.drawStrips();
      });
    }
  }

  update(data) {
    const { statistics, words, at, token, turn } = data;
    if (!sameArrays(this.data?.statistics.values, statistics.values))
      this.statistics = new Statistics(statistics, data.prefix, data.finest);
    this.data = data;
    // An answer to an earlier choice than the last one does not move the cursor back.
    if (turn >= this.turn) Object.assign(this, { at, token, turn });
    this.norms = this.statistics.norms.map((norm, i) => ({ ...norm, says: data.says[i] }));
    this.names = this.norms.map(({ name }) => name);
    const open = { count: this.norms.length, times: data.times };
    say(this.which, filled(words.which, open));
    this.slider.max = this.norms.length - 1;
    this.stripsTitle.textContent = words.all;
    this.stripsHelp.textContent = filled(words.all_help, open);
    this.choice.setAttribute("aria-label", words.all_choose);
    Object.keys(SHOWN).forEach((name, i) => {
      this.choice.children[i].textContent = words[`all_${name}`];
    });
    this.depthTitle.textContent = words.depth;
    this.depthHelp.textContent = filled(words.depth_help, open);
    this.here.update(data);
    this.drawNorm();
    this.drawStrips();
    this.drawDepth();
  }

  /** The chosen token as layer norm number `at` counts. */
  tokenAt(at) {
    return this.statistics.tokenAt(at, this.token);
  }

  /** Look at a token, counted as layer norm number `at` does, there. */
  choose(at, token) {
    this.fix(at, this.statistics.finestToken(at, token, this.token));
  }

  /** Move the cursor, draw what that changes, and tell the page. */
  fix(at, token) {
    const [otherNorm, otherToken] = [at !== this.at, token !== this.token];
    if (!otherNorm && !otherToken) return;
    Object.assign(this, { at, token, turn: this.turn + 1 });
    if (otherNorm) this.drawNorm();
    else this.here.go(this.tokenAt(at));
    this.strips.go(at, this.tokenAt(at));
    this.drawDepth();
    this.tell({ at, token, turn: this.turn });
  }

  drawNorm() {
    const norm = this.norms[this.at];
    this.slider.value = this.at;
    this.slider.setAttribute("aria-valuetext", norm.name);
    this.name.textContent = norm.name;
    this.here.show(norm, this.tokenAt(this.at));
  }

  drawStrips() {
    const { data, norms } = this;
    const { shown } = kept;
    Object.keys(SHOWN).forEach((name, i) => {
      this.choice.children[i].setAttribute("aria-pressed", String(name === shown));
    });
    const [low, high] = data.statistics.spans[shown];
    this.strips.update({
      rows: norms.map((norm) => ({ name: norm.name, values: norm[shown], prefix: norm.prefix, large: norm.large })),
      row: this.at,
      token: this.tokenAt(this.at),
      scale: data.scales[SHOWN[shown]],
      low,
      high,
      quantity: data.words[`all_${shown}`],
      above: filled(data.words.all_above, { times: data.times }),
      label: data.words.all_label,
    });
  }

  drawDepth() {
    const { figures, chart: words } = this.data;
    for (const { name, chart } of this.depth) {
      const chosen = Float64Array.from(this.norms, (norm, at) => norm[name][this.tokenAt(at)]);
      chart.update(throughDepth(figures[name], chosen, this.at), words);
    }
  }

  destroy() {
    this.here.destroy();
    for (const { chart } of this.depth) chart.destroy();
  }
}
