// The panel of one weight opened, in three stages; its numbers may still be on their way.
import { button } from "../shared/controls.js";
import { make } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { addContribution, addScore, addSoftmax } from "./cell_stages.js";

/** @import { Words } from "../shared/types.d.ts" */
/** @import { Names, Values, Weight } from "./cell_stages.js" */
/** @import { Theme } from "./types.d.ts" */

export class CellView {
  /**
   * @param {HTMLElement} parent
   * @param {() => void} close is called when a person closes the panel
   * @param {Words} words
   */
  constructor(parent, close, words) {
    /** @type {{ weight: Weight, theme: Theme, output: HTMLElement } | null} */
    this.opened = null;
    this.waiting = false;
    this.words = words;
    this.root = parent.appendChild(make("section", "vx-cell"));
    this.root.hidden = true;
    this.root.tabIndex = -1;
    const head = this.root.appendChild(make("div", "vx-cell-head"));
    this.title = head.appendChild(make("h4"));
    button(head, "\u00d7", close, "vx-tool").setAttribute("aria-label", words.close);
    this.body = this.root.appendChild(make("div", "vx-stages"));
  }

  close() {
    this.root.hidden = true;
    this.opened = null;
    this.waiting = false;
  }

  /** The numbers of what was chosen are on their way; those of something else would be wrong. */
  wait() {
    this.root.hidden = false;
    this.opened = null;
    this.waiting = true;
    this.title.textContent = this.words.loading;
    this.body.replaceChildren();
  }

  /**
   * Score and softmax of a weight; the third stage waits for `setValues`.
   * @param {Weight} weight
   * @param {Names} names
   * @param {Theme} theme
   */
  open(weight, names, theme) {
    const { words } = this;
    this.root.hidden = false;
    this.waiting = false;
    this.title.textContent = `${names.map}: A[${names.i}, ${names.j}] = ${number(weight.weight)}`;
    this.body.replaceChildren();
    addScore(this.addStage("1", words.stageScore), weight, names, theme, words);
    addSoftmax(this.addStage("2", words.stageSoftmax), weight, theme, words);
    const output = this.addStage("3", words.stageValue);
    output.append(make("p", "vx-wait", words.loading));
    this.opened = { weight, theme, output };
  }

  /** Bring the panel into sight, where it is not: its first lines if it is higher than the window. */
  reveal() {
    const { top, bottom } = this.root.getBoundingClientRect();
    const fits = bottom - top <= innerHeight;
    if (top < 0 || bottom > innerHeight)
      this.root.scrollIntoView({ block: fits ? "end" : "start", behavior: "smooth" });
  }

  /**
   * @param {string} index
   * @param {string} title
   */
  addStage(index, title) {
    const stage = this.body.appendChild(make("div", "vx-stage"));
    stage.append(make("h5", "", `${index}  ${title}`));
    return stage;
  }

  /**
   * The last stage, when the values of the head are there.
   * @param {Weight} weight that they were fetched for; another one may have been opened meanwhile
   * @param {Values} values
   * @param {number} window
   */
  setValues(weight, values, window) {
    if (this.opened?.weight !== weight) return;
    const { output, theme } = this.opened;
    output.lastElementChild?.remove();
    addContribution(output, weight, values, window, theme, this.words);
  }

  /**
   * The values cannot be had.
   * @param {Weight} weight
   * @param {string} message
   */
  setProblem(weight, message) {
    if (this.opened?.weight !== weight) return;
    const { output } = this.opened;
    output.lastElementChild?.remove();
    output.append(make("p", "vx-wait", message));
  }
}
