// One query's scores taken apart: q k^T / sqrt(d) + relative position bias + mask, their sum, the softmax; and the table
// that the bias comes from. q, k and log-sum-exp are torch's; the rest is computed here in double precision.

import { dot, LayerMaths } from "../../../web/explorer/maths.js";
import { colourTable, isDark, paint } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";
import { PayloadSource } from "../../../web/shared/payload.js";
import { CellMap } from "./cells.js";
import { arrow, filled, Part, sendsChoices, slider } from "./controls.js";
import { Journey } from "./maps.js";
import { Pairs } from "./pairs.js";
import { borders, ORANGE, outline, Pane } from "./pane.js";

const TERMS = ["qk", "bias", "mask", "sum", "softmax"];
const QUANTITY = { qk: "activation", bias: "weight", mask: "difference", sum: "activation", softmax: "attention" };
const SIGNS = { bias: "+", mask: "+", sum: "=", softmax: "\u2192" };
const MASKED = 100;
const BUDGET = 96 << 20; // bytes of q and k that are kept

export class Scores extends Part {
  update(data) {
    const fresh = data.revision !== this.data?.revision;
    this.data = data;
    if (fresh || this.source.url !== data.url) {
      this.source?.close();
      this.source = new PayloadSource(data.url, {
        limit: BUDGET,
        wrap: (payload) => new LayerMaths(payload),
        missing: () => this.events.need?.(),
      });
      this.ranged = "";
    }
    if (fresh || this.spoken !== data.words.block) this.build(fresh);
    this.dressed = "";
    this.need();
    this.draw();
  }

  build(fresh) {
    const { data } = this;
    const { words } = data;
    this.spoken = words.block;
    this.root.replaceChildren();
    if (fresh) {
      this.journey = new Journey(data.journey);
      const indices = data.tables.indices;
      this.tables = data.tables.blocks.map(({ window, heads, values, map }) => ({
        window,
        heads,
        values,
        index: indices[map],
      }));
      Object.assign(this, { patch: data.patch, head: data.head, key: null });
      this.block = Math.min(data.block, this.journey.blocks.length - 1);
    }
    this.blockSlider = slider(this.root, words.block, (block) => this.choose({ block, key: null }));
    this.headSlider = slider(this.root, words.head, (head) => this.choose({ head }));
    const top = this.root.appendChild(make("div", "wr-scores"));
    const events = {
      hover: (token) => this.hover(token),
      choose: () => this.choose({}),
      key: (event) => this.press(event),
    };
    this.pane = new Pane(top, events);
    this.pane.pictureWidth = data.picture.width;
    this.terms = top.appendChild(make("div", "wr-terms"));
    this.maps = Object.fromEntries(TERMS.map((name) => [name, this.termMap(name)]));
    this.sentence = this.terms.appendChild(make("div", "wr-readout wr-wide"));
    this.check = this.terms.appendChild(make("div", "wr-readout wr-wide"));
    this.root.append(make("h3", "wr-head", words.tables));
    this.gallery = this.root.appendChild(make("div", "wr-gallery"));
    this.pairs = new Pairs(this.root, words, { pair: (query, key) => this.pair(query, key) });
    this.borders = new Map();
  }

  termMap(name) {
    const { words } = this.data;
    const cell = {
      hover: (row, column) => this.overKey(row * this.tiling.window + column),
      move: (step) => this.moveKey(step),
    };
    const map = new CellMap(this.terms, `${SIGNS[name] ?? ""} ${words[name]}`.trim(), cell);
    map.stage.setAttribute("aria-label", `${words[name]}. ${words.mapHelp}`);
    return map;
  }

  get step() {
    return this.journey.steps[this.journey.blocks[this.block]];
  }

  get stage() {
    return this.journey.mapOf(this.journey.blocks[this.block]);
  }

  get tiling() {
    return this.step.shift ? this.stage.shifted : this.stage.regular;
  }

  get token() {
    return this.stage.ancestor[this.patch];
  }

  get table() {
    return this.tables[this.block];
  }

  hover(token) {
    if (token === this.token) return;
    this.patch = this.stage.patches[token];
    this.draw();
  }

  overKey(place) {
    if (place === this.key) return;
    this.key = place;
    this.draw();
  }

  moveKey([down, across]) {
    const { window } = this.tiling;
    const inside = (at) => Math.min(window - 1, Math.max(0, at));
    this.overKey(inside(Math.floor(this.key / window) + down) * window + inside((this.key % window) + across));
  }

  /** A pair of places from the table or the matrix: the query goes to that place of the same window, if a patch is there. */
  pair(query, key) {
    const first = this.tiling.windowOf(this.token) * this.tiling.places;
    const token = this.tiling.tokens[first + query];
    if (token < 0) return;
    this.patch = this.stage.patches[token];
    this.key = key;
    this.draw();
  }

