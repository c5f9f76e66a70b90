// All queries as a list of buttons, each with its class and score after the chosen layer.
import { make, write } from "../../../web/shared/dom.js";
import { fixed } from "../../../web/shared/format.js";
import { hueOf } from "./hues.js";

/** @import { Said } from "./maths.js" */

export class QueryList {
  /**
   * @param {HTMLElement} root
   * @param {(query: number) => void} choose
   * @param {(query: number | null) => void} hover
   */
  constructor(root, choose, hover) {
    this.root = root;
    this.choose = choose;
    this.hover = hover;
    root.addEventListener("pointerleave", () => hover(null));
    root.classList.add("vd-list");
    root.setAttribute("role", "group");
    /** @type {{ row: HTMLButtonElement, kind: HTMLElement, score: HTMLElement, bar: HTMLElement }[]} */
    this.rows = [];
  }

  /** @param {number} count */
  build(count) {
    if (this.rows.length === count) return;
    this.rows = Array.from({ length: count }, (_, query) => {
      const row = make("button", "vd-query");
      row.type = "button";
      const swatch = row.appendChild(make("span", "vd-swatch", query));
      swatch.style.background = hueOf(query);
      const kind = row.appendChild(make("span", "vd-kind"));
      const score = row.appendChild(make("span", "vd-score vv-mono"));
      const bar = row.appendChild(make("span", "vd-bar"));
      bar.style.background = hueOf(query);
      row.addEventListener("click", () => this.choose(query));
      row.addEventListener("pointerenter", (event) => {
        if (event.pointerType === "mouse") this.hover(query);
      });
      return { row, kind, score, bar };
    });
    this.root.replaceChildren(...this.rows.map(({ row }) => row));
  }

  /**
   * @param {Said[]} said
   * @param {number} chosen
   * @param {number} threshold
   * @param {(said: Said) => string} kindOf what a query says, in words
   * @param {string} label
   */
  show(said, chosen, threshold, kindOf, label) {
    this.build(said.length);
    write(this.root, null, { "aria-label": label });
    for (const [query, { row, kind, score, bar }] of this.rows.entries()) {
      const each = said[query];
      write(kind, kindOf(each));
      write(score, fixed(Math.max(each.score, each.none), 2));
      bar.style.width = `${100 * each.score}%`;
      row.classList.toggle("vd-silent", each.score < threshold);
      row.classList.toggle("vd-none", each.none > each.score);
      write(row, null, { "aria-pressed": query === chosen });
    }
  }
}
