// The picture with a map of tokens over it: what may be seen stays bright, all else is dimmed. Pads as the model pads.
import { contextOf, make, pixelRatio } from "../../../web/shared/dom.js";

/** @import { Segment } from "./edges.js" */
/** @import { MapSize, Picture } from "./types.js" */
/** @typedef {"dim" | "cut" | "clear"} Kind how a token is drawn */
/** @typedef {[x: number, y: number, width: number, height: number]} Rectangle */
/**
 * A drawing that was begun: its context and width in CSS pixels, and the size of a token in it.
 * @typedef {{ context: CanvasRenderingContext2D, size: number, width: number }} Begun
 */
/**
 * @typedef {{ hover: (token: number) => void, choose: (token: number) => void, key: (event: KeyboardEvent) => void }}
 *   PaneListeners
 */

/** @type {Record<Kind, number[]>} */
const SHADES = { dim: [12, 14, 24, 168], cut: [12, 14, 24, 96], clear: [0, 0, 0, 0] };
const GREY = "#8a8f9a"; // hatches padding
// As all over the app: what is chosen is orange, what is looked at from there teal.
export const ORANGE = "#e0641a"; // that of the figures, and --wr-accent
export const TEAL = "#0c8599"; // marks the key
export const LIGHT_TEAL = "#3bc9db"; // hatches what the mask cuts, over a darkened picture
const HATCH = 6; // CSS pixels between two hatching lines

/**
 * Segments as a path, to be stroked.
 * @param {Segment[]} segments
 */
export function pathOf(segments) {
  const path = new Path2D();
  for (const [x0, y0, x1, y1] of segments) {
    path.moveTo(x0, y0);
    path.lineTo(x1, y1);
  }
  return path;
}

/**
 * Diagonal lines inside rectangles of a context whose unit is one CSS pixel.
 * @param {CanvasRenderingContext2D} context
 * @param {Rectangle[]} rectangles
 * @param {string} [colour]
 */
