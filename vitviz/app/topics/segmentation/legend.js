// The classes with their colours, as buttons or as plain names.
import { make } from "../../../web/shared/dom.js";
import { CLASS_COLOURS } from "./pixels.js";

/** @typedef {{ hover?: (number: number | null) => void, choose?: (number: number) => void }} LegendListeners */

export class Legend {
  /**
   * @param {Element} parent
   * @param {LegendListeners} [listeners]
   */
  constructor(parent, listeners = {}) {
    this.root = parent.appendChild(make("div", "sg-legend"));
    this.listeners = listeners;
    /** @type {HTMLElement[]} */
    this.rows = [];
    this.built = "";
  }

  /**
   * @param {string[]} names
   * @param {string[]} [values] what stands behind each name
   * @param {number | null} [chosen]
   */
  show(names, values = [], chosen = null) {
    if (this.built !== names.join("\n")) this.build(names);
    for (const [number, row] of this.rows.entries()) {
      const value = row.lastElementChild;
      if (value) value.textContent = values[number] ?? "";
      if (this.listeners.choose) row.setAttribute("aria-pressed", String(number === chosen));
    }
  }

  /** @param {string[]} names */
  build(names) {
    this.built = names.join("\n");
    this.rows = names.map((name, number) => this.row(name, number));
    this.root.replaceChildren(...this.rows);
  }

  /**
   * @param {string} name
   * @param {number} number
   */
  row(name, number) {
    const { hover, choose } = this.listeners;
    /** @type {HTMLElement} */
    const row =
      choose || hover ? Object.assign(make("button", "sg-class"), { type: "button" }) : make("span", "sg-class");
    const colour = row.appendChild(make("span", "sg-colour"));
    colour.style.background = CLASS_COLOURS[number];
    row.append(make("span", "", name), make("span", "vv-mono"));
    if (choose) row.addEventListener("click", () => choose(number));
    if (hover) {
      row.addEventListener("pointerenter", () => hover(number));
      row.addEventListener("pointerleave", () => hover(null));
      row.addEventListener("focus", () => hover(number));
      row.addEventListener("blur", () => hover(null));
    }
    return row;
  }
}
