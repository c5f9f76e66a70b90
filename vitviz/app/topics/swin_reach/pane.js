// The picture with a map of tokens over it: what may be seen stays bright, all else is dimmed. Pads as the model pads.
import { make } from "../../../web/shared/dom.js";

const DIM = [12, 14, 24, 168];
const HALF_DIM = [12, 14, 24, 96];
const CLEAR = [0, 0, 0, 0];
export const ORANGE = "#f08c2e";
const HATCH = 6; // CSS pixels between two hatching lines

/** The borders between tokens of different `value`, and the map's own edge, in cells. */
export function borders(rows, columns, value) {
  const path = new Path2D();
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const own = value(r * columns + c);
      if (r > 0 && value((r - 1) * columns + c) !== own) {
        path.moveTo(c, r);
        path.lineTo(c + 1, r);
      }
      if (c > 0 && value(r * columns + c - 1) !== own) {
        path.moveTo(c, r);
        path.lineTo(c, r + 1);
      }
    }
  }
  return path;
}

/** The outline of a set of tokens, in cells; where it ends at the map's edge it is closed there. */
export function outline(rows, columns, inside) {
  const path = new Path2D();
  const has = (r, c) => r >= 0 && c >= 0 && r < rows && c < columns && inside(r * columns + c);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      if (!has(r, c)) continue;
      if (!has(r - 1, c)) {
        path.moveTo(c, r);
        path.lineTo(c + 1, r);
      }
      if (!has(r + 1, c)) {
        path.moveTo(c, r + 1);
        path.lineTo(c + 1, r + 1);
      }
      if (!has(r, c - 1)) {
        path.moveTo(c, r);
        path.lineTo(c, r + 1);
      }
      if (!has(r, c + 1)) {
        path.moveTo(c + 1, r);
        path.lineTo(c + 1, r + 1);
      }
    }
  }
  return path;
}

/** Diagonal lines inside rectangles [x, y, width, height] of a context whose unit is one CSS pixel. */
export function hatch(context, rectangles, colour) {
  if (!rectangles.length) return;
  context.save();
  context.beginPath();
  for (const rectangle of rectangles) context.rect(...rectangle);
  context.clip();
  const left = Math.min(...rectangles.map(([x]) => x));
  const top = Math.min(...rectangles.map(([, y]) => y));
  const right = Math.max(...rectangles.map(([x, , width]) => x + width));
  const bottom = Math.max(...rectangles.map(([, y, , height]) => y + height));
  context.beginPath();
  const first = Math.floor((left + top) / HATCH) * HATCH;
  for (let at = first; at < right + bottom; at += HATCH) {
    context.moveTo(at - top, top);
    context.lineTo(at - bottom, bottom);
  }
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.stroke();
  context.restore();
}

/** A canvas whose context draws in CSS pixels, sharp on every screen. */
export function sized(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext("2d");
  context.setTransform(w / Math.max(1, width), 0, 0, h / Math.max(1, height), 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

export class Pane {
  /** `events`: `hover(token)`, `choose(token)`, `key(event)`. */
  constructor(parent, events) {
    this.events = events;
    this.root = parent.appendChild(make("section", "wr-pane"));
    this.title = this.root.appendChild(make("div", "wr-title"));
    this.frame = this.root.appendChild(make("div", "wr-frame"));
    this.frame.tabIndex = 0;
    this.frame.setAttribute("role", "application");
    this.image = this.frame.appendChild(make("img"));
    this.image.draggable = false;
    this.canvas = this.frame.appendChild(make("canvas"));
    this.shades = document.createElement("canvas");
    this.readout = this.root.appendChild(make("div", "wr-readout"));
    this.frame.addEventListener("pointermove", (event) => this.pointed(event, events.hover));
    this.frame.addEventListener("pointerdown", (event) => this.pointed(event, events.hover));
    this.frame.addEventListener("click", (event) => this.pointed(event, events.choose));
    this.frame.addEventListener("keydown", (event) => events.key(event));
  }

  /** The picture (CSS size does not matter), and the map over it: cells of `cell` pixels, padded as the model pads. */
  show({ image, alt, width, height, help }, map, padded) {
    if (this.image.getAttribute("src") !== image) this.image.src = image;
    this.image.alt = alt;
    this.frame.setAttribute("aria-label", help);
    Object.assign(this, { map, padded });
    const [down, across] = [padded[0] * map.cell, padded[1] * map.cell];
    this.frame.style.aspectRatio = `${across} / ${down}`;
    this.image.style.width = `${(100 * width) / across}%`;
    this.image.style.height = `${(100 * height) / down}%`;
  }

  pointed(event, tell) {
    const box = this.frame.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.padded[1]);
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.padded[0]);
    if (row < 0 || column < 0 || row >= this.map.rows || column >= this.map.columns) return;
    tell(row * this.map.columns + column);
  }

  /** Begin to draw: dims every token for which `kind` says "dim" or "cut". Returns what draws on, in CSS pixels. */
  begin(kind) {
    const width = this.frame.clientWidth;
    const height = this.frame.clientHeight;
    const context = sized(this.canvas, width, height);
    const { rows, columns } = this.map;
    const size = width / this.padded[1]; // CSS pixels of a cell
    Object.assign(this.shades, { width: this.padded[1], height: this.padded[0] });
    const shades = this.shades.getContext("2d");
    const cells = shades.createImageData(this.padded[1], this.padded[0]);
    const cut = [];
    for (let r = 0; r < this.padded[0]; r++) {
      for (let c = 0; c < this.padded[1]; c++) {
        const padding = r >= rows || c >= columns;
        const what = padding ? "dim" : kind(r * columns + c);
        cells.data.set({ dim: DIM, cut: HALF_DIM, clear: CLEAR }[what], 4 * (r * this.padded[1] + c));
        if (what === "cut" || padding) cut.push([c * size, r * size, size, size, padding]);
      }
    }
    shades.putImageData(cells, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.shades, 0, 0, width, this.padded[0] * size);
    hatch(
      context,
      cut.filter((one) => !one[4]).map((one) => one.slice(0, 4)),
      ORANGE,
    );
    hatch(
      context,
      cut.filter((one) => one[4]).map((one) => one.slice(0, 4)),
      "#8a8f9a",
    );
    return { context, size, width };
  }

  /** Stroke a path given in cells. */
  stroke({ context, size }, path, colour, thickness, dash = []) {
    context.save();
    context.scale(size, size);
    context.lineWidth = thickness / size;
    context.setLineDash(dash.map((part) => part / size));
    context.strokeStyle = colour;
    context.stroke(path);
    context.restore();
  }

  /** The cursor: a box around one token, white around the accent so that it shows on every picture. */
  box(begun, token, colour, thickness = 2.5) {
    const { columns } = this.map;
    const path = new Path2D();
    path.rect(token % columns, Math.floor(token / columns), 1, 1);
    this.stroke(begun, path, "#fff", thickness + 2.5);
    this.stroke(begun, path, colour, thickness);
  }

  /** Paint a token's piece of the picture somewhere else. */
  piece(context, token, x, y, side) {
    const { columns, cell } = this.map;
    const scale = this.image.naturalWidth / this.pictureWidth;
    if (!this.image.complete || !this.image.naturalWidth) return;
    const at = cell * scale;
    context.drawImage(this.image, (token % columns) * at, Math.floor(token / columns) * at, at, at, x, y, side, side);
  }
}
