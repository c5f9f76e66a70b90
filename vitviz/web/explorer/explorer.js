// The attention explorer: one cursor through the picture, every head of every layer, and one head's matrix.
// `mount(element, events)` knows no host; whoever mounts it hands it data and is called back with what a person chose.
import { make } from "../shared/dom.js";
import { Engine } from "./engine.js";
import { ExplorerView } from "./explorer_view.js";
import { besideFirst, clean, settingOf } from "./state.js";
import { isGone, problemOf } from "./wording.js";

/** @import { View } from "../shared/types.d.ts" */
/** @import { ExplorerData, ExplorerEvents, ExplorerPicture } from "./types.d.ts" */

const TRIES = 3; // how often the host is asked for payloads that stay gone

/**
 * Takes what the host has: another picture or model is fetched first and then put in the place of the old one, without
 * its numbers where they cannot be had: nobody is to take the old picture for the new one.
 */
class Explorer {
  /**
   * @param {Element} element
   * @param {ExplorerEvents} events
   */
  constructor(element, events) {
    this.element = element;
    this.events = events;
    /** @type {ExplorerData | null} what the host handed over last; null at the end */
    this.wanted = null;
    /** @type {number | undefined} `asked` of the data whose payloads arrived last */
    this.served = undefined;
    /** @type {ExplorerView | null} */
    this.view = null;
  }

  /** @param {ExplorerData} data */
  async update(data) {
    this.wanted = data;
    this.served ??= data.asked;
    if (
      this.view &&
      data.revision === this.view.data.revision &&
      data.second?.revision === this.view.data.second?.revision &&
      data.asks === this.view.data.asks
    ) {
      this.view.refresh(data);
      return;
    }
    const engines = (data.second ? [data, data.second] : [data]).map((picture) => this.engineFor(picture, data));
    const first = this.stateFor(data);
    const beside = first.second ?? besideFirst(first, settingOf(data));
    try {
      await Promise.all(engines.map((engine, i) => engine.need((i ? beside : first).layer)));
    } catch (error) {
      this.failed(error);
      if (this.view && isGone(error) && this.mayAsk) return; // the host will hand them over under another address
    }
    if (this.wanted !== data) return;
    const state = this.stateFor(data); // what a person chose while the numbers were on their way holds
    if (this.view?.data.second && !data.second) state.second = null;
    if (data.second && !state.second) state.second = besideFirst(state, settingOf(data));
    if (this.view) this.view.replace(data, engines, state);
    else this.view = new ExplorerView(this.element, this.events, this, { data, engines, state });
  }

  /**
   * What a person chose, where it was in the same model and the host does not ask for something else.
   * @param {ExplorerData} data
   */
  stateFor(data) {
    const { view } = this;
    const holds = view?.data.model === data.model && view.data.asks === data.asks;
    return clean(holds ? view.selection.state : data.state, settingOf(data));
  }

  /**
   * The numbers of a picture, those that are there already where it is the same.
   * @param {ExplorerPicture} picture
   * @param {ExplorerData} data
   */
  engineFor(picture, { limit, words }) {
    const kept = this.view?.engines.find(
      (engine) => engine.data.revision === picture.revision && engine.source.url === picture.url,
    );
    const missing = () => this.missed();
    const arrived = () => this.view?.arrived();
    return (
      kept ??
      new Engine({ ...picture, limit, leftOut: words.leftOut }, { missing, arrived, fetcher: this.events.fetcher })
    );
  }

  /** Ask the host for payloads that are gone, a few times: where nobody serves them, asking on would never end. */
  missed() {
    if (this.mayAsk) this.events.need?.();
  }

  get mayAsk() {
    return this.wanted !== null && this.wanted.asked - (this.served ?? 0) < TRIES;
  }

  /** All that the view needs has arrived. */
  answered() {
    this.served = this.wanted?.asked;
  }

  /** @param {unknown} error */
  failed(error) {
    if (!this.wanted) return;
    const problem = problemOf(error, this.wanted.words);
    if (this.view) this.view.showProblem(problem);
    else this.element.replaceChildren(make("p", "vx-problem", problem));
  }

  destroy() {
    this.wanted = null;
    this.view?.destroy();
    this.element.replaceChildren();
  }
}

/**
 * Put an explorer into `element`. `events`: `state(state)` after a choice, `need()` when the payloads are gone, and where no
 * server answers `fetcher(path)`, which returns a promise of a Response for every payload and download.
 * @param {Element} element
 * @param {ExplorerEvents} events
 * @returns {View<ExplorerData> & { hover: (token: number) => void, choose: (state: Partial<import("./types.d.ts").State>) => void }} whose `update` may be called as often as there is
 *   something new; `hover` is the pointer on a token in another picture of the host, `choose` a choice of
 *   the host's
 */
export function mount(element, events) {
  const explorer = new Explorer(element, events);
  return {
    update: (data) => explorer.update(data),
    hover: (token) => explorer.view?.controller.hover(token),
    choose: (state) => explorer.view?.controller.change(state),
    figures: () => explorer.view?.figures() ?? [],
    destroy: () => explorer.destroy(),
  };
}
