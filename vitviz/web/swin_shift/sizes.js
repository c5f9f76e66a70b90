// The windows of a frame, counted by size, each drawn to scale.
import { make } from "../shared/dom.js";

/** @import { Size } from "./types.js" */

const SIDE = 30; // CSS pixels of a whole window

export class SizesView {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.root = parent.appendChild(make("section", "vs-sizes"));
    this.title = this.root.appendChild(make("div", "vs-title"));
    this.list = this.root.appendChild(make("ul"));
    this.note = this.root.appendChild(make("div", "vs-note"));
    this.drawn = "";
  }

  /**
   * @param {string} title
   * @param {Size[]} sizes
   * @param {number} window the side that a whole window has
   * @param {string} note
   * @param {string} noun what they hold
   */
  draw(title, sizes, window, note, noun) {
    const key = JSON.stringify([title, sizes, window, note, noun]);
    if (key === this.drawn) return;
    this.drawn = key;
    this.title.textContent = title;
    this.note.textContent = note;
    this.list.replaceChildren(...sizes.map((size) => this.item(size, window, noun)));
  }

  /**
   * What the windows are put together from.
   * @param {string} title
   * @param {{ pieces: [number, number][], count: number }[]} compositions see `Windows.compositions`
   * @param {number} window
   * @param {string} noun
   */
  drawSums(title, compositions, window, noun) {
    const key = JSON.stringify([title, compositions, window, noun]);
    if (key === this.drawn) return;
    this.drawn = key;
    this.title.textContent = title;
    this.note.textContent = "";
    this.list.replaceChildren(...compositions.map(({ pieces, count }) => this.sum(pieces, count, window, noun)));
  }

  /**
   * @param {[number, number][]} pieces
   * @param {number} count
   * @param {number} window
   * @param {string} noun
   */
  sum(pieces, count, window, noun) {
    const item = make("li", "vs-sum");
    item.append(make("span", "vs-mono", `${count} \u00d7`));
    const boxes = item.appendChild(make("span", "vs-sum-boxes"));
    for (const [height, width] of pieces) boxes.append(this.box(height, width, window));
    const terms = pieces.map(([height, width]) => (pieces.length > 1 ? height * width : `${height} x ${width}`));
    item.append(make("span", "vs-mono", `${terms.join(" + ")} = ${window * window} ${noun}`));
    return item;
  }

  /**
   * @param {number} height
   * @param {number} width
   * @param {number} window
   */
  box(height, width, window) {
    const box = make("span", "vs-size");
    box.style.width = `${Math.max(2, (SIDE * width) / window)}px`;
    box.style.height = `${Math.max(2, (SIDE * height) / window)}px`;
    return box;
  }

  /**
   * @param {Size} size
   * @param {number} window
   * @param {string} noun
   */
  item([height, width, count], window, noun) {
    const item = make("li");
    const holder = item.appendChild(make("span", "vs-size-holder"));
    holder.append(this.box(height, width, window));
    item.append(make("span", "vs-mono", `${count} \u00d7`), make("span", "vs-mono", `${height} x ${width}`));
    item.append(make("span", "vs-mono vs-faint", `${height * width} ${noun}`));
    return item;
  }
}
