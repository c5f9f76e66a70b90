// The page: the chosen section, and what a person chose in it, which the server is asked about where it has to compute.

import { colourTable, isDark } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";
import { Echo } from "../../../web/shared/echo.js";
import { mergeHeldKeys } from "../../../web/shared/events.js";
import { Lifetime } from "../../../web/shared/lifetime.js";
import { setBold } from "../../../web/shared/words.js";
import { AircraftSection } from "./aircraft_section.js";
import { LossesSection } from "./losses_section.js";
import { RankingSection } from "./ranking_section.js";

/** @import { SavedFigure, Send } from "../../../web/shared/types.d.ts" */
/** @import { Choice, RecommendationData, Shown, ViewName } from "./types.d.ts" */
/**
 * @typedef {object} Section
 * @property {HTMLElement} root
 * @property {(shown: Shown) => void} draw
 * @property {(shown: Shown) => SavedFigure[]} figures
 * @property {() => void} destroy
 */

/** What the server computes with. @type {(keyof Choice)[]} */
const ASKED = ["aircraft", "edits", "others", "count", "seed", "users"];

export class RecommendationView {
  /**
   * @param {HTMLElement} root
   * @param {Send} send is called with a choice: at once where the server has to compute, else when a person rests
   */
  constructor(root, send) {
    this.root = root;
    root.classList.add("vr");
    this.lifetime = new Lifetime();
    this.lead = root.appendChild(make("div", "vr-lead"));
    this.place = root.appendChild(make("div"));
    this.echo = new Echo();
    /** @type {RecommendationData | null} */
    this.data = null;
    /** @type {Choice | null} */
    this.choice = null;
    /** @type {Section | null} */
    this.section = null;
    /** @type {ViewName | ""} */
    this.view = "";
    const report = () => {
      if (!this.choice) return;
      this.echo.sent(JSON.stringify(this.choice));
      send("choice", { ...this.choice });
    };
    this.ask = mergeHeldKeys(report);
    this.report = this.lifetime.afterRest(250, report);
  }

  /** @param {RecommendationData} data */
  update(data) {
    const chosen = JSON.stringify(data.choice);
    const news = this.echo.isNews(chosen);
    if (!this.choice || (news && chosen !== JSON.stringify(this.data?.choice))) this.choice = { ...data.choice };
    this.data = data;
    if (this.view !== data.view) this.open(data.view);
    setBold(this.lead, data.words[`${data.view}_lead`]);
    this.draw();
  }

  /** @param {ViewName} view */
  open(view) {
    this.section?.destroy();
    this.view = view;
    const choose = (/** @type {Partial<Choice>} */ part) => this.choose(part);
    /** @type {Record<ViewName, () => Section>} */
    const makers = {
      attention: () => new AircraftSection("attention", choose),
      gru: () => new AircraftSection("gru", choose),
      losses: () => new LossesSection(choose),
      ranking: () => new RankingSection(choose),
    };
    this.section = makers[view]();
    this.place.replaceChildren(this.section.root);
  }

  /** @param {Partial<Choice>} part */
  choose(part) {
    if (!this.choice) return;
    const asks = ASKED.some((name) => name in part && part[name] !== this.choice?.[name]);
    Object.assign(this.choice, part);
    this.draw();
    if (asks) this.ask();
    else this.report();
  }

  /** @returns {Shown | null} */
  shown() {
    if (!this.data || !this.choice) return null;
    const { scales } = this.data;
    const dark = isDark(this.root);
    const tables = {
      attention: colourTable(scales.attention, dark),
      difference: colourTable(scales.difference, dark),
      activation: colourTable(scales.activation, dark),
    };
    return { data: this.data, choice: this.choice, tables, dark };
  }

  draw() {
    const shown = this.shown();
    if (shown) this.section?.draw(shown);
  }

  figures() {
    const shown = this.shown();
    return shown && this.section ? this.section.figures(shown) : [];
  }

  destroy() {
    this.section?.destroy();
    this.lifetime.destroy();
    this.root.replaceChildren();
  }
}
