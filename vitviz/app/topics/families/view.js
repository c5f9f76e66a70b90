// The same words in three squares, one cursor: what a word sees (its row), and what sees it (its column).

import { colourBar, colourTable, isDark } from "../../../web/shared/colours.js";
import { segments } from "../../../web/shared/controls.js";
import { make, pointIn, write } from "../../../web/shared/dom.js";
import { Echo } from "../../../web/shared/echo.js";
import { arrowStep } from "../../../web/shared/events.js";
import { fixed } from "../../../web/shared/format.js";
import { Lifetime } from "../../../web/shared/lifetime.js";
import { Cells, pixels, Shades } from "../../../web/shared/shades.js";
import { filled, setBold } from "../../../web/shared/words.js";
import { pairs, reach, square, strongest } from "./squares.js";

/** @import { SavedFigure, Send } from "../../../web/shared/types.d.ts" */
/** @import { Choice, FamiliesData, Run } from "./types.d.ts" */

const LAYERS = [0, 1, 2, 3];
const HEADS = [-1, 0, 1, 2, 3];

/** @param {string} token */
const wide = (token) => (token.charCodeAt(0) > 0x2e80 ? "vf-wide" : "");

/** One model: its square with the names of its tokens. */
class Square {
  /**
   * @param {HTMLElement} parent
   * @param {Lifetime} lifetime
   * @param {(token: number, chosen: boolean) => void} point -1 where the pointer leaves
   */
  constructor(parent, lifetime, point) {
    this.root = parent.appendChild(make("div", "vf-model"));
    this.title = this.root.appendChild(make("div", "vf-title"));
    this.note = this.root.appendChild(make("div", "vf-note"));
    this.figure = this.root.appendChild(make("div", "vf-square"));
    this.columns = this.figure.appendChild(make("div", "vf-columns"));
    this.rows = this.figure.appendChild(make("div", "vf-rows"));
    this.frame = this.figure.appendChild(make("div", "vf-cells"));
    this.cells = new Cells(this.frame.appendChild(make("canvas")));
    this.row = this.frame.appendChild(make("div", "vf-row"));
    this.column = this.frame.appendChild(make("div", "vf-column"));
    this.reading = this.root.appendChild(make("div", "vf-reading"));
    /** @type {Run | null} */
    this.run = null;
    this.on = -1; // the token whose name is marked
    const tokenAt = (/** @type {PointerEvent} */ event) => {
      const { y } = pointIn(this.frame, event);
      const n = this.run?.tokens.length ?? 1;
      return Math.min(n - 1, Math.max(0, Math.floor((y / this.frame.clientHeight) * n)));
    };
    lifetime.listen(this.frame, "pointermove", (event) => point(tokenAt(event), false));
    lifetime.listen(this.frame, "click", (event) => point(tokenAt(event), true));
    lifetime.listen(this.root, "pointerleave", () => point(-1, false));
    for (const list of [this.rows, this.columns]) {
      const at = (/** @type {Event} */ event) => [...list.children].indexOf(/** @type {Element} */ (event.target));
      lifetime.listen(list, "pointerover", (event) => at(event) >= 0 && point(at(event), false));
      lifetime.listen(list, "click", (event) => at(event) >= 0 && point(at(event), true));
    }
  }

  /**
   * @param {Run} run
   * @param {Float32Array} values
   * @param {Uint32Array} colours
   */
  paint(run, values, colours) {
    if (run !== this.run) {
      this.run = run;
      this.columns.replaceChildren(...run.tokens.map((token) => make("span", wide(token), token)));
      this.rows.replaceChildren(...run.tokens.map((token) => make("span", wide(token), token)));
      this.on = -1;
      this.row.hidden = this.column.hidden = true;
    }
    this.cells.draw(values, 0, run.tokens.length, run.tokens.length, new Shades(colours, 1));
  }

  /** @param {number} token -1 for none */
  point(token) {
    if (token === this.on) return;
    const part = 100 / (this.run?.tokens.length ?? 1);
    this.row.hidden = this.column.hidden = token < 0;
    Object.assign(this.row.style, { top: `${part * token}%`, height: `${part}%` });
    Object.assign(this.column.style, { left: `${part * token}%`, width: `${part}%` });
    for (const list of [this.rows, this.columns]) {
      list.children[this.on]?.classList.remove("vf-on");
      list.children[token]?.classList.add("vf-on");
    }
    this.on = token;
  }
}