  choose(part) {
    Object.assign(this, part);
    this.head = Math.min(this.head, this.table.heads - 1);
    this.need();
    this.draw();
    this.tell({ block: this.block, patch: this.patch, head: this.head });
  }

  press(event) {
    const step = arrow(event);
    const turn = { PageUp: -1, PageDown: 1 }[event.key];
    const head = { "[": -1, "]": 1 }[event.key];
    if (!step && !turn && !head) return;
    event.preventDefault();
    event.stopPropagation();
    const within = (at, count) => Math.min(count - 1, Math.max(0, at));
    if (step) this.choose({ patch: this.stage.patches[this.stage.moved(this.token, step)] });
    else if (turn) this.choose({ block: within(this.block + turn, this.journey.blocks.length), key: null });
    else this.choose({ head: within(this.head + head, this.table.heads) });
  }

  async need() {
    this.problem = "";
    try {
      await this.source.get(`${this.block}.bin`);
    } catch (error) {
      this.problem = error.message === "gone" || error instanceof TypeError ? this.data.words.gone : error.message;
    }
    this.draw();
  }

  destroy() {
    this.source?.close();
    super.destroy();
  }

  render() {
    const { words, picture } = this.data;
    this.head = Math.min(this.head, this.table.heads - 1);
    const { step, tiling, token, stage } = this;
    const kind = step.shift ? "SW-MSA" : "W-MSA";
    this.blockSlider.show(this.block, this.journey.blocks.length - 1, `${step.title} ${kind}`);
    this.headSlider.show(
      this.head,
      this.table.heads - 1,
      filled(words.headOf, { head: this.head, heads: this.table.heads }),
    );
    this.pane.title.textContent = filled(words.query, {
      place: stage.place(token),
      window: tiling.windowOf(token),
    });
    this.pane.show({ ...picture, help: words.help }, stage, tiling.padded);
    const maths = this.source.peek(`${this.block}.bin`);
    this.dress(maths);
    const place = tiling.placeOf(token);
    if (maths) this.explain(maths, place);
    else this.sentence.textContent = this.problem || words.loading;
    this.drawPane(this.key ?? place);
    this.pairs.draw(place, this.key ?? place);
  }

  /** What only changes with the block, the head or the theme: scales, and the gallery of tables. */
  dress(maths) {
    const key = `${this.block} ${this.head} ${Boolean(maths)}`;
    if (key === this.dressed) return;
    this.dressed = key;
    this.accent = getComputedStyle(this.root).getPropertyValue("--wr-accent");
    const dark = isDark(this.root);
    const { colours, words } = this.data;
    const { table, head } = this;
    if (maths) {
      const ranges = this.ranges(maths, head);
      for (const name of TERMS) {
        const top = ranges[name];
        this.maps[name].scale(colours[QUANTITY[name]], dark, name === "softmax" ? 0 : -top, top);
      }
    }
    this.pairs.show({
      index: table.index,
      table: this.entries(head),
      bias: this.biases(head),
      window: this.tiling.window,
      made: table.window,
      colours,
      dark,
      head,
      accent: this.accent,
      name: filled(words.headOf, { head, heads: table.heads }),
    });
    this.showGallery(dark);
  }

  /** One head's column of the (entries, heads) table. */
  entries(head) {
    const { values, heads } = this.table;
    return Float32Array.from({ length: values.length / heads }, (_, i) => values[i * heads + head]);
  }

  /** The bias of every pair of a window, (K, K). */
  biases(head) {
    const entries = this.entries(head);
    return Float32Array.from(this.table.index, (entry) => entries[entry]);
  }

  showGallery(dark) {
    const { table, head } = this;
    const shown = `${this.block} ${dark}`;
    const side = 2 * table.window - 1;
    if (shown !== this.shownGallery) {
      this.shownGallery = shown;
      const top = Math.max(...table.values.map(Math.abs)) || 1;
      const colours = colourTable(this.data.colours.weight, dark);
      this.tiles = Array.from({ length: table.heads }, (_, h) => {
        const tile = make("button", "wr-tile");
        tile.type = "button";
        const canvas = tile.appendChild(make("canvas"));
        paint(canvas, this.entries(h), 0, side, side, colours, -top, top);
        tile.append(make("span", "", String(h)));
        tile.setAttribute("aria-label", filled(this.data.words.headOf, { head: h, heads: table.heads }));
        tile.addEventListener("click", () => this.choose({ head: h }));
        return tile;
      });
      this.gallery.replaceChildren(...this.tiles);
    }
    this.tiles.forEach((tile, h) => tile.setAttribute("aria-pressed", String(h === head)));
  }

