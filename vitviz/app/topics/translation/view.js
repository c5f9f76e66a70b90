// The page: the sentence, its translation with the lines between both languages, and what the chosen step is made of.

import { CellView } from "../../../web/explorer/cell.js";
import { themeOf } from "../../../web/explorer/theme.js";
import { button } from "../../../web/shared/controls.js";
import { make, write } from "../../../web/shared/dom.js";
import { Echo } from "../../../web/shared/echo.js";
import { arrowStep } from "../../../web/shared/events.js";
import { formatted } from "../../../web/shared/format.js";
import { Lifetime } from "../../../web/shared/lifetime.js";
import { filled, setBold } from "../../../web/shared/words.js";
import { WordAttention } from "../../../web/word_attention/view.js";
import { Alignment, kindOf } from "./alignment.js";
import { Composer } from "./composer.js";
import { HeadMaps } from "./head_maps.js";
import { changedPieces, headValues, keysOf, mapOf, openedWeight, sizesOf, strongestKey } from "./maths.js";
import { Player } from "./player.js";
import { statements } from "./statement.js";
import { KeptPanel, keptAt, NextPieces } from "./step_panels.js";
import { Triangle } from "./triangle.js";

/** @import { SavedFigure, Send } from "../../../web/shared/types.d.ts" */
/** @import { Answer, AttentionName, Choice, Shown, TranslationData } from "./types.d.ts" */

