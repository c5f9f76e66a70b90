// The page: a scene whose things can be dragged, the boxes of all queries over it, the list of the queries, and a section.

import { LiveScene } from "../../../web/scene/live_scene.js";
import { isDark } from "../../../web/shared/colours.js";
import { slider } from "../../../web/shared/controls.js";
import { make } from "../../../web/shared/dom.js";
import { Echo } from "../../../web/shared/echo.js";
import { fixed } from "../../../web/shared/format.js";
import { Lifetime } from "../../../web/shared/lifetime.js";
import { pixels } from "../../../web/shared/shades.js";
import { filled, setBold } from "../../../web/shared/words.js";
import { AmongSection } from "./among_section.js";
import { answerAt, Boxes } from "./boxes.js";
import { EncoderSection } from "./encoder_section.js";
import { HabitsSection } from "./habits_section.js";
import { MatchingSection } from "./matching_section.js";
import { allSaid, surest } from "./maths.js";
import { QueryList } from "./query_list.js";
import { QuerySection } from "./query_section.js";

/** @import { SavedFigure, Send } from "../../../web/shared/types.d.ts" */
/** @import { Said } from "./maths.js" */
/** @import { OverMap } from "./boxes.js" */
/** @import { Answer, Answers, Choice, DetectionData, ViewName } from "./types.d.ts" */
/**
 * @typedef {object} Shown what a section draws from
 * @property {DetectionData} data
 * @property {Answer} answer
 * @property {Answers} answers with or without self-attention, as the person chose
 * @property {Said[]} said what all queries say after the chosen layer
 * @property {Choice} choice
 * @property {number | null} under the place under the pointer
 * @property {{ attention: Uint32Array, difference: Uint32Array }} colours
 * @property {HTMLCanvasElement} picture
 * @property {(said: Said) => string} label
 * @property {(kind: number) => string} kindName
 */
/**
 * @typedef {object} Section
 * @property {HTMLElement} root
 * @property {(shown: Shown) => void} draw
 * @property {(shown: Shown) => SavedFigure[]} figures
 * @property {(shown: Shown) => OverMap | null} [map] what lies over the large picture
 * @property {() => void} [destroy]
 */

const STEPS = 20; // of the threshold, from 0 to 1

export class DetectionView {
  /**
   * @param {HTMLElement} root
   * @param {Send} send
   */
  constructor(root, send) {
    this.root = root;
    this.lifetime = new Lifetime();
    root.classList.add("vd");
    const left = root.appendChild(make("div", "vd-left"));
    this.right = root.appendChild(make("div", "vd-right"));
    /** @type {DetectionData | null} */
    this.data = null;
    /** @type {Choice | null} */
    this.choice = null;
    /** @type {Answer | null} */
    this.answer = null;
    this.echo = new Echo();
    /** @type {LiveScene<Answer>} */
    this.live = new LiveScene(left, {
      answered: (answer) => this.answered(answer),
      settled: (text) => send("scene", text),
      gone: () => send("need", true),
      press: (x, y) => this.press(x, y),
    });
    this.boxes = new Boxes(this.live.layer);
    this.lead = this.right.appendChild(make("div", "vd-lead"));
    this.controls = this.right.appendChild(make("div", "vd-controls"));
    this.list = new QueryList(
      this.right.appendChild(make("div")),
      (query) => this.choose({ query }),
      (query) => {
        this.hovered = { query };
        this.redraw();
      },
    );
    this.place = this.right.appendChild(make("div", "vd-section"));
    /** @type {Section | null} */
    this.section = null;
    /** @type {ViewName | ""} */
    this.view = "";
    this.report = this.lifetime.afterRest(250, () => {
      if (!this.choice) return;
      this.echo.sent(JSON.stringify(this.choice));
      send("choice", this.choice);
    });
    /** What the pointer is over, in place of what is chosen. @type {{ query?: number | null, place?: number | null }} */
    this.hovered = {};
    this.redraw = this.lifetime.inFrame(() => this.draw());
    const { frame } = this.live.editor;
    this.lifetime.listen(frame, "pointermove", (/** @type {PointerEvent} */ event) => {
      if (!["encoder", "query"].includes(this.view) || event.buttons || event.pointerType !== "mouse") return;
      const { x, y } = this.live.editor.at(event);
      this.hovered = { place: this.placeAt(x, y) };
      this.redraw();
    });
    this.lifetime.listen(frame, "pointerleave", () => {
      this.hovered = {};
      this.redraw();
    });
    this.lifetime.resized(this.live.layer, () => {
      this.boxes.measure();
      this.draw();
    });
  }

  /** @param {DetectionData} data */
  update(data) {
    const chosen = JSON.stringify(data.choice);
    const news = this.echo.isNews(chosen);
    if (!this.choice || (news && chosen !== JSON.stringify(this.data?.choice))) this.choice = { ...data.choice };
    if (this.data?.words.list !== data.words.list) this.speak(data);
    this.data = data;
    const dark = isDark(this.root);
    const table = (/** @type {"attention" | "difference"} */ name) =>
      pixels(data.scales[name][dark ? "dark" : "light"]);
    this.colours = { attention: table("attention"), difference: table("difference") };
    if (this.view !== data.view) this.open(data.view);
    setBold(this.lead, data.words[`${data.view}_lead`]);
    this.live.options = this.live.data ? this.live.options : this.options();
    this.live.update(data);
    this.live.setOptions(this.options());
  }

  /** What is asked beside the usual: a run with attention cut, the encoder's queries and keys. */
  options() {
    const wanted = [];
    if (this.view === "among" && this.choice?.cut) wanted.push(`cut=${this.choice.cut}`);
    if (this.view === "encoder") wanted.push("encoder=1");
    return wanted.join("&");
  }

