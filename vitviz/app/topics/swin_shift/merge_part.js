// Choose a place of a merging's output: the 2 x 2 patches that become one, in the order in which they are gathered.
import { make } from "../../../web/shared/dom.js";
import { mergeHeldKeys } from "../../../web/shared/events.js";

const AROUND = 1; // patches shown around the four in the enlarged view
const FONT = "600 34px monospace";

class MergePicker {
  constructor(root, tell) {
    this.root = root;
    this.tell = tell;
    const box = this.root.appendChild(make("div", "vm"));
    this.map = box.appendChild(make("canvas"));
    this.map.tabIndex = 0;
    this.map.setAttribute("role", "application");
    this.zoom = box.appendChild(make("canvas"));
    this.zoom.setAttribute("role", "img");
    this.readout = box.appendChild(make("div", "vm-readout"));
    this.readout.setAttribute("role", "status");
    this.image = new Image();
    this.image.onload = () => this.draw();
    this.map.addEventListener("pointermove", (event) => this.pointed(event, (place) => this.hover(place)));
    this.map.addEventListener("pointerleave", () => this.hover(this.chosen));
    this.map.addEventListener("click", (event) => this.pointed(event, (place) => this.choose(place)));
    this.map.addEventListener("keydown", (event) => this.key(event));
  }

  update(data) {
    this.data = data;
    this.neighbours = data.neighbours;
    this.chosen = data.place;
    this.shown = data.place;
    this.map.setAttribute("aria-label", data.words.help);
    if (this.image.src !== data.image) this.image.src = data.image;
    this.draw();
  }

  pointed(event, tell) {
    const box = this.map.getBoundingClientRect();
    const { rows, columns } = this.data;
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows * this.stretch[0]);
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns * this.stretch[1]);
    if (row >= 0 && column >= 0 && row < rows && column < columns) tell([row, column]);
  }

  /** An odd side is padded: the output reaches beyond the picture by half a place. */
  get stretch() {
    const { rows, columns, height, width } = this.data;
    return [height / 2 / rows, width / 2 / columns];
  }

  hover(place) {
    this.shown = place;
    this.draw();
  }

  choose(place) {
    this.chosen = this.shown = place;
    this.draw();
    this.tell("place", place);
  }

  key(event) {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!step && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    if (!step) return this.choose(this.shown);
    const inside = (value, count) => Math.min(count - 1, Math.max(0, value));
    return this.hover([
      inside(this.shown[0] + step[0], this.data.rows),
      inside(this.shown[1] + step[1], this.data.columns),
    ]);
  }

  /** The four patches of an output place in the order of the gathering: [row, column], or null for padding. */
  four([row, column]) {
    const first = 4 * (row * this.data.columns + column);
    return Array.from(this.neighbours.subarray(first, first + 4), (token) =>
      token < 0 ? null : [Math.floor(token / this.data.width), token % this.data.width],
    );
  }

  draw() {
    if (!this.data || !this.image.naturalWidth) return;
    this.drawMap();
    this.drawZoom();
    const four = this.four(this.shown).map(
      (place, i) => `${i}: ${place ? `(${place.join(", ")})` : this.data.words.padding}`,
    );
    const { words } = this.data;
    this.readout.textContent = `${words.output} (${this.shown.join(", ")})  \u2190  ${words.patches} ${four.join("  ")}`;
  }

  drawMap() {
    const { height, width } = this.data;
    const side = 480;
    this.map.width = side;
    this.map.height = Math.round((side * height) / width);
    const context = this.map.getContext("2d");
    context.drawImage(this.image, 0, 0, this.map.width, this.map.height);
    const unit = side / width;
    context.strokeStyle = "rgb(255 255 255 / .35)";
    context.lineWidth = 1;
    context.beginPath();
    for (let c = 2; c < width; c += 2) context.rect(c * unit, 0, 0, this.map.height);
    for (let r = 2; r < height; r += 2) context.rect(0, r * unit, side, 0);
    context.stroke();
    this.frame(context, this.chosen, unit, 0, 0, "#ffb000");
    if (this.shown !== this.chosen) this.frame(context, this.shown, unit, 0, 0, "#fff");
  }

  frame(context, [row, column], unit, x, y, colour) {
    for (const [ink, width] of [
      ["rgb(0 0 0 / .8)", 6],
      [colour, 3.5],
    ]) {
      context.strokeStyle = ink;
      context.lineWidth = width;
      context.strokeRect(column * 2 * unit - x, row * 2 * unit - y, 2 * unit, 2 * unit);
    }
  }

  /** The four patches and a rim around them, large, each with its number in the order. */
  drawZoom() {
    const { height, width } = this.data;
    const across = 2 + 2 * AROUND;
    const side = 300;
    const unit = side / across;
    this.zoom.width = this.zoom.height = side;
    const context = this.zoom.getContext("2d");
    const [top, left] = [2 * this.shown[0] - AROUND, 2 * this.shown[1] - AROUND];
    const [sx, sy] = [this.image.naturalWidth / width, this.image.naturalHeight / height];
    context.fillStyle = "#8883";
    context.fillRect(0, 0, side, side);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.image, left * sx, top * sy, across * sx, across * sy, 0, 0, side, side);
    context.fillStyle = "rgb(128 128 128 / .45)";
    context.beginPath();
    context.rect(0, 0, side, side);
    context.rect(AROUND * unit, AROUND * unit, 2 * unit, 2 * unit);
    context.fill("evenodd");
    context.strokeStyle = "rgb(255 255 255 / .8)";
    context.strokeRect((AROUND + 1) * unit, AROUND * unit, 0, 2 * unit);
    context.strokeRect(AROUND * unit, (AROUND + 1) * unit, 2 * unit, 0);
    this.frame(context, this.shown, unit, left * unit, top * unit, "#ffb000");
    this.four(this.shown).forEach((place, i) => {
      if (place) this.numeral(context, i, (place[1] - left + 0.5) * unit, (place[0] - top + 0.5) * unit);
    });
    this.zoom.setAttribute("aria-label", this.data.words.order);
  }

  numeral(context, text, x, y) {
    context.font = FONT;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 6;
    context.strokeStyle = "rgb(0 0 0 / .75)";
    context.strokeText(text, x, y);
    context.fillStyle = "#fff";
    context.fillText(text, x, y);
  }
}

export function mount(element, send) {
  return new MergePicker(element, mergeHeldKeys(send));
}
