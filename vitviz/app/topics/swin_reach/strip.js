// The fields from the token back to the picture, one small map each, to choose from.
import { contextOf, make } from "../../../web/shared/dom.js";
import { filled } from "../../../web/shared/words.js";
import { whole } from "./format.js";
import { total } from "./maps.js";

/** @import { Fields } from "./fields.js" */
/** @import { Words } from "./types.js" */
/** @typedef {{ root: HTMLElement, canvas: HTMLCanvasElement, label: HTMLElement }} Thumb */

const INSIDE = [47, 107, 255, 255];
const OUTSIDE = [128, 132, 142, 60];

export class Strip {
  /**
   * @param {HTMLElement} parent
   * @param {string} label
   * @param {(back: number) => void} onChoice
   */
  constructor(parent, label, onChoice) {
    this.onChoice = onChoice;
    const row = parent.appendChild(make("div", "wr-strip-row"));
    row.append(make("div", "wr-strip-label", label));
    this.root = row.appendChild(make("div", "wr-strip"));
    /** @type {Thumb[]} */
    this.thumbs = [];
  }

  /**
   * @param {Uint8Array[]} grown the fields, from the token on
   * @param {Fields} fields
   * @param {Words} words
   */
  draw(grown, fields, words) {
    const { thumbs } = this;
    while (thumbs.length > grown.length) thumbs.pop()?.root.remove();
    while (thumbs.length < grown.length) thumbs.push(this.thumb(thumbs.length));
    for (const [back, { root, canvas, label }] of thumbs.entries()) {
      const map = fields.journey.mapBack(fields.at, back);
      const step = fields.journey.steps[fields.at - back + 1];
      label.textContent = back === 0 ? words.token : step.parents ? words.merge : filled(words.input, step);
      const where = fields.where(back, words);
      root.setAttribute("aria-pressed", String(back === fields.back));
      root.setAttribute("aria-label", `${label.textContent}: ${where}`);
      root.title = `${where}: ${whole(total(grown[back]))} / ${whole(map.tokens)}`;
      Object.assign(canvas, { width: map.columns, height: map.rows });
      const context = contextOf(canvas);
      const cells = context.createImageData(map.columns, map.rows);
      for (const [t, inside] of grown[back].entries()) cells.data.set(inside ? INSIDE : OUTSIDE, 4 * t);
      context.putImageData(cells, 0, 0);
    }
  }

  /**
   * @param {number} back
   * @returns {Thumb}
   */
  thumb(back) {
    /** @type {HTMLButtonElement} */
    const root = this.root.appendChild(make("button", "wr-thumb"));
    root.type = "button";
    const canvas = root.appendChild(make("canvas"));
    canvas.setAttribute("aria-hidden", "true");
    const label = root.appendChild(make("span"));
    root.addEventListener("click", () => this.onChoice(back));
    return { root, canvas, label };
  }
}