export class TranslationView {
  /**
   * @param {HTMLElement} root
   * @param {Send} send
   */
  constructor(root, send) {
    this.root = root;
    this.lifetime = new Lifetime();
    root.classList.add("vt", "vx");
    const part = (/** @type {Element} */ parent, name = "") => parent.appendChild(make("div", name));
    this.composer = new Composer(part(root), (text) => this.ask(text));
    this.player = new Player(part(root), (step) => this.choose({ step, key: -1 }));
    const main = part(root, "vt-main");
    this.stage = part(main, "vt-stage");
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "group");
    this.alignment = new Alignment(this.stage, {
      choosePiece: (step) => {
        this.player.stop();
        this.choose({ step, key: -1 });
      },
      chooseWord: (key) => this.choose({ key, attention: "cross" }),
      point: (piece, word) => this.point(piece, word),
    });
    this.legend = part(this.stage, "vt-legend");
    this.verdict = part(this.stage, "vt-verdict");
    this.said = part(this.stage, "vt-said");
    const side = part(main, "vt-side");
    this.mapsTitle = part(side, "vt-title");
    this.maps = new HeadMaps(part(side), (layer, head) => this.choose({ layer, head }));
    this.mapsNote = part(side, "vt-quiet");
    const panels = part(root, "vt-panels");
    const own = part(panels);
    this.ownTitle = part(own, "vt-title");
    this.triangle = new Triangle(
      part(own),
      (step, key) => this.choose({ step, key, attention: "own" }),
      (row, column) => this.read(row, column),
    );
    this.reading = part(own, "vv-readout vt-line");
    this.next = new NextPieces(part(panels));
    this.kept = new KeptPanel(part(panels));
    this.openedHead = part(root, "vt-opened-head");
    this.opened = part(root, "vt-opened");
    /** What is seen step by step. */
    this.steps = [this.player.root, main, panels, this.openedHead, this.opened];
    this.place = part(root);
    /** @type {WordAttention | null} every head of every layer, in place of the steps */
    this.all = null;
    /** @type {TranslationData | null} */
    this.data = null;
    /** @type {Choice | null} */
    this.choice = null;
    /** @type {Answer | null} */
    this.before = null;
    /** @type {Set<number>} */
    this.changed = new Set();
    /** @type {{ piece: number | null, word: number | null }} */
    this.under = { piece: null, word: null };
    /** Of which sentence, layer and head the maps are. */
    this.mapKey = "";
    this.saidText = "";
    this.verdictText = "";
    this.echo = new Echo();
    this.asked = new Echo();
    this.send = send;
    this.report = this.lifetime.afterRest(250, () => {
      if (!this.choice) return;
      this.echo.sent(JSON.stringify(this.choice));
      send("choice", this.choice);
    });
    this.redraw = this.lifetime.inFrame(() => this.draw());
    this.redrawRibbons = this.lifetime.inFrame(() => {
      const shown = this.shown();
      if (shown) this.alignment.draw(shown, this.under.word, this.changed);
    });
    this.open = this.lifetime.afterRest(120, () => this.openWeight());
    this.lifetime.resized(this.stage, () => this.redraw());
    this.lifetime.listen(this.stage, "keydown", (/** @type {KeyboardEvent} */ event) => this.keyed(event));
  }

  /** @param {TranslationData} data */
  update(data) {
    const chosen = JSON.stringify(data.choice);
    const news = this.echo.isNews(chosen);
    if (!this.choice || (news && chosen !== JSON.stringify(this.data?.choice))) this.choice = { ...data.choice };
    const spoken = this.data?.words.play;
    const before = this.data?.answer;
    this.data = data;
    if (spoken !== data.words.play) this.speak(data);
    const outside = this.asked.isNews(data.answer.text);
    if (before?.text !== data.answer.text) this.answered(data.answer, before, outside);
    this.theme = themeOf(this.root, data.scales);
    this.root.classList.toggle("vt-dark", this.theme.dark);
    this.mapKey = "";
    this.showAll(data);
    this.draw();
    this.open();
  }

  /** @param {TranslationData} data */
  showAll({ all }) {
    for (const each of this.steps) each.hidden = all !== null;
    if (all) {
      this.player.stop();
      this.all ??= new WordAttention(this.place, { choose: (place) => this.send("place", place) });
      this.all.update(all);
    } else {
      this.all?.destroy();
      this.all = null;
      this.place.replaceChildren();
    }
  }

  /** @param {TranslationData} data */
  speak({ grammar, words, examples, opened }) {
    this.composer.speak(grammar, words, examples);
    this.player.speak(words);
    write(this.mapsTitle, words.maps);
    write(this.mapsNote, words.maps_note);
    write(this.reading, words.triangle_help);
    write(this.ownTitle, words.triangle);
    this.stage.setAttribute("aria-label", words.stage);
    this.openedHead.replaceChildren();
    const title = this.openedHead.appendChild(make("div", "vt-title", words.opened));
    title.append(" ", make("span", "vt-quiet", words.opened_help));
    this.toCross = button(this.openedHead, words.cross, () => this.choose({ attention: "cross", key: -1 }), "vv-tool");
    this.toOwn = button(this.openedHead, words.own, () => this.choose({ attention: "own", key: -1 }), "vv-tool");
    this.opened.replaceChildren();
    this.cell = new CellView(this.opened, () => {}, opened.words);
    this.legend.replaceChildren(
      ...["own", "end", "other"].map((kind) => {
        const line = make("span", "vt-key");
        line.append(make("i", `vt-swatch vt-${kind}`), words[`kind_${kind}`]);
        return line;
      }),
    );
  }

  /**
   * Another sentence's translation is there.
   * @param {Answer} answer
   * @param {Answer | undefined} before
   * @param {boolean} outside whether it was not composed here; what was is there already, or is another one by now
   */
  answered(answer, before, outside) {
    if (outside) this.composer.set(answer.text);
    else this.choose({ step: -1, key: -1 });
    this.root.dataset.answered = answer.text;
    this.changed = before ? changedPieces(before.pieces, answer.pieces) : new Set();
    // Where most of it is another one, nothing is gained by marking it.
    if (this.changed.size > answer.pieces.length / 2) this.changed = new Set();
    this.under = { piece: null, word: null };
    this.player.stop();
  }

  /** @param {string} text */
  ask(text) {
    if (text === (this.asked.last ?? this.data?.answer.text)) return;
    this.asked.sent(text);
    this.send("sentence", text);
  }

  /** @param {Partial<Choice>} part */
  choose(part) {
    if (!this.choice) return;
    Object.assign(this.choice, part);
    this.redraw();
    this.open();
    this.report();
  }

  /**
   * @param {number | null} piece
   * @param {number | null} word
   */
  point(piece, word) {
    if (piece === this.under.piece && word === this.under.word) return;
    this.under = { piece, word };
    this.redrawRibbons();
  }

  /** @param {KeyboardEvent} event */
  keyed(event) {
    const shown = this.shown();
    if (!shown || event.target !== this.stage) return;
    const step = arrowStep(event);
    const last = shown.sizes.written - 1;
    if (event.key === " ") this.player.toggle();
    else if (event.key === "Home") this.player.jump(0);
    else if (event.key === "End") this.player.jump(last);
    else if (step?.[1]) this.player.by(step[1]);
    else if (step?.[0]) {
      const keys = shown.sizes.read;
      const key = this.keyOf(shown, "cross") + step[0];
      this.choose({ attention: "cross", key: (key + keys) % keys });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @returns {Shown | null} */
  shown() {
    const { data } = this;
    if (!data || !this.choice) return null;
    const { answer, words } = data;
    const sizes = sizesOf(answer, data.layers, data.heads);
    const last = sizes.written - 1;
    const step = this.choice.step < 0 ? last : Math.min(last, this.choice.step);
    const { layer, head } = this.choice;
    const mapKey = `${answer.text} ${layer} ${head}`;
    if (mapKey !== this.mapKey) {
      this.mapKey = mapKey;
      this.map = mapOf(answer.cross, sizes, sizes.read, layer, head);
      this.ownMap = mapOf(answer.own, sizes, sizes.written, layer, head);
    }
    // The whole translation is seen as a whole, until a piece of it is pointed at.
    const piece = this.under.piece === null ? (step === last ? -1 : step) : Math.min(step, this.under.piece);
    return { data, answer, sizes, choice: this.choice, step, piece, words, map: this.map ?? new Float32Array() };
  }

  /**
   * The token whose weight is opened.
   * @param {Shown} shown
   * @param {AttentionName} attention
   */
  keyOf({ choice, sizes, step, map }, attention) {
    const most = attention === "cross" ? sizes.read - 1 : step;
    if (choice.attention === attention && choice.key >= 0) return Math.min(most, choice.key);
    const weights = attention === "cross" ? map : (this.ownMap ?? map);
    return strongestKey(weights, keysOf(sizes, attention), step);
  }

  draw() {
    const shown = this.shown();
    if (!shown || !this.theme || !this.ownMap) return;
    const { answer, words, step, sizes, choice } = shown;
    const reads = step ? answer.pieces[step - 1] : words.start;
    this.player.draw(step, sizes.written - 1, reads, answer.pieces[step]);
    this.alignment.draw(shown, this.under.word, this.changed);
    this.maps.draw(shown, this.theme.attention);
    this.triangle.draw(shown, this.ownMap, this.theme.attention, words.start);
    this.next.draw(shown);
    this.kept.draw(shown);
    this.drawVerdict(shown);
    const said = statements(shown);
    if (said.join() === this.saidText) return this.drawOpenedChoice(choice);
    this.saidText = said.join();
    const lines = said.map((sentence) => {
      const line = make("p");
      setBold(line, sentence);
      return line;
    });
    this.said.replaceChildren(...lines);
    this.drawOpenedChoice(choice);
  }

  /** @param {Choice} choice */
  drawOpenedChoice(choice) {
    this.toCross?.setAttribute("aria-pressed", String(choice.attention === "cross"));
    this.toOwn?.setAttribute("aria-pressed", String(choice.attention === "own"));
  }

  /** @param {Shown} shown */
  drawVerdict({ answer, words, data, step, sizes }) {
    const whole = step === sizes.written - 1;
    const reference = answer.reference.join("");
    const { figures } = data;
    const verdict = !whole ? words.not_yet : answer.right ? words.right : filled(words.wrong, { reference });
    const parts = [verdict];
    if (whole && answer.heldOut) parts.push(words.held_out);
    if (whole && figures.sentences !== undefined)
      parts.push(
        filled(words.card, {
          ...figures,
          exact: formatted(figures.exact ?? 0, ".1%"),
          held: formatted(figures.held_out ?? 0, ".1%"),
        }),
      );
    const text = parts.join(" ");
    if (text !== this.verdictText) setBold(this.verdict, text);
    this.verdictText = text;
  }

  /**
   * What the pointer is over in the triangle.
   * @param {number} row -1 for nothing
   * @param {number} column
   */
  read(row, column) {
    const shown = this.shown();
    if (!shown || !this.ownMap) return;
    const { answer, sizes, words } = shown;
    const name = (/** @type {number} */ i) => (i ? answer.pieces[i - 1] : words.start);
    const weight = this.ownMap[row * sizes.written + column];
    write(
      this.reading,
      row < 0
        ? words.triangle_help
        : filled(words.triangle_read, { query: name(row), key: name(column), weight, piece: answer.pieces[row] }),
    );
  }

  /** The operands of the chosen weight; only a single head has them. */
  openWeight() {
    const shown = this.shown();
    if (!shown || !this.cell || !this.theme) return;
    const { data, answer, sizes, choice, step, words } = shown;
    if (choice.head < 0) {
      this.cell.close();
      this.openedHead.dataset.none = "true";
      return;
    }
    delete this.openedHead.dataset.none;
    const { attention, layer, head } = choice;
    const key = this.keyOf(shown, attention);
    const weight = openedWeight(answer[attention], sizes, choice, step, key);
    const given = (/** @type {number} */ i) => (i ? answer.pieces[i - 1] : words.start);
    const names = {
      i: filled(words.query_name, { token: given(step), piece: answer.pieces[step] }),
      j: attention === "cross" ? answer.words[key] : given(key),
      map: filled(words[`${attention}_map`], { layer, head }),
    };
    this.cell.open(weight, names, this.theme);
    this.cell.setValues(weight, headValues(answer[attention], data.projections[attention], sizes, choice, step), 0);
  }

  /** @returns {SavedFigure[]} */
  figures() {
    const shown = this.shown();
    if (this.all) return this.all.figures();
    if (!shown) return [];
    const { answer, sizes, map, words, step } = shown;
    const best = answer.pieces.map((_, t) => strongestKey(map, sizes.read, t));
    const alignment = {
      step: answer.pieces.map((_, t) => t),
      written: answer.pieces,
      "strongest word": best.map((s) => answer.words[s]),
      weight: best.map((s, t) => map[t * sizes.read + s]),
      kind: best.map((s, t) => kindOf(shown, t, s)),
      probability: answer.pieces.map((_, t) => answer.shares[t * answer.likeliest[t].length]),
      "bytes kept": answer.kept.map((row) => row[3]),
    };
    const next = {
      piece: answer.likeliest[step],
      probability: answer.shares.subarray(
        step * answer.likeliest[step].length,
        (step + 1) * answer.likeliest[step].length,
      ),
      score: answer.scores.subarray(step * answer.likeliest[step].length, (step + 1) * answer.likeliest[step].length),
    };
    const { layers, heads, read, written } = sizes;
    const kept = keptAt(shown);
    return [
      { name: words.stage, element: this.stage, table: alignment },
      {
        name: words.maps,
        element: this.maps.root,
        arrays: { cross_attention: { values: answer.cross.pattern, shape: [layers, heads, written, read] } },
      },
      {
        name: words.triangle,
        element: this.triangle.root,
        arrays: { self_attention: { values: answer.own.pattern, shape: [layers, heads, written, written] } },
      },
      { name: filled(words.next, { step }), element: this.next.root, table: next },
      {
        name: filled(words.kept, { step }),
        element: this.kept.root,
        table: {
          what: kept.map(({ name }) => name),
          shape: kept.map(({ shape }) => shape),
          bytes: kept.map(({ bytes }) => bytes),
        },
      },
    ];
  }

  destroy() {
    this.player.stop();
    this.all?.destroy();
    this.alignment.destroy();
    this.triangle.destroy();
    this.lifetime.destroy();
    this.root.replaceChildren();
  }
}
