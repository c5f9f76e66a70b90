// What is shown of several tokens that were chosen as one query. Below the picture: it comes and goes while a person
// paints on the picture, which has to stay where it is.
import { button } from "../shared/controls.js";
import { make } from "../shared/dom.js";
import { filled } from "../shared/words.js";

/** @import { Words } from "../shared/types.d.ts" */
/** @import { Actions, State } from "./types.d.ts" */

export class RegionBar {
  /**
   * @param {HTMLElement} parent
   * @param {Words} words
   * @param {Pick<Actions, "change" | "act" | "step">} actions
   */
  constructor(parent, words, actions) {
    this.words = words;
    this.root = parent.appendChild(make("div", "vx-region-bar"));
    this.count = this.root.appendChild(make("span"));
    const ways = this.root.appendChild(make("div", "vx-segments"));
    ways.setAttribute("role", "group");
    ways.setAttribute("aria-label", words.region);
    this.ways = [true, false].map((together) => ({
      together,
      button: button(ways, together ? words.together : words.oneByOne, () => actions.change({ together })),
    }));
    this.steps = [-1, 1].map((by) => {
      const step = button(this.root, by < 0 ? "\u2039" : "\u203a", () => actions.step(by), "vx-tool");
      step.title = by < 0 ? words.stepBack : words.stepOn;
      step.setAttribute("aria-label", step.title);
      return step;
    });
    button(this.root, words.clear, () => actions.act("clear"), "vx-tool");
  }

  /** @param {State} state */
  show({ region, together }) {
    this.root.hidden = !region.length;
    this.count.textContent = filled(this.words.regionCount, { n: region.length });
    for (const way of this.ways) way.button.setAttribute("aria-pressed", String(way.together === together));
    for (const step of this.steps) step.hidden = together;
  }
}
