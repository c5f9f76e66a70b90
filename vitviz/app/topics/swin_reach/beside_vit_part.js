// Two models, one cursor: where the same patch of the picture looks in a ViT and in a Swin.

import { LayerMaths, overHeads, strongest } from "../../../web/explorer/maths.js";
import { colourBar, colourTable, isDark, paint } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";
import { PayloadSource } from "../../../web/shared/payload.js";
import { arrow, filled, Part, segments, sendsChoices, slider } from "./controls.js";
import { ORANGE, outline, Pane } from "./pane.js";

const LIMIT = 96 << 20; // bytes of q and k that are kept for each model
const NAMED = 3; // strongest targets in the line below
const OPACITY = 205; // of 255

/** One model: its own slider of blocks and heads, and what it makes of the cursor. */
class Side {
  constructor(parent, data, owner) {
    const { words } = owner.data;
    Object.assign(this, { data, owner, layer: data.layer, head: data.head });
    this.source = new PayloadSource(data.url, {
      limit: LIMIT,
      wrap: (payload) => new LayerMaths(payload),
      missing: () => owner.events.need?.(),
    });
    this.root = parent.appendChild(make("div", "wr-pane"));
    this.layers = slider(this.root, words.block, (layer) => this.choose({ layer }));
    this.heads = slider(this.root, words.head, (at) => this.choose({ head: at - 1 }));
    const events = {
      hover: (token) => this.over(token),
      choose: () => owner.chose(),
      key: (event) => this.press(event),
    };
    this.pane = new Pane(this.root, events);
    this.pane.pictureWidth = data.picture.width;
    this.bar = this.root.appendChild(make("div"));
    this.cells = document.createElement("canvas");
  }

  get map() {
    return this.data.layers[this.layer];
  }

  choose(part) {
    Object.assign(this, part);
    this.head = Math.min(this.head, this.map.heads - 1);
    this.owner.need();
    this.owner.draw();
  }

  /** Where the middle of a token lies in the whole picture, in its pixels. */
  middle(token) {
    const { box, picture } = this.data;
    const { columns, cell } = this.map;
    const x = Math.min(picture.width - 1, ((token % columns) + 0.5) * cell) / picture.width;
    const y = Math.min(picture.height - 1, (Math.floor(token / columns) + 0.5) * cell) / picture.height;
    return [box[0] + x * (box[2] - box[0]), box[1] + y * (box[3] - box[1])];
  }

  /** The token (without prefix) under a point of the whole picture; -1 where this model does not look. */
  tokenAt([x, y]) {
    const { box, picture } = this.data;
    const { rows, columns, cell } = this.map;
    const column = Math.floor((((x - box[0]) / (box[2] - box[0])) * picture.width) / cell);
    const row = Math.floor((((y - box[1]) / (box[3] - box[1])) * picture.height) / cell);
    return row < 0 || column < 0 || row >= rows || column >= columns ? -1 : row * columns + column;
  }

  over(token) {
    this.owner.point(this.middle(token));
  }

  press(event) {
    const step = arrow(event);
    const turn = { PageUp: -1, PageDown: 1 }[event.key];
    const head = { "[": -1, "]": 1 }[event.key];
    if (!step && !turn && !head) return;
    event.preventDefault();
    event.stopPropagation();
    const within = (at, low, high) => Math.min(high, Math.max(low, at));
    if (turn) this.choose({ layer: within(this.layer + turn, 0, this.data.layers.length - 1) });
    if (head) this.choose({ head: within(this.head + head, -1, this.map.heads - 1) });
    if (!step) return;
    const { rows, columns } = this.map;
    const token = Math.max(0, this.tokenAt(this.owner.place));
    const row = within(Math.floor(token / columns) + step[0], 0, rows - 1);
    this.over(row * columns + within((token % columns) + step[1], 0, columns - 1));
  }

  /** Weights from the token under the cursor to every token, prefix first; null while they are not there. */
  weights() {
    const maths = this.source.peek(`${this.layer}.bin`);
    this.token = this.tokenAt(this.owner.place);
    if (!maths || this.token < 0) return null;
    const out = new Float64Array(maths.tokens);
    const from = maths.prefix.length + this.token;
    if (this.head >= 0) {
      maths.weights(this.head, from, "row", out);
      return out;
    }
    const all = new Float64Array(maths.heads * maths.tokens);
    maths.allHeads(from, "row", all);
    overHeads(all, maths.heads, maths.tokens, "mean", out);
    return out;
  }