export class FamiliesView {
  /**
   * @param {HTMLElement} root
   * @param {Send} send
   */
  constructor(root, send) {
    this.root = root;
    this.lifetime = new Lifetime();
    root.classList.add("vf");
    this.controls = root.appendChild(make("div", "vf-controls"));
    this.stage = root.appendChild(make("div", "vf-models"));
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "group");
    this.legend = root.appendChild(make("div", "vf-legend"));
    /** @type {FamiliesData | null} */
    this.data = null;
    /** @type {Choice | null} */
    this.choice = null;
    /** What the pointer is at: a token of one of the models. @type {{ model: number, token: number } | null} */
    this.under = null;
    this.squares = [0, 1, 2].map(
      (model) => new Square(this.stage, this.lifetime, (token, chosen) => this.pointed(model, token, chosen)),
    );
    /** @type {Float32Array[]} */
    this.values = [];
    this.echo = new Echo();
    this.report = this.lifetime.afterRest(250, () => {
      if (!this.choice) return;
      this.echo.sent(JSON.stringify(this.choice));
      send("choice", this.choice);
    });
    this.redraw = this.lifetime.inFrame(() => this.draw());
    this.repoint = this.lifetime.inFrame(() => this.point());
    this.lifetime.listen(this.stage, "keydown", (/** @type {KeyboardEvent} */ event) => {
      const step = arrowStep(event);
      const words = this.run(0)?.word.filter((word) => word >= 0).length ?? 0;
      if (!step || !this.choice) return;
      const token = Math.min(words - 1, Math.max(0, this.choice.token + step[0] + step[1]));
      this.choose({ token });
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /** @param {FamiliesData} data */
  update(data) {
    const chosen = JSON.stringify(data.choice);
    const news = this.echo.isNews(chosen);
    if (!this.choice || (news && chosen !== JSON.stringify(this.data?.choice))) this.choice = { ...data.choice };
    if (this.data?.words.layer !== data.words.layer) this.speak(data);
    this.data = data;
    this.draw();
  }

  /** @param {FamiliesData} data */
  speak({ words, runs }) {
    this.controls.replaceChildren();
    const group = (/** @type {string} */ label) => {
      const line = this.controls.appendChild(make("div", "vf-control"));
      line.append(make("span", "", label));
      return line;
    };
    const sentences = runs.map(({ sentence }) => sentence);
    const first = group(words.sentence);
    this.sentences = segments(first, words.sentence, sentences, (sentence) => this.choose({ sentence }));
    const second = group(words.layer);
    this.layers = segments(second, words.layer, LAYERS.map(String), (i) => this.choose({ layer: LAYERS[i] }));
    const third = group(words.head);
    const heads = HEADS.map((head) => (head < 0 ? words.mask : String(head)));
    this.heads = segments(third, words.head, heads, (i) => this.choose({ head: HEADS[i] }));
    this.stage.setAttribute("aria-label", words.stage);
  }

  /**
   * @param {number} model
   * @returns {Run | undefined}
   */
  run(model) {
    return this.data?.runs[this.sentence()]?.models[model];
  }

  sentence() {
    return Math.min(this.choice?.sentence ?? 0, (this.data?.runs.length ?? 1) - 1);
  }

  /** @param {Partial<Choice>} part */
  choose(part) {
    if (!this.choice) return;
    Object.assign(this.choice, part);
    this.under = null;
    this.redraw();
    this.report();
  }

  /**
   * @param {number} model
   * @param {number} token
   * @param {boolean} chosen
   */
  pointed(model, token, chosen) {
    const word = token < 0 ? -1 : (this.run(model)?.word[token] ?? -1);
    if (chosen && word >= 0) this.choose({ token: word });
    this.under = token < 0 ? null : { model, token };
    this.repoint();
  }

  draw() {
    const { data, choice } = this;
    if (!data || !choice) return;
    const { words } = data;
    const dark = isDark(this.root);
    const colours = pixels(colourTable(data.scales.attention, dark));
    this.sentences?.set(this.sentence());
    this.layers?.set(LAYERS.indexOf(Math.min(choice.layer, LAYERS.length - 1)));
    this.heads?.set(HEADS.indexOf(Math.min(choice.head, HEADS.length - 2)));
    for (const [i, each] of this.squares.entries()) {
      const run = this.run(i);
      if (!run) continue;
      this.values[i] = square(run, choice.layer, choice.head);
      each.paint(run, this.values[i], colours);
      each.root.dataset.family = run.family;
      setBold(each.title, words[run.family]);
      const [layers] = run.attentions[0].shape;
      const layer = Math.min(choice.layer, layers - 1);
      const n = run.tokens.length;
      const of = choice.head < 0 ? words.of_mask : words.of_head;
      const last = layer < choice.layer && choice.head >= 0 ? words.last_layer : "";
      write(each.note, filled(of, { model: run.model, layer, head: choice.head, pairs: pairs(run), n }) + last);
    }
    const bar = choice.head < 0 ? [] : [colourBar(data.scales.attention, dark, 0, 1, words.weight)];
    const masked = make("span", "vf-key");
    masked.append(make("i", "vf-swatch"), words.masked);
    this.legend.replaceChildren(...bar, masked);
    this.point();
  }

  /** The cursor, in all three squares: the word that is chosen or pointed at, or one model's own token. */
  point() {
    const { data, choice, under } = this;
    if (!data || !choice) return;
    const { words } = data;
    const word = under ? (this.run(under.model)?.word[under.token] ?? -1) : choice.token;
    for (const [i, each] of this.squares.entries()) {
      const run = this.run(i);
      if (!run) continue;
      const shared = word >= 0 ? run.word.indexOf(word) : -1;
      const token = under?.model === i ? under.token : shared;
      each.point(token);
      if (token < 0) {
        write(each.reading, words.not_there);
        continue;
      }
      const { sees, seen } = reach(run, token);
      const most = strongest(run, this.values[i], token);
      const n = run.tokens.length;
      const says = filled(words.reach, { token: run.tokens[token], sees, seen, n });
      const weight = fixed(this.values[i][token * n + most], 2);
      const more = choice.head < 0 ? "" : filled(words.most, { key: run.tokens[most], weight });
      const written = run.family === "both" && token >= run.attentions[0].shape[2];
      write(each.reading, says + more + (written && choice.head >= 0 ? words.two_rows : ""));
    }
  }

  /** @returns {SavedFigure[]} */
  figures() {
    const { data } = this;
    if (!data) return [];
    return this.squares.flatMap((each, i) => {
      const run = this.run(i);
      if (!run) return [];
      const arrays = Object.fromEntries(
        run.attentions.map(({ name, weights, shape }) => [`${name}_pattern`, { values: weights, shape }]),
      );
      return [{ name: `${run.model}: ${data.words[`${run.family}_plain`]}`, element: each.root, arrays }];
    });
  }

  destroy() {
    this.lifetime.destroy();
    this.root.replaceChildren();
  }
}