export function hatch(context, rectangles, colour = LIGHT_TEAL) {
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

/**
 * The same for padding.
 * @param {CanvasRenderingContext2D} context
 * @param {Rectangle[]} rectangles
 */
export function hatchPadding(context, rectangles) {
  hatch(context, rectangles, GREY);
}

/**
 * A box that is seen on every picture: a dark and a light line around a colour.
 * @param {CanvasRenderingContext2D} context
 * @param {Rectangle} rectangle
 * @param {string} colour
 * @param {number} [thickness]
 */
export function marked(context, rectangle, colour, thickness = 2.5) {
  for (const [ink, width] of /** @type {const} */ ([
    ["rgb(0 0 0 / .75)", thickness + 4],
    ["#fff", thickness + 2.4],
    [colour, thickness],
  ])) {
    context.strokeStyle = ink;
    context.lineWidth = width;
    context.strokeRect(...rectangle);
  }
}

/**
 * Such a context, empty, in CSS pixels, sharp on every screen.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function sized(canvas, width, height) {
  const ratio = pixelRatio(canvas);
  const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = contextOf(canvas);
  context.setTransform(w / Math.max(1, width), 0, 0, h / Math.max(1, height), 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

export class Pane {
  /**
   * @param {HTMLElement} parent
   * @param {PaneListeners} listeners
   * @param {Picture} picture
   * @param {() => void} [onImage] is called when the picture is there
   */
  constructor(parent, listeners, picture, onImage = () => {}) {
    this.picture = picture;
    this.root = parent.appendChild(make("section", "wr-pane"));
    this.title = this.root.appendChild(make("div", "wr-title"));
    /** @type {HTMLElement} */
    this.frame = this.root.appendChild(make("div", "wr-frame"));
    this.frame.tabIndex = 0;
    this.frame.setAttribute("role", "application");
    /** @type {HTMLImageElement} */
    this.image = this.frame.appendChild(make("img"));
    this.image.draggable = false;
    this.image.alt = "";
    this.image.addEventListener("load", onImage);
    /** @type {HTMLCanvasElement} */
    this.canvas = this.frame.appendChild(make("canvas"));
    this.shades = document.createElement("canvas");
    this.readout = this.root.appendChild(make("div", "wr-readout"));
    /** @type {MapSize} */
    this.map = { rows: 1, columns: 1, cell: 1 };
    /** @type {readonly [rows: number, columns: number]} */
    this.padded = [1, 1];
    this.frame.addEventListener("pointermove", (event) => this.pointed(event, listeners.hover));
    this.frame.addEventListener("pointerdown", (event) => this.pointed(event, listeners.hover));
    this.frame.addEventListener("click", (event) => this.pointed(event, listeners.choose));
    this.frame.addEventListener("keydown", listeners.key);
  }

  /**
   * Put a map over the picture, padded as the model pads.
   * @param {string} help what a screen reader is told of the frame
   * @param {MapSize} map
   * @param {readonly [rows: number, columns: number]} padded
   */
  show(help, map, padded) {
    const { image, alt, width, height } = this.picture;
    if (this.image.getAttribute("src") !== image) this.image.src = image;
    this.image.alt = alt;
    this.frame.setAttribute("aria-label", help);
    this.map = map;
    this.padded = padded;
    const [down, across] = [padded[0] * map.cell, padded[1] * map.cell];
    this.frame.style.aspectRatio = `${across} / ${down}`;
    this.image.style.width = `${(100 * width) / across}%`;
    this.image.style.height = `${(100 * height) / down}%`;
  }

  /**
   * @param {MouseEvent} event
   * @param {(token: number) => void} callback
   */
  pointed(event, callback) {
    const box = this.frame.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.padded[1]);
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.padded[0]);
    if (row < 0 || column < 0 || row >= this.map.rows || column >= this.map.columns) return;
    callback(row * this.map.columns + column);
  }

  /**
   * Begin to draw: tokens and padding are dimmed and hatched as `kind` says.
   * @param {(token: number) => Kind} kind
   * @returns {Begun}
   */
  begin(kind) {
    const width = this.frame.clientWidth;
    const context = sized(this.canvas, width, this.frame.clientHeight);
    const { rows, columns } = this.map;
    const [down, across] = this.padded;
    const size = width / across; // CSS pixels of a token
    Object.assign(this.shades, { width: across, height: down });
    const shades = contextOf(this.shades);
    const cells = shades.createImageData(across, down);
    /** @type {Rectangle[]} */
    const cut = [];
    /** @type {Rectangle[]} */
    const padding = [];
    for (let r = 0; r < down; r++) {
      for (let c = 0; c < across; c++) {
        const isPadding = r >= rows || c >= columns;
        const what = isPadding ? "dim" : kind(r * columns + c);
        cells.data.set(SHADES[what], 4 * (r * across + c));
        if (isPadding) padding.push([c * size, r * size, size, size]);
        else if (what === "cut") cut.push([c * size, r * size, size, size]);
      }
    }
    shades.putImageData(cells, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.shades, 0, 0, width, down * size);
    hatch(context, cut);
    hatchPadding(context, padding);
    return { context, size, width };
  }

  /**
   * Stroke a path given in cells.
   * @param {Begun} begun
   * @param {Path2D} path
   * @param {string} colour
   * @param {number} thickness
   * @param {number[]} [dash]
   */
  stroke({ context, size }, path, colour, thickness, dash = []) {
    context.save();
    context.scale(size, size);
    context.lineWidth = thickness / size;
    context.setLineDash(dash.map((part) => part / size));
    context.strokeStyle = colour;
    context.stroke(path);
    context.restore();
  }

  /**
   * The same over a dark line: one of them is seen on every colour.
   * @param {Begun} begun
   * @param {Path2D} path
   * @param {string} colour
   * @param {number} thickness
   * @param {number[]} [dash]
   */
  edge(begun, path, colour, thickness, dash = []) {
    this.stroke(begun, path, "rgb(0 0 0 / .7)", thickness + 2);
    this.stroke(begun, path, colour, thickness, dash);
  }

  /**
   * The cursor: a box around one token.
   * @param {Begun} begun
   * @param {number} token
   * @param {string} colour
   * @param {number} [thickness]
   */
  box({ context, size }, token, colour, thickness = 2.5) {
    const { columns } = this.map;
    const corner = /** @type {const} */ ([(token % columns) * size, Math.floor(token / columns) * size]);
    marked(context, [...corner, size, size], colour, thickness);
  }

  /**
   * Paint a token's piece of the picture somewhere else.
   * @param {CanvasRenderingContext2D} context
   * @param {number} token
   * @param {number} x
   * @param {number} y
   * @param {number} side
   */
  piece(context, token, x, y, side) {
    if (!this.image.complete || !this.image.naturalWidth) return;
    const { columns, cell } = this.map;
    const at = (cell * this.image.naturalWidth) / this.picture.width;
    context.drawImage(this.image, (token % columns) * at, Math.floor(token / columns) * at, at, at, x, y, side, side);
  }
}
