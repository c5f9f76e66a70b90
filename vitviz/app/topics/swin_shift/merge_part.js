// Choose a place of a merging's output: the 2 x 2 patches that become one, in the order in which they are gathered.
import { contextOf, make } from "../../../web/shared/dom.js";
import { arrowStep, mergeHeldKeys } from "../../../web/shared/events.js";
import { sentFigure } from "../../../web/shared/save_figure.js";
import { label, stroked } from "../../../web/swin_shift/drawing.js";
import { four } from "./merging.js";

/** @import { MergeData, Place } from "../../../web/swin_shift/types.js" */
/** @import { Stroke } from "../../../web/swin_shift/drawing.js" */

const AROUND = 1; // patches of the enlarged view around the four
const MAP_SIDE = 480;
const ZOOM_SIDE = 300;
const FONT = "600 34px monospace";
const CHOSEN = "#e0641a";

class MergePicker {
  /**
   * @param {HTMLElement} root
   * @param {(name: "place", place: Place) => void} send
   */
  constructor(root, send) {
    this.send = send;
    this.root = root;
    const box = root.appendChild(make("div", "vsm"));
    /** @type {HTMLCanvasElement} */
    this.map = box.appendChild(make("canvas"));
    this.map.tabIndex = 0;
    this.map.setAttribute("role", "application");
    /** @type {HTMLCanvasElement} */
    this.zoom = box.appendChild(make("canvas"));
    this.zoom.setAttribute("role", "img");
    this.readout = box.appendChild(make("div", "vsm-readout"));
    this.readout.setAttribute("role", "status");
    this.image = new Image();
    this.image.onload = () => this.draw();
    /** @type {Place} */
    this.chosen = [0, 0];
    /** @type {Place} the place below the pointer, else the chosen one */
    this.current = [0, 0];
    this.map.addEventListener("pointermove", (event) => this.pointed(event, (place) => this.hover(place)));
    this.map.addEventListener("pointerleave", () => this.hover(this.chosen));
    this.map.addEventListener("click", (event) => this.pointed(event, (place) => this.choose(place)));
    this.map.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {MergeData} data */
  update(data) {
    this.data = data;
    this.chosen = data.place;
    this.current = data.place;
    this.map.setAttribute("aria-label", data.words.help);
    this.zoom.setAttribute("aria-label", data.words.order);
    if (this.image.getAttribute("src") !== data.image) this.image.src = data.image;
    this.draw();
  }

  /**
   * @param {MouseEvent} event
   * @param {(place: Place) => void} callback
   */
  pointed(event, callback) {
    if (!this.data) return;
    const box = this.map.getBoundingClientRect();
    const { rows, columns, height, width } = this.data;
    // Two patches are a place; an odd side is padded, so the last place reaches beyond the picture by half of itself.
    const row = Math.floor(((event.clientY - box.top) / box.height) * (height / 2));
    const column = Math.floor(((event.clientX - box.left) / box.width) * (width / 2));
    if (row >= 0 && column >= 0 && row < rows && column < columns) callback([row, column]);
  }

  /** @param {Place} place */
  hover(place) {
    this.current = place;
    this.draw();
  }

  /** @param {Place} place */
  choose(place) {
    this.chosen = this.current = place;
    this.draw();
    this.send("place", place);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = arrowStep(event);
    if (!this.data || (!step && event.key !== "Enter")) return;
    event.preventDefault();
    event.stopPropagation();
    if (!step) {
      this.choose(this.current);
      return;
    }
    const { rows, columns } = this.data;
    const row = Math.min(rows - 1, Math.max(0, this.current[0] + step[0]));
    this.hover([row, Math.min(columns - 1, Math.max(0, this.current[1] + step[1]))]);
  }

  draw() {
    const { data } = this;
    if (!data || !this.image.naturalWidth) return;
    this.drawMap(data);
    this.drawZoom(data);
    const { words } = data;
    const patches = four(data, this.current).map(
      (place, i) => `${i}: ${place ? `(${place.join(", ")})` : words.padding}`,
    );
    this.readout.textContent = `${words.output} (${this.current.join(", ")})  \u2190  ${words.patches} ${patches.join("  ")}`;
  }

  /** @param {MergeData} data */
  drawMap({ height, width }) {
    this.map.width = MAP_SIDE;
    this.map.height = Math.round((MAP_SIDE * height) / width);
    const context = contextOf(this.map);
    context.drawImage(this.image, 0, 0, this.map.width, this.map.height);
    const unit = MAP_SIDE / width;
    context.strokeStyle = "rgb(255 255 255 / .35)";
    context.lineWidth = 1;
    context.beginPath();
    for (let c = 2; c < width; c += 2) context.rect(c * unit, 0, 0, this.map.height);
    for (let r = 2; r < height; r += 2) context.rect(0, r * unit, MAP_SIDE, 0);
    context.stroke();
    this.frame(context, this.chosen, unit, [0, 0], CHOSEN);
    if (this.current.join() !== this.chosen.join()) this.frame(context, this.current, unit, [0, 0], "#fff");
  }

  /**
   * A frame around the four patches of a place.
   * @param {CanvasRenderingContext2D} context
   * @param {Place} place
   * @param {number} unit pixels of a patch
   * @param {Place} corner the patch (row, column) that is drawn at the top left
   * @param {string} colour
   */
  frame(context, [row, column], unit, [top, left], colour) {
    /** @type {Stroke[]} */
    const strokes = [
      ["rgb(0 0 0 / .8)", 8],
      ["#fff", 6],
      [colour, 3.5],
    ];
    const [x, y] = [(2 * column - left) * unit, (2 * row - top) * unit];
    stroked(context, 1, strokes, () => context.strokeRect(x, y, 2 * unit, 2 * unit));
  }

  /**
   * The four patches and a rim around them, large, each with its number in the order.
   * @param {MergeData} data
   */
  drawZoom(data) {
    const across = 2 + 2 * AROUND;
    const unit = ZOOM_SIDE / across;
    this.zoom.width = this.zoom.height = ZOOM_SIDE;
    const context = contextOf(this.zoom);
    const [top, left] = [2 * this.current[0] - AROUND, 2 * this.current[1] - AROUND];
    const [sx, sy] = [this.image.naturalWidth / data.width, this.image.naturalHeight / data.height];
    context.fillStyle = "#8883";
    context.fillRect(0, 0, ZOOM_SIDE, ZOOM_SIDE);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.image, left * sx, top * sy, across * sx, across * sy, 0, 0, ZOOM_SIDE, ZOOM_SIDE);
    context.fillStyle = "rgb(128 128 128 / .45)";
    context.beginPath();
    context.rect(0, 0, ZOOM_SIDE, ZOOM_SIDE);
    context.rect(AROUND * unit, AROUND * unit, 2 * unit, 2 * unit);
    context.fill("evenodd");
    context.strokeStyle = "rgb(255 255 255 / .8)";
    context.strokeRect((AROUND + 1) * unit, AROUND * unit, 0, 2 * unit);
    context.strokeRect(AROUND * unit, (AROUND + 1) * unit, 2 * unit, 0);
    this.frame(context, this.current, unit, [top, left], CHOSEN);
    for (const [i, place] of four(data, this.current).entries()) {
      if (place) label(context, String(i), (place[1] - left + 0.5) * unit, (place[0] - top + 0.5) * unit, FONT, 6);
    }
  }

  /** What it draws, with every array that it was sent. */
  figures() {
    return [sentFigure(this.root, this.data)];
  }

  destroy() {
    this.image.onload = null;
    this.root.replaceChildren();
  }
}

/**
 * @param {HTMLElement} element
 * @param {(name: "place", place: Place) => void} send
 */
export function mount(element, send) {
  return new MergePicker(element, mergeHeldKeys(send));
}
