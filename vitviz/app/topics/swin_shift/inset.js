// The picture itself, small: where the patches of the chosen window really lie.
import { make } from "../../../web/shared/dom.js";

export class InsetView {
  constructor(parent) {
    this.root = parent.appendChild(make("section", "vs-inset"));
    this.title = this.root.appendChild(make("div", "vs-title"));
    this.canvas = this.root.appendChild(make("canvas"));
    this.canvas.setAttribute("role", "img");
    this.context = this.canvas.getContext("2d");
  }

  show(windows, image, look) {
    Object.assign(this, { windows, image, look });
    this.fit();
  }

  fit() {
    if (!this.windows) return;
    const { height, width } = this.windows;
    const ratio = globalThis.devicePixelRatio || 1;
    const room = Math.min(this.root.clientWidth || 200, (212 * width) / height);
    this.ratio = ratio;
    this.unit = (room * ratio) / width;
    this.canvas.width = Math.round(room * ratio);
    this.canvas.height = Math.round(this.unit * height);
    this.canvas.style.width = `${room}px`;
  }

  draw({ shift, chosen, query, key, weights, weighted }) {
    const { context, unit, windows, look, ratio } = this;
    const { grid } = windows;
    context.fillStyle = look.padding;
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    context.drawImage(this.image, 0, 0, grid.width * unit, grid.height * unit);
    context.fillStyle = look.ground;
    context.globalAlpha = 0.5;
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    context.globalAlpha = 1;
    for (const piece of shift.pieces) if (piece.window === chosen) this.piece(piece, weighted ? 0 : 0.42);
    if (weighted) this.weights(shift, chosen, weights);
    for (const piece of shift.pieces) if (piece.window === chosen) this.edge(piece);
    const slots = [
      [query, look.accent],
      [key, look.second],
    ].filter(([place]) => place !== null);
    const middles = slots.map(([place, colour]) => this.mark(shift.origins[chosen * windows.size + place], colour));
    if (middles.length === 2) {
      context.strokeStyle = look.second;
      context.lineWidth = 1.5 * ratio;
      context.setLineDash(shift.cut(chosen, query, key) ? [3 * ratio, 3 * ratio] : []);
      context.beginPath();
      context.moveTo(...middles[0]);
      context.lineTo(...middles[1]);
      context.stroke();
      context.setLineDash([]);
    }
  }

  rectangle({ left, top, width, height }) {
    return [left, top, width, height].map((side) => side * this.unit);
  }

  piece(piece, tint) {
    const { context, look, windows, unit } = this;
    const [x, y, w, h] = this.rectangle(piece);
    context.save();
    context.beginPath();
    context.rect(x, y, w, h);
    context.clip();
    context.fillStyle = look.padding;
    context.fillRect(x, y, w, h);
    context.drawImage(this.image, 0, 0, windows.grid.width * unit, windows.grid.height * unit);
    context.globalAlpha = tint;
    context.fillStyle = look.hues[piece.region];
    context.fillRect(x, y, w, h);
    context.restore();
  }

  weights(shift, chosen, weights) {
    const { context, windows, unit } = this;
    const first = chosen * windows.size;
    context.globalAlpha = 0.9;
    for (let place = 0; place < windows.size; place++) {
      const [row, column] = windows.place(shift.origins[first + place]);
      context.fillStyle = weights.css(place);
      context.fillRect(column * unit, row * unit, unit + 0.5, unit + 0.5);
    }
    context.globalAlpha = 1;
  }

  edge(piece) {
    const { context, look, ratio } = this;
    const [x, y, w, h] = this.rectangle(piece);
    for (const [colour, width] of [
      ["rgb(0 0 0 / .7)", 3],
      ["#fff", 1.4],
    ]) {
      context.strokeStyle = colour;
      context.lineWidth = width * ratio;
      context.strokeRect(x, y, w, h);
    }
    const size = 11 * ratio;
    if (Math.min(w, h) < size) return;
    context.font = `600 ${size}px ${look.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 2.4 * ratio;
    context.strokeStyle = "rgb(0 0 0 / .7)";
    context.strokeText(piece.region, x + w / 2, y + h / 2);
    context.fillStyle = "#fff";
    context.fillText(piece.region, x + w / 2, y + h / 2);
  }

  /** A box around one place of the padded map; returns its middle. */
  mark(origin, colour) {
    const { context, unit, ratio } = this;
    const [row, column] = this.windows.place(origin);
    for (const [ink, width] of [
      ["rgb(0 0 0 / .8)", 3.6],
      [colour, 2.2],
    ]) {
      context.strokeStyle = ink;
      context.lineWidth = width * ratio;
      context.strokeRect(column * unit, row * unit, unit, unit);
    }
    return [(column + 0.5) * unit, (row + 0.5) * unit];
  }
}
