// A button for every followed class, with its line in the chart and its value at the cursor.
import { button } from "../shared/controls.js";
import { make } from "../shared/dom.js";
import { sample } from "./figures.js";

/** @typedef {{ button: HTMLButtonElement, line: HTMLElement, value: HTMLElement }} ClassButton */

export class ClassList {
  /**
   * @param {HTMLElement} root
   * @param {(target: number) => void} choose
   */
  constructor(root, choose) {
    this.root = root;
    this.choose = choose;
    this.listed = ""; // the title and names that the buttons are for
    /** @type {ClassButton[]} */
    this.buttons = [];
  }

  /**
   * List the classes; buttons that are there already keep the focus.
   * @param {string} title
   * @param {string[]} names
   */
  list(title, names) {
    const listed = [title, ...names].join("\n");
    if (this.listed === listed) return;
    this.listed = listed;
    this.root.replaceChildren(make("div", "vl-title", title));
    this.buttons = names.map((name, target) => this.button(name, target));
  }

  /**
   * @param {string} name
   * @param {number} target
   * @returns {ClassButton}
   */
  button(name, target) {
    const made = button(this.root, "", () => this.choose(target), "vl-class");
    made.append(make("b", "", String(target + 1)));
    const line = made.appendChild(make("span"));
    made.append(make("span", "vl-class-name", name));
    return { button: made, line, value: made.appendChild(make("span", "vl-value")) };
  }

  /**
   * @param {number} chosen
   * @param {(object | undefined)[]} lines how the chart draws each class
   * @param {string[]} values
   */
  show(chosen, lines, values) {
    for (const [target, { button, line, value }] of this.buttons.entries()) {
      button.setAttribute("aria-pressed", String(target === chosen));
      line.replaceChildren(sample(/** @type {object} */ (lines[target])));
      value.textContent = values[target];
    }
  }
}