  /** How far each term reaches in any window of this block, for this head: one scale for all queries. */
  ranges(maths, head) {
    const key = `${this.block} ${head}`;
    if (this.ranged === key) return this.limits;
    this.ranged = key;
    const K = maths.reachable;
    const limits = { qk: 0, bias: 0, mask: MASKED, sum: 0, softmax: 0 };
    for (let window = 0; window < maths.order.length / K; window++) {
      const base = maths.base(window, head);
      for (let i = 0; i < K; i++) {
        if (maths.order[window * K + i] < 0) continue;
        for (let j = 0; j < K; j++) {
          const qk = dot(maths.q, (base + i) * maths.dim, maths.k, (base + j) * maths.dim, maths.dim) * maths.scale;
          const bias = maths.bias[(head * K + i) * K + j];
          limits.qk = Math.max(limits.qk, Math.abs(qk));
          limits.bias = Math.max(limits.bias, Math.abs(bias));
          if (maths.regions && maths.regions[window * K + i] !== maths.regions[window * K + j]) continue;
          limits.sum = Math.max(limits.sum, Math.abs(qk + bias));
          limits.softmax = Math.max(limits.softmax, Math.exp(qk + bias - maths.lse[base + i]));
        }
      }
    }
    this.limits = limits;
    return limits;
  }

  /** The five maps of the query's window, and the numbers of the key under the cursor. */
  explain(maths, place) {
    const { words } = this.data;
    const { tiling, token, head } = this;
    const K = maths.reachable;
    const window = tiling.windowOf(token);
    const base = maths.base(window, head);
    const parts = Array.from({ length: K }, (_, j) =>
      maths.score({ head, row: place, column: j, window, query: base + place, key: base + j }),
    );
    const lse = maths.lse[base + place];
    const weights = Float64Array.from(parts, ({ score }) => Math.exp(score - lse));
    const values = {
      qk: Float64Array.from(parts, ({ scaled }) => scaled),
      bias: Float64Array.from(parts, ({ bias }) => bias),
      mask: Float64Array.from(parts, ({ mask }) => mask ?? 0),
      sum: Float64Array.from(parts, ({ score }) => score),
      softmax: weights,
    };
    const keys = tiling.keys(token);
    const cut = keys.flatMap((key, at) => (key.cut ? [at] : []));
    this.key ??= weights.indexOf(Math.max(...weights));
    const at = this.key;
    const boxOf = (p, colour) => ({ row: Math.floor(p / tiling.window), column: p % tiling.window, colour });
    const boxes = [boxOf(place, this.accent), boxOf(at, ORANGE)];
    for (const name of TERMS) {
      const hatched = name === "qk" || name === "bias" ? [] : cut;
      this.maps[name].draw(values[name], tiling.window, tiling.window, { boxes, cut: hatched, text: values[name][at] });
    }
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const own = Math.log(parts.reduce((sum, { score }) => sum + Math.exp(score), 0));
    const target = keys[at].token;
    this.sentence.textContent = filled(words.addition, {
      key: target < 0 ? words.padding : this.stage.place(target),
      qk: number(values.qk[at]),
      bias: addend(values.bias[at]),
      mask: addend(values.mask[at]),
      sum: number(values.sum[at]),
      lse: number(lse),
      weight: number(weights[at]),
    });
    this.check.textContent = filled(words.check, {
      count: K,
      total: total.toFixed(6),
      gap: Math.abs(own - lse).toExponential(1),
    });
    this.voice.say(this.sentence.textContent);
  }

  drawPane(key) {
    const { pane, tiling, token, stage } = this;
    const window = tiling.windowOf(token);
    const group = tiling.group[token];
    const isLegal = (t) => tiling.group[t] === group;
    const isCut = (t) => !isLegal(t) && tiling.windowOf(t) === window;
    const begun = pane.begin((t) => (isLegal(t) ? "clear" : isCut(t) ? "cut" : "dim"));
    if (!this.borders.has(tiling))
      this.borders.set(
        tiling,
        borders(stage.rows, stage.columns, (t) => tiling.group[t]),
      );
    pane.stroke(begun, this.borders.get(tiling), "rgb(255 255 255 / .45)", 1);
    pane.stroke(begun, outline(stage.rows, stage.columns, isLegal), "#fff", 2);
    const target = tiling.keys(token)[key]?.token ?? -1;
    if (target >= 0) pane.box(begun, target, ORANGE, 2);
    pane.box(begun, token, this.accent);
  }
}

/** A number as one more addend of a sum, with a true minus sign. */
function addend(value) {
  const text = number(value);
  return text.startsWith("\u2212") ? `\u2212 ${text.slice(1)}` : `+ ${text}`;
}

export function mount(element, send) {
  return new Scores(element, sendsChoices(send));
}
