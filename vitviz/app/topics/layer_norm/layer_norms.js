// One layer norm at a time for all tokens: a slider that goes through all of them, and what each token has there. The
// cursor's place is sent to the page, which shows below what needs more numbers.
import { NormCursor } from "../../../web/norms/cursor.js";
import { make } from "../../../web/shared/dom.js";
import { filled, setBold } from "../../../web/shared/words.js";
import { OneNorm } from "./one_norm.js";

/** @import { CursorData, Place } from "../../../web/norms/cursor.js" */
/** @import { Norm } from "../../../web/norms/statistics.js" */
/** @import { Figure } from "../../../web/plotly/types.js" */
/** @import { ColourScale } from "../../../web/shared/colours.js" */
/** @typedef {Norm & { note: string }} NormWithNote */
/**
 * What Python sends; `notes` say of every layer norm which tokens stand out.
 * @typedef {CursorData & { notes: string[], times: string, image: string, aspect: number,
 *   scales: Record<"attention" | "activation", ColourScale>, figure: Figure, words: Record<string, string>,
 *   picker: Record<string, string>, chart: Record<string, string> }} LayerNormData
 */

export class LayerNorms {
  /**
   * @param {HTMLElement} root
   * @param {(place: Place) => void} onChoose is called with every place that is chosen
   */
  constructor(root, onChoose) {
    this.root = root;
    this.cursor = new NormCursor(onChoose);
    /** @type {LayerNormData | null} */
    this.data = null;
    root.classList.add("vn");
    const label = root.appendChild(make("label", "vn-which"));
    this.which = label.appendChild(make("span"));
    this.name = label.appendChild(make("output", "vn-at"));
    this.slider = label.appendChild(make("input"));
    Object.assign(this.slider, { type: "range", min: 0, step: 1 });
    this.slider.addEventListener("input", () => this.go(Number(this.slider.value), this.cursor.token));
    this.slider.addEventListener("keydown", (event) => event.stopPropagation()); // the page has hotkeys of its own
    this.one = new OneNorm(root.appendChild(make("div", "vn-top")), (token) => this.choose(token));
  }

  /** The chosen layer norm's maps and chart. */
  figures() {
    return this.data ? this.one.figures() : [];
  }

  destroy() {
    this.one.destroy();
    this.root.replaceChildren();
  }

  /** @param {LayerNormData} data */
  update(data) {
    this.data = data;
    this.cursor.update(data);
    const { norms } = this.cursor;
    setBold(this.which, filled(data.words.which, { count: norms.length }));
    this.slider.setAttribute("aria-label", this.which.textContent); // the label's first control is the output
    this.slider.max = String(norms.length - 1);
    this.one.update(data);
    this.drawNorm();
  }

  /**
   * Choose a token, counted as the layer norm that is open does.
   * @param {number} token
   */
  choose(token) {
    this.go(this.cursor.at, this.cursor.finestToken(this.cursor.at, token));
  }

  /**
   * Move the cursor, draw what that changes, and send its place.
   * @param {number} at
   * @param {number} token
   */
  go(at, token) {
    const otherNorm = this.cursor.move(at, token);
    if (otherNorm === null) return;
    if (otherNorm) this.drawNorm();
    else this.one.go(this.cursor.tokenAt());
    this.cursor.send();
  }

  drawNorm() {
    const { data, cursor } = this;
    if (!data) return;
    const norm = { ...cursor.norms[cursor.at], note: data.notes[cursor.at] };
    this.slider.value = String(cursor.at);
    this.slider.setAttribute("aria-valuetext", norm.name);
    this.name.textContent = norm.name;
    this.one.show(norm, cursor.tokenAt());
  }
}
