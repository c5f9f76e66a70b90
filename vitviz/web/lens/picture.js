// The picture with the cursor's patch in a frame, and a button for every reading before the patches.
import { button } from "../shared/controls.js";
import { make } from "../shared/dom.js";
import { placeOf, readingAt } from "./readings.js";

/** @import { ReadingGrid } from "./readings.js" */
/** @typedef {{ image: string, aspect: number, first: string[], words: Record<string, string> }} PictureData */
/** @typedef {{ hover: (reading: number | null) => void, choose: (reading: number) => void }} PictureListeners */

export class LensPicture {
  /**
   * @param {HTMLElement} root
   * @param {PictureListeners} listeners
   */
  constructor(root, listeners) {
    this.listeners = listeners;
    /** @type {ReadingGrid} */
    this.grid = { rows: 1, columns: 1, first: 0 };
    /** @type {{ chip: HTMLButtonElement, name: string }[]} */
    this.chips = [];
    this.frame = root.appendChild(make("div", "vl-frame"));
    this.image = this.frame.appendChild(make("img"));
    this.box = this.frame.appendChild(make("div", "vl-box"));
    this.row = root.appendChild(make("div", "vl-chips"));
    /** @param {MouseEvent} event */
    const at = (event) => readingAt(event, this.frame.getBoundingClientRect(), this.grid);
    this.frame.addEventListener("pointermove", (event) => listeners.hover(at(event)));
    this.frame.addEventListener("pointerleave", () => listeners.hover(null));
    this.frame.addEventListener("click", (event) => listeners.choose(at(event)));
  }

  /**
   * @param {PictureData} data
   * @param {ReadingGrid} grid
   */
  show({ image, aspect, first, words }, grid) {
    this.grid = grid;
    this.image.src = image;
    this.image.alt = words.picture;
    this.frame.style.aspectRatio = String(aspect);
    this.box.style.width = `${100 / grid.columns}%`;
    this.box.style.height = `${100 / grid.rows}%`;
    // Buttons that are there already keep the focus.
    if (this.chips.map(({ name }) => name).join("\n") === first.join("\n")) return;
    this.row.replaceChildren();
    this.chips = first.map((name, reading) => ({ name, chip: this.chip(name, reading) }));
  }

  /**
   * @param {string} name
   * @param {number} reading
   */
  chip(name, reading) {
    const chip = button(this.row, name, () => this.listeners.choose(reading), "vv-tool vv-mono");
    chip.addEventListener("pointerenter", () => this.listeners.hover(reading));
    chip.addEventListener("pointerleave", () => this.listeners.hover(null));
    return chip;
  }

  /** @param {number} reading */
  point(reading) {
    const [row, column] = placeOf(reading, this.grid);
    this.box.hidden = reading < this.grid.first;
    this.box.style.left = `${(100 * column) / this.grid.columns}%`;
    this.box.style.top = `${(100 * row) / this.grid.rows}%`;
    for (const [at, { chip }] of this.chips.entries()) chip.setAttribute("aria-pressed", String(at === reading));
  }
}
