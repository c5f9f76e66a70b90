// The explorer of pictures whose numbers are there: connects what was chosen with what is fetched and drawn.
import { Lifetime } from "../shared/lifetime.js";
import { Controller } from "./controller.js";
import { figuresOf } from "./figures.js";
import { saveArrays, savePicture } from "./files.js";
import { OpenedWeight } from "./opened_weight.js";
import { Page } from "./page.js";
import { Selection } from "./selection.js";
import { settingOf } from "./state.js";
import { strongestOf } from "./wording.js";

/** @import { Engine } from "./engine.js" */
/** @import { ExplorerData, ExplorerEvents, Scene, State } from "./types.d.ts" */
/** @typedef {{ failed: (error: unknown) => void, answered: () => void }} Requests is called when one failed or all were answered */

const SENT_AFTER = 250; // milliseconds until the host is sent a choice, so that held keys make one message

export class ExplorerView {
  /**
   * @param {Element} element
   * @param {ExplorerEvents} events
   * @param {Requests} requests
   * @param {{ data: ExplorerData, engines: Engine[], state: State }} first
   */
  constructor(element, events, requests, { data, engines, state }) {
    this.element = element;
    this.events = events;
    this.requests = requests;
    this.data = data;
    this.engines = engines;
    this.problem = "";
    this.lifetime = new Lifetime();
    this.draw = this.lifetime.inFrame(() => this.drawFrame());
    this.send = this.lifetime.afterRest(SENT_AFTER, () => this.events.state?.(this.selection.state));
    this.selection = new Selection(settingOf(data), state);
    this.weight = new OpenedWeight(
      this.selection,
      () => this.scene,
      () => ({ cell: this.page.cell, theme: this.page.theme, frame: this.page.pictures[0].view.frame }),
      this.draw,
    );
    this.controller = new Controller(this.selection, {
      draw: this.draw,
      changed: (before) => this.changed(before),
      closeWeight: () => this.weight.close(),
      focusWeight: (from) => this.weight.focus(from),
      strongest: () => strongestOf(this.scene)[0]?.[0],
      save: (kind) => this.save(kind),
    });
    this.page = this.makePage();
    this.begin();
  }

  makePage() {
    const callbacks = { draw: this.draw, resized: () => this.layout() };
    return new Page(this.element, this.data, this.controller, callbacks);
  }

  /** @returns {Scene} */
  get scene() {
    const { data, engines, problem } = this;
    const { state, other, hint, setting, painting } = this.selection;
    return { data, engines, aggregates: setting.aggregates, setting, state, other, problem, hint, painting };
  }

  /**
   * Another picture or model in the place of the old one; what was opened is closed.
   * @param {ExplorerData} data
   * @param {Engine[]} engines
   * @param {State} state
   */
  replace(data, engines, state) {
    for (const engine of this.engines) if (!engines.includes(engine)) engine.close();
    Object.assign(this, { data, engines });
    this.selection.restart(settingOf(data), state);
    this.page.cell.close();
    this.renewPage();
    this.begin();
  }

  /** Lay out and draw what is new, and fetch the layers around it. */
  begin() {
    this.layout();
    this.fetchChosen();
    this.prefetch();
  }

  /** Fetch the layers around those that are shown. */
  prefetch() {
    const { state } = this.selection;
    for (const [i, engine] of this.engines.entries()) engine.prefetch(((i && state.second) || state).layer);
  }

  /**
   * The same pictures and model: perhaps under another address, or in another language or theme.
   * @param {ExplorerData} data
   */
  refresh(data) {
    const again = data.asked !== this.data.asked;
    this.data = data;
    for (const [i, part] of [data, data.second].entries()) {
      if (!part || (!again && this.engines[i].source.url === part.url)) continue;
      this.engines[i].source.url = part.url;
      this.fetchChosen();
      this.prefetch();
    }
    this.renewPage();
    this.page.readTheme(data.scales);
    this.layout();
  }

  /** Make the page's elements anew where they have to speak another language. */
  renewPage() {
    if (this.page.words.row === this.data.words.row) return;
    this.page.destroy();
    this.page = this.makePage();
    this.weight.show();
  }

  layout() {
    if (!this.page.visible) return;
    this.page.layout(this.scene);
    this.draw();
  }

  drawFrame() {
    if (this.page.visible && this.page.draw(this.scene)) this.draw();
  }

  /**
   * After another choice: fetch what it needs, draw, and send it to the host.
   * @param {State} before
   */
  changed(before) {
    const { state } = this.selection;
    if (state.order !== before.order || Boolean(state.second) !== Boolean(before.second)) this.layout();
    this.fetchChosen();
    this.weight.show();
    this.draw();
    this.send();
  }

  async fetchChosen() {
    const { engines } = this;
    const { layer, head, second, start } = this.selection.state;
    const current = () => {
      const { state } = this.selection;
      return !this.lifetime.ended && this.engines === engines && state.layer === layer && state.head === head;
    };
    this.problem = "";
    this.draw();
    try {
      const chosen = engines[0].needMap({ layer, head }, start);
      await Promise.all([chosen, second && engines[engines.length - 1].needMap(second, start)]);
      this.requests.answered();
      if (current()) this.weight.resume();
      this.draw();
    } catch (error) {
      if (current()) this.requests.failed(error);
    }
  }

  /** @param {string} problem a sentence */
  showProblem(problem) {
    this.problem = problem;
    this.draw();
  }

  /** A layer has arrived: the small maps may have another order now. */
  arrived() {
    if (this.selection.state.order !== "layer") this.layout();
    this.draw();
  }

  /** @param {"npz" | "png" | "svg"} kind */
  save(kind) {
    const { scene } = this;
    if (kind === "npz") saveArrays(scene, this.events.fetcher);
    else savePicture(kind, scene, this.page.composition(scene));
  }

  figures() {
    return figuresOf(this.page, this.scene);
  }

  destroy() {
    this.lifetime.destroy();
    this.page.destroy();
    for (const engine of this.engines) engine.close();
  }
}
