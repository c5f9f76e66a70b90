// The page's one part: a scene with the network's answer to it, and beside it what the chosen section shows of the run.

import { LiveScene } from "../../../web/scene/live_scene.js";
import { make } from "../../../web/shared/dom.js";
import { Echo } from "../../../web/shared/echo.js";
import { Lifetime } from "../../../web/shared/lifetime.js";
import { ExpandingView } from "./expanding_view.js";
import { GrowthView } from "./growth_view.js";
import { LossView } from "./loss_view.js";
import { PaintingView } from "./painting_view.js";
import { SkipsView } from "./skips_view.js";
import { UView } from "./u_view.js";
import { WindowsView } from "./windows_view.js";

/** @import { SceneAnswer, SceneData } from "../../../web/scene/types.d.ts" */
/** @import { SavedFigure, Send, View, Words } from "../../../web/shared/types.d.ts" */
/** @import { Choice, PageData } from "./segmentation_view.js" */
/** @typedef {SceneAnswer & { section: string }} Answer the rest is the section's own */
/**
 * What Python sends; `askedWith` are the names of a choice that the server is asked with.
 * @typedef {SceneData<Answer> & { section: string, choice: Choice, askedWith: string[], names: string[], own: { words: Words },
 *   scales: PageData["scales"] }} PartData
 */

const REST = 250; // milliseconds: held keys and a moving slider run ahead, and only where they stop is sent
/** @type {Record<string, new (root: HTMLElement, send: (choice: Choice) => void) => View<any>>} */
const VIEWS = {
  painting: PaintingView,
  u: UView,
  growth: GrowthView,
  skips: SkipsView,
  expanding: ExpandingView,
  loss: LossView,
  windows: WindowsView,
};

class SegmentationPart {
  /**
   * @param {HTMLElement} root
   * @param {Send} send
   */
  constructor(root, send) {
    this.root = root;
    this.lifetime = new Lifetime();
    root.classList.add("sg-page");
    const left = root.appendChild(make("div"));
    this.right = root.appendChild(make("div", "sg-right"));
    /** @type {PartData | null} */
    this.data = null;
    /** @type {Choice} */
    this.choice = {};
    /** @type {Answer | null} */
    this.answer = null;
    /** @type {View<any> | null} */
    this.view = null;
    this.section = "";
    this.echo = new Echo();
    /** @type {LiveScene<Answer>} */
    this.live = new LiveScene(left, {
      answered: (answer) => this.answered(answer),
      settled: (text) => send("scene", text),
      gone: () => send("need", true),
    });
    this.report = this.lifetime.afterRest(REST, () => {
      this.echo.sent(JSON.stringify(this.choice));
      send("choice", this.choice);
    });
  }

  /** @param {PartData} data */
  update(data) {
    const chosen = JSON.stringify(data.choice);
    if (this.echo.isNews(chosen) && chosen !== JSON.stringify(this.data?.choice)) this.choice = { ...data.choice };
    const other = this.section !== data.section;
    this.data = data;
    if (other) this.open(data.section);
    this.live.options = this.options();
    this.live.update(data);
    if (!other || this.answer?.section === data.section) return;
    // The host has the new section's answer where the scene is still the one that it knows.
    if (this.live.editor.text === data.text) this.live.accept(data.answer);
    else this.live.ask();
  }

  /** @param {string} section */
  open(section) {
    this.view?.destroy();
    this.section = section;
    const root = make("div");
    this.right.replaceChildren(root);
    this.view = new VIEWS[section](root, (choice) => this.choose(choice));
  }

  /** What the server is asked beside the scene. */
  options() {
    const { section = "", askedWith = [] } = this.data ?? {};
    return new URLSearchParams([
      ["section", section],
      ...askedWith.map((name) => [name, this.choice[name]]),
    ]).toString();
  }

  /** @param {Choice} choice */
  choose(choice) {
    Object.assign(this.choice, choice);
    this.live.setOptions(this.options());
    this.report();
  }

  /** @param {Answer} answer */
  answered(answer) {
    if (answer.section !== this.section || !this.data) return;
    this.answer = answer;
    const { names, own, scales } = this.data;
    this.view?.update({ ...answer, names, scales, ...own, choice: this.choice });
  }

  /** @returns {SavedFigure[]} */
  figures() {
    return this.view?.figures?.() ?? [];
  }

  destroy() {
    this.view?.destroy();
    this.live.destroy();
    this.lifetime.destroy();
    this.root.replaceChildren();
  }
}

/**
 * @param {HTMLElement} element
 * @param {Send} send is called with every scene and choice at which a person rests, and when the server knows no more
 */
export function mount(element, send) {
  return new SegmentationPart(element, send);
}
