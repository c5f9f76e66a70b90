// The map of patches on its way: regular windows, displaced ones, the roll, the regions, and back. Draws, decides nothing.
import { make } from "../../../web/shared/dom.js";
import { displaced, labelled, pairShown, rolled, tinted, veiled, weighed, windowFramed } from "./timeline.js";

const HIGHEST = 428; // CSS pixels
const lerp = (from, to, at) => from + (to - from) * at;

export class StageView {
  /** `events`: `hover(row, column)`, `leave()`, `choose(row, column)`, `key(event)`, all in places of the padded map. */
  constructor(parent, events) {
    this.root = parent.appendChild(make("section", "vs-stage"));
    this.title = this.root.appendChild(make("div", "vs-title"));
    this.canvas = this.root.appendChild(make("canvas", "vs-map"));
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.context = this.canvas.getContext("2d");
    this.sheet = document.createElement("canvas");
    this.canvas.addEventListener("pointermove", (event) => this.pointed(event, events.hover));
    this.canvas.addEventListener("click", (event) => this.pointed(event, events.choose));
    this.canvas.addEventListener("pointerleave", () => events.leave());
    this.canvas.addEventListener("keydown", events.key);
  }

  pointed(event, tell) {
    const box = this.canvas.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.windows.height);
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.windows.width);
    if (row >= 0 && column >= 0 && row < this.windows.height && column < this.windows.width) tell(row, column);
  }

  /** Another map or another picture. */
  show(windows, image, look) {
    Object.assign(this, { windows, image, look });
    this.fit();
  }

  /** As many whole device pixels a patch as there is room for, so that pieces meet without a seam. */
  fit() {
    if (!this.windows) return;
    const { height, width } = this.windows;
    const ratio = globalThis.devicePixelRatio || 1;
    const room = Math.min(this.root.clientWidth || HIGHEST, (HIGHEST * width) / height, 560);
    this.unit = Math.max(1, Math.floor((room * ratio) / width));
    this.canvas.width = this.sheet.width = this.unit * width;
    this.canvas.height = this.sheet.height = this.unit * height;
    this.canvas.style.width = `${this.canvas.width / ratio}px`;
    this.ratio = ratio;
    this.drawSheet();
  }

  /** The picture as patches, with the padding beside it: what the pieces are cut from. */
  drawSheet() {
    const { height, width, grid } = this.windows;
    const { unit } = this;
    const sheet = this.sheet.getContext("2d");
    sheet.fillStyle = this.look.padding;
    sheet.fillRect(0, 0, width * unit, height * unit);
    sheet.strokeStyle = this.look.hatch;
    sheet.lineWidth = this.ratio;
    sheet.beginPath();
    for (let x = -height * unit; x < width * unit; x += 7 * this.ratio) {
      sheet.moveTo(x, height * unit);
      sheet.lineTo(x + height * unit, 0);
    }
    sheet.stroke();
    if (this.image.complete && this.image.naturalWidth)
      sheet.drawImage(this.image, 0, 0, grid.width * unit, grid.height * unit);
    if (unit / this.ratio < 5) return;
    sheet.strokeStyle = "rgb(255 255 255 / .22)";
    sheet.lineWidth = 1;
    sheet.beginPath();
    for (let c = 1; c < width; c++) sheet.rect(c * unit, 0, 0, height * unit);
    for (let r = 1; r < height; r++) sheet.rect(0, r * unit, width * unit, 0);
    sheet.stroke();
  }

  /** Where a piece stands now, in device pixels. */
  at(piece, e) {
    const { unit } = this;
    return [Math.round(lerp(piece.left, piece.toLeft, e) * unit), Math.round(lerp(piece.top, piece.toTop, e) * unit)];
  }

  /** Everything at time `t`. `state`: shift, chosen window, marked slots, weights; see Lab.state. */
  draw(state) {
    const { t, shift } = state;
    const e = rolled(t);
    const { context } = this;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.drawPieces(shift, e, tinted(t));
    this.drawVeil(state, veiled(t));
    if (weighed(t) > 0 && state.weights) this.drawWeights(state, weighed(t));
    this.drawBorders(displaced(t) * shift.shift);
    this.drawLabels(state, e);
    if (pairShown(t) && shift.pair) this.drawPair(state, e);
    if (windowFramed(t)) this.frame(...this.windowBox(state.chosen), this.look.accent, 3);
    if (veiled(t) > 0.3) this.drawMarks(state);
    if (state.cursor) this.frame(...state.cursor, 1, 1, "#fff", 2);
  }

  drawPieces(shift, e, tint) {
    const { context, unit } = this;
    const travels = (piece) => piece.toTop > piece.top || piece.toLeft > piece.left;
    const ordered = e > 0 && e < 1 ? [...shift.pieces].sort((a, b) => travels(a) - travels(b)) : shift.pieces;
    for (const piece of ordered) {
      const [x, y] = this.at(piece, e);
      const [w, h] = [piece.width * unit, piece.height * unit];
      context.drawImage(this.sheet, piece.left * unit, piece.top * unit, w, h, x, y, w, h);
      context.globalAlpha = tint;
      context.fillStyle = this.look.hues[piece.region];
      context.fillRect(x, y, w, h);
      context.globalAlpha = 1;
      if (e > 0 && e < 1 && travels(piece)) this.outline(x, y, w, h, this.look.hues[piece.region], 2);
    }
  }

  drawVeil(state, alpha) {
    if (alpha <= 0) return;
    const { context, windows, unit } = this;
    context.fillStyle = this.look.ground;
    context.globalAlpha = alpha;
    const [row, column, tall, wide] = this.windowBox(state.chosen);
    context.beginPath();
    context.rect(0, 0, windows.width * unit, windows.height * unit);
    context.rect(column * unit, row * unit, wide * unit, tall * unit);
    context.fill("evenodd");
    context.globalAlpha = 1;
  }

  drawWeights(state, alpha) {
    const { context, windows, unit } = this;
    const first = state.chosen * windows.size;
    context.globalAlpha = 0.9 * alpha;
    for (let place = 0; place < windows.size; place++) {
      const [row, column] = windows.place(windows.cells[first + place]);
      context.fillStyle = state.weights.css(place);
      context.fillRect(column * unit, row * unit, unit, unit);
    }
    context.globalAlpha = 1;
  }

  drawBorders(offset) {
    const { context, windows, unit } = this;
    const step = windows.grid.window;
    for (const [colour, width] of [
      ["rgb(0 0 0 / .75)", 3.4],
      ["#fff", 1.8],
    ]) {
      context.strokeStyle = colour;
      context.lineWidth = width * this.ratio;
      context.beginPath();
      for (let c = offset; c <= windows.width; c += step) this.line(c, 0, c, windows.height);
      for (let r = offset; r <= windows.height; r += step) this.line(0, r, windows.width, r);
      context.stroke();
      context.strokeRect(0, 0, windows.width * unit, windows.height * unit);
    }
  }

  line(x0, y0, x1, y1) {
    const { unit } = this;
    this.context.moveTo(Math.round(x0 * unit), Math.round(y0 * unit));
    this.context.lineTo(Math.round(x1 * unit), Math.round(y1 * unit));
  }

  drawLabels({ t, shift, regular }, e) {
    const what = labelled(t);
    if (what === "none") return;
    // The marked neighbours lie in the middle of their piece: its label moves up to stay readable.
    const slot = pairShown(t) && shift.pair ? shift.slotOf.get(shift.pair[0]) : null;
    const crowded = shift.pieces.find(
      (one) => slot !== null && one.window === Math.floor(slot / shift.size) && one.region === shift.regions[slot],
    );
    for (const piece of what === "window" ? regular.pieces : shift.pieces) {
      const text = { window: piece.window, size: `${piece.height}\u00d7${piece.width}`, region: piece.region }[what];
      const [x, y] = what === "window" ? this.at(piece, 0) : this.at(piece, e);
      const room = piece === crowded ? 0.5 : 1;
      this.text(String(text), x, y, piece.width * this.unit, piece.height * this.unit * room);
    }
  }

  /** A text in the middle of a box, if there is room for it. */
  text(text, x, y, w, h) {
    const { context, ratio } = this;
    const size = Math.min(15 * ratio, 0.62 * h);
    context.font = `600 ${size}px ${this.look.font}`;
    if (size < 6.5 * ratio || context.measureText(text).width > w - 2 * ratio) return;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 2.6 * ratio;
    context.lineJoin = "round";
    context.strokeStyle = "rgb(0 0 0 / .7)";
    context.strokeText(text, x + w / 2, y + h / 2);
    context.fillStyle = "#fff";
    context.fillText(text, x + w / 2, y + h / 2);
  }

  /** The two neighbours, and whether a border runs between them: a cross cuts the line that joins them. */
  drawPair({ t, shift }, e) {
    const { context, unit, ratio } = this;
    const boxes = shift.pair.map((token) => {
      const slot = shift.slotOf.get(token);
      const [row, column] = this.windows.place(shift.origins[slot]);
      const [toRow, toColumn] = this.windows.place(this.windows.cells[slot]);
      return [lerp(row, toRow, e), lerp(column, toColumn, e)];
    });
    for (const [row, column] of boxes) this.frame(row, column, 1, 1, this.look.second, 2.5);
    const [[row, left], [, right]] = boxes;
    const [y, x] = [(row + 0.5) * unit, ((left + right) / 2 + 0.5) * unit];
    const reach = Math.max(unit * 0.9, 13 * ratio);
    const apart = t < 1.9 || !shift.joined;
    for (const [colour, width] of [
      ["rgb(0 0 0 / .8)", 5],
      [apart ? "#ff6b4a" : "#fff", 2.4],
    ]) {
      context.strokeStyle = colour;
      context.lineWidth = width * ratio;
      context.beginPath();
      if (apart) {
        const arm = reach * 0.45;
        context.moveTo(x - arm, y - arm);
        context.lineTo(x + arm, y + arm);
        context.moveTo(x + arm, y - arm);
        context.lineTo(x - arm, y + arm);
      } else {
        context.moveTo(x - unit / 2, y);
        context.lineTo(x + unit / 2, y);
      }
      context.stroke();
    }
  }

  /** Query and key of the opened pair, and crosses on the keys that the query may not look at. */
  drawMarks({ shift, chosen, query, key }) {
    const { windows } = this;
    const first = chosen * windows.size;
    if (query !== null) {
      for (const [colour, width] of [
        ["rgb(0 0 0 / .55)", 3],
        ["#fff", 1.3],
      ]) {
        this.context.strokeStyle = colour;
        this.context.lineWidth = width * this.ratio;
        this.context.beginPath();
        for (let j = 0; j < windows.size; j++)
          if (shift.cut(chosen, query, j)) this.cross(...windows.place(windows.cells[first + j]));
        this.context.stroke();
      }
      this.frame(...windows.place(windows.cells[first + query]), 1, 1, this.look.accent, 3);
    }
    if (key !== null) this.frame(...windows.place(windows.cells[first + key]), 1, 1, this.look.second, 3);
  }

  cross(row, column) {
    const { unit, context } = this;
    for (const [a, b] of [
      [0.3, 0.7],
      [0.7, 0.3],
    ]) {
      context.moveTo((column + 0.3) * unit, (row + a) * unit);
      context.lineTo((column + 0.7) * unit, (row + b) * unit);
    }
  }

  windowBox(window) {
    const [row, column, side] = this.windows.box(window);
    return [row, column, side, side];
  }

  /** A frame of `tall` x `wide` patches around a place, dark under light so that it shows on any picture. */
  frame(row, column, tall, wide, colour, width) {
    const { unit } = this;
    this.outline(Math.round(column * unit), Math.round(row * unit), wide * unit, tall * unit, colour, width);
  }

  outline(x, y, w, h, colour, width) {
    const { context, ratio } = this;
    for (const [ink, line] of [
      ["rgb(0 0 0 / .7)", width + 1.6],
      [colour, width],
    ]) {
      context.strokeStyle = ink;
      context.lineWidth = line * ratio;
      context.strokeRect(x, y, w, h);
    }
  }
}
