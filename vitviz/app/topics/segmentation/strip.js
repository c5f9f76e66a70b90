// All numbers of one vector as bars around 0, in one canvas; the pointer reads one, a click chooses it.
import { contextOf, make, pixelRatio } from "../../../web/shared/dom.js";

const HEIGHT = 64;

export class VectorStrip {
  /**
   * @param {Element} parent
   * @param {{ hover?: (index: number | null) => void, choose?: (index: number) => void }} listeners
   */
  constructor(parent, { hover, choose }) {
    this.canvas = parent.appendChild(make("canvas", "sg-strip"));
    this.canvas.setAttribute("role", "img");
    this.count = 1;
    /** @param {MouseEvent} event */
    const at = (event) => {
      const { left, width } = this.canvas.getBoundingClientRect();
      return Math.max(0, Math.min(this.count - 1, Math.floor(((event.clientX - left) / width) * this.count)));
    };
    if (hover) {
      this.canvas.addEventListener("pointermove", (event) => hover(at(event)));
      this.canvas.addEventListener("pointerleave", () => hover(null));
    }
    if (choose) this.canvas.addEventListener("click", (event) => choose(at(event)));
  }

  /**
   * @param {ArrayLike<number>} values
   * @param {number} high the value of a whole half
   * @param {number} chosen
   * @param {(index: number) => string} colour
   * @param {string} label
   */
  draw(values, high, chosen, colour, label) {
    this.count = values.length;
    this.canvas.setAttribute("aria-label", label);
    const ratio = pixelRatio(this.canvas);
    const width = Math.max(1, Math.round(this.canvas.clientWidth * ratio));
    const height = Math.round(HEIGHT * ratio);
    Object.assign(this.canvas, { width, height });
    const context = contextOf(this.canvas);
    const step = width / values.length;
    for (let i = 0; i < values.length; i++) {
      const long = (values[i] / (high || 1)) * (height / 2);
      context.globalAlpha = i === chosen ? 1 : 0.6;
      context.fillStyle = colour(i);
      const wide = Math.max(1, step - (step > 3 ? 1 : 0));
      context.fillRect(i * step, Math.min(height / 2, height / 2 - long), wide, Math.max(1, Math.abs(long)));
      if (i === chosen) context.fillRect(i * step, 0, Math.max(1, ratio), height);
    }
  }
}
