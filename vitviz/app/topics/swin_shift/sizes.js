// The windows of a frame, counted by size, each drawn to scale.
import { make } from "../../../web/shared/dom.js";

const SIDE = 30; // CSS pixels of a whole window

export class SizesView {
  constructor(parent) {
    this.root = parent.appendChild(make("section", "vs-sizes"));
    this.title = this.root.appendChild(make("div", "vs-title"));
    this.list = this.root.appendChild(make("ul"));
    this.note = this.root.appendChild(make("div", "vs-note"));
  }

  /** `sizes`: [height, width, how many]; `window`: the side that a whole one has; `noun`: what they hold. */
  draw(title, sizes, window, note, noun) {
    const key = `${title} ${sizes} ${note} ${noun}`;
    if (key === this.key) return;
    this.key = key;
    this.title.textContent = title;
    this.note.textContent = note;
    this.list.replaceChildren(...sizes.map(([height, width, count]) => this.item(height, width, count, window, noun)));
  }

  /** What the windows are put together from, see `Windows.compositions`. */
  drawSums(title, compositions, window, noun) {
    const key = `${title} ${JSON.stringify(compositions)} ${noun}`;
    if (key === this.key) return;
    this.key = key;
    this.title.textContent = title;
    this.note.textContent = "";
    this.list.replaceChildren(...compositions.map(({ pieces, count }) => this.sum(pieces, count, window, noun)));
  }

  sum(pieces, count, window, noun) {
    const item = make("li", "vs-sum");
    item.append(make("span", "vs-mono", `${count} \u00d7`));
    const boxes = item.appendChild(make("span", "vs-sum-boxes"));
    for (const [height, width] of pieces) boxes.append(this.box(height, width, window));
    const terms = pieces
      .map(([height, width]) => (pieces.length > 1 ? height * width : `${height} x ${width}`))
      .join(" + ");
    item.append(make("span", "vs-mono", `${terms} = ${window * window} ${noun}`));
    return item;
  }

  box(height, width, window) {
    const box = make("span", "vs-size");
    box.style.width = `${Math.max(2, (SIDE * width) / window)}px`;
    box.style.height = `${Math.max(2, (SIDE * height) / window)}px`;
    return box;
  }

  item(height, width, count, window, noun) {
    const item = make("li");
    const holder = item.appendChild(make("span", "vs-size-holder"));
    holder.append(this.box(height, width, window));
    item.append(make("span", "vs-mono", `${count} \u00d7`), make("span", "vs-mono", `${height} x ${width}`));
    item.append(make("span", "vs-mono vs-faint", `${height * width} ${noun}`));
    return item;
  }
}