  draw(weights, high, dark) {
    const { words, colours } = this.owner.data;
    const { map } = this;
    const before = map.prefix.length;
    const headName = this.head < 0 ? words.mean : filled(words.headOf, { head: this.head });
    this.layers.show(this.layer, this.data.layers.length - 1, map.title);
    this.heads.show(this.head + 1, map.heads, headName);
    this.pane.title.textContent = this.data.title;
    const help = `${this.data.title}. ${words.help}`;
    this.pane.show({ ...this.data.picture, help }, map, [map.rows, map.columns]);
    const seen = (t) => weights !== null && !Number.isNaN(weights[before + t]);
    const maths = this.source.peek(`${this.layer}.bin`);
    const legal = (t) => seen(t) && !maths.isCut(before + this.token, before + t);
    this.legal = 0;
    const begun = this.pane.begin((t) => (legal(t) ? "clear" : seen(t) ? "cut" : "dim"));
    if (weights) {
      for (let t = 0; t < map.rows * map.columns; t++) this.legal += legal(t);
      const drawn = Float64Array.from(weights, (weight, t) => (t < before || legal(t - before) ? weight : NaN));
      paint(this.cells, drawn, before, map.rows, map.columns, colourTable(colours.attention, dark), 0, high, OPACITY);
      begun.context.drawImage(this.cells, 0, 0, begun.width, begun.size * map.rows);
      this.pane.stroke(begun, outline(map.rows, map.columns, legal), "#fff", 1.6);
    }
    if (this.token >= 0) this.pane.box(begun, this.token, dark ? "#2f6bff" : ORANGE);
    this.bar.replaceChildren(colourBar(colours.attention, dark, 0, high, words.scale));
    this.pane.readout.textContent = this.describe(weights, before);
  }

  describe(weights, before) {
    const { words } = this.owner.data;
    if (this.token < 0) return words.outside;
    if (!weights) return this.owner.problem || words.loading;
    const place = (t) => {
      if (t < before) return this.map.prefix[t];
      return `(${Math.floor((t - before) / this.map.columns)}, ${(t - before) % this.map.columns})`;
    };
    const named = strongest(weights, NAMED).map(([t, weight]) => `${place(t)} ${number(weight)}`);
    return filled(words.looks, {
      place: place(before + this.token),
      most: named.join(", "),
      reached: before + this.legal,
      all: weights.length,
    });
  }
}

export class Beside extends Part {
  update(data) {
    const fresh = data.revision !== this.data?.revision;
    this.data = data;
    if (fresh || this.spoken !== data.words.block) this.build(fresh);
    this.sides.forEach((side, i) => {
      side.source.url = data.sides[i].url;
    });
    this.need();
    this.draw();
  }

  build(fresh) {
    const { data } = this;
    this.spoken = data.words.block;
    for (const side of this.sides ?? []) side.source.close();
    this.root.replaceChildren();
    this.shared ??= 0;
    this.scale = segments(this.root, data.words.scaleChoice, [data.words.shared, data.words.own], (at) => {
      this.shared = at;
      this.draw();
    });
    const body = this.root.appendChild(make("div", "wr-two"));
    this.sides = data.sides.map((side) => new Side(body, side, this));
    if (fresh || !this.place) this.place = this.sides[data.first].middle(data.token);
  }

  point(place) {
    this.place = place;
    this.draw();
  }

  /** Tell the host which patch of the model that it named first the cursor is on. */
  chose() {
    const side = this.sides[this.data.first];
    const token = side.tokenAt(this.place);
    if (token >= 0) this.tell({ layer: side.layer, token });
  }

  async need() {
    this.problem = "";
    try {
      await Promise.all(this.sides.map((side) => side.source.get(`${side.layer}.bin`)));
    } catch (error) {
      this.problem = error.message === "gone" || error instanceof TypeError ? this.data.words.gone : error.message;
    }
    this.draw();
  }

  destroy() {
    for (const side of this.sides ?? []) side.source.close();
    super.destroy();
  }

  render() {
    this.scale.show(this.shared);
    const dark = isDark(this.root);
    const weights = this.sides.map((side) => side.weights());
    const tops = weights.map((row) => (row ?? []).reduce((top, weight) => (weight > top ? weight : top), 0) || 1);
    this.sides.forEach((side, i) => side.draw(weights[i], this.shared === 0 ? Math.max(...tops) : tops[i], dark));
    this.voice.say(this.sides.map((side) => `${side.data.title}: ${side.pane.readout.textContent}`).join(" "));
  }
}

export function mount(element, send) {
  return new Beside(element, sendsChoices(send));
}