  /**
   * The controls in the person's language.
   * @param {DetectionData} data
   */
  speak({ words, sizes }) {
    this.controls.replaceChildren();
    this.layerSlider = slider(this.controls, words.layer, (layer) => this.choose({ layer }), "vd-slider");
    this.thresholdSlider = slider(
      this.controls,
      words.threshold,
      (step) => this.choose({ threshold: step / STEPS }),
      "vd-slider",
    );
    this.layerSlider.input.max = String(sizes.layers - 1);
  }

  /** @param {ViewName} view */
  open(view) {
    this.section?.destroy?.();
    this.view = view;
    const choose = (/** @type {Partial<Choice>} */ part) => this.choose(part);
    /** @type {Record<ViewName, () => Section>} */
    const makers = {
      query: () => new QuerySection(choose),
      among: () => new AmongSection(choose, (text) => this.live.editor.open(text)),
      matching: () => new MatchingSection(choose),
      habits: () => new HabitsSection(choose),
      encoder: () => new EncoderSection(choose),
    };
    const section = makers[view]();
    this.section = section;
    this.root.classList.toggle("vd-exploring", view === "encoder");
    this.place.replaceChildren(section.root);
  }

  /** @param {Partial<Choice>} part */
  choose(part) {
    if (!this.choice) return;
    Object.assign(this.choice, part);
    this.hovered = {};
    this.draw();
    this.live.setOptions(this.options());
    this.report();
  }

  /**
   * A place of the picture was pressed: the query whose box is there, or the place itself where the encoder is looked at.
   * @param {number} x
   * @param {number} y
   */
  press(x, y) {
    const shown = this.shown();
    if (!shown) return;
    if (this.view === "encoder") {
      this.choose({ place: this.placeAt(x, y) });
      return;
    }
    const there = answerAt(shown.said, shown.choice.threshold, x, y);
    if (there) this.choose({ query: there.query });
  }

  /**
   * The place of the map at a point of the picture.
   * @param {number} x
   * @param {number} y
   */
  placeAt(x, y) {
    const [rows, columns] = this.data?.sizes.grid ?? [1, 1];
    const row = Math.min(rows - 1, Math.max(0, Math.floor(y * rows)));
    return row * columns + Math.min(columns - 1, Math.max(0, Math.floor(x * columns)));
  }

  /** @param {Answer} answer */
  answered(answer) {
    this.answer = answer;
    if (this.choice && this.data && this.choice.query < 0) this.choice.query = surest(answer, this.data.sizes);
    this.draw();
  }

  /** @returns {Shown | null} */
  shown() {
    const { data, answer, colours } = this;
    if (!data || !answer || !this.choice || !colours) return null;
    const { query, place } = this.choice;
    const choice = { ...this.choice, query: this.hovered.query ?? query, place: this.hovered.place ?? place };
    const answers = this.view === "among" && choice.cut && answer.cut ? answer.cut : answer;
    const kindName = (/** @type {number} */ kind) => data.words[`kind.${data.kinds[kind]}`] ?? "";
    return {
      ...{ data, answer, answers, choice, colours, kindName, under: this.hovered.place ?? null },
      said: allSaid(answers, data.sizes, choice.layer),
      picture: this.live.editor.canvas,
      label: (said) =>
        said.none > said.score
          ? `${said.query} ${data.words.none} ${fixed(said.none, 2)}`
          : `${said.query} ${kindName(said.kind)} ${fixed(said.score, 2)}`,
    };
  }

  draw() {
    const shown = this.shown();
    if (!shown || !this.section) return;
    const { data, answers, choice, said, kindName } = shown;
    const words = data.words;
    this.layerSlider?.set(choice.layer, data.sizes.layers - 1, String(choice.layer));
    this.thresholdSlider?.set(Math.round(choice.threshold * STEPS), STEPS, fixed(choice.threshold, 2));
    const path = Array.from({ length: choice.layer + 1 }, (_, layer) => {
      const at = 4 * (layer * data.sizes.queries + choice.query);
      return answers.boxes.subarray(at, at + 4);
    });
    const { query, threshold } = choice;
    const map = this.section.map?.(shown) ?? null;
    const [rows, columns] = data.sizes.grid;
    const [x, y] = [(choice.place % columns) / columns, Math.floor(choice.place / columns) / rows];
    const encoder = this.view === "encoder";
    this.boxes.draw({
      ...{ query, threshold, map, label: shown.label },
      said: encoder ? [] : said,
      path: this.view === "query" ? path : [],
      mark: encoder ? [x, y, 1 / columns, 1 / rows] : null,
    });
    this.controls.hidden = this.list.root.hidden = encoder || this.view === "habits";
    const kindOf = (/** @type {Said} */ each) => (each.none > each.score ? words.none : kindName(each.kind));
    this.list.show(said, this.choice?.query ?? query, threshold, kindOf, filled(words.list, { layer: choice.layer }));
    this.section.draw(shown);
  }

  /** The picture with its boxes, and what the section shows. */
  figures() {
    const shown = this.shown();
    if (!shown || !this.section) return [];
    const { said, kindName, data } = shown;
    const table = {
      query: said.map(({ query }) => query),
      class: said.map(({ kind }) => kindName(kind)),
      probability: said.map(({ score }) => score),
      "no object": said.map(({ none }) => none),
      ...Object.fromEntries(["x", "y", "width", "height"].map((name, i) => [name, said.map(({ box }) => box[i])])),
    };
    const picture = { name: data.words.boxes, element: this.live.editor.frame, table };
    return [picture, ...this.section.figures(shown)];
  }

  destroy() {
    this.section?.destroy?.();
    this.live.destroy();
    this.lifetime.destroy();
    this.root.replaceChildren();
  }
}
