// How alike tokens are: the cosine of the token under the pointer with all tokens, in every block, of one picture or two;
// and the main directions of a block as colours. Knows no host.
import { action } from "../../../web/explorer/keys.js";
import { themeOf } from "../../../web/explorer/theme.js";
import { colourBar } from "../../../web/shared/colours.js";
import { make, write } from "../../../web/shared/dom.js";
import { Lifetime } from "../../../web/shared/lifetime.js";
import { arraysIn } from "../../../web/shared/save_figure.js";
import { SignedShades } from "../../../web/shared/shades.js";
import { Cursor } from "./cursor.js";
import { UpToOne } from "./shades.js";
import { Side } from "./side.js";
import { Tools } from "./tools.js";
import { lowest, mostAlike } from "./vectors.js";
import { alikeText, comparedText, cosineText, tokenName } from "./wording.js";

/** @import { Theme } from "../../../web/explorer/types.d.ts" */
/** @import { Token } from "./cursor.js" */
/** @import { Span } from "./tools.js" */
/** @import { LikenessData, Place } from "./types.d.ts" */

const BUDGET = 2; // milliseconds of a frame for blocks that are not shown large; the rest come in the next frames
const REST = 200; // milliseconds until the host is sent a choice, so that held keys make one message
const TRIES = 3; // how often the host is asked for numbers that stay gone

export class LikenessView {
  /**
   * @param {HTMLElement} root
   * @param {{ chosen: (place: Place) => void, need: () => void }} events
   */
  constructor(root, events) {
    this.root = root;
    this.events = events;
    this.lifetime = new Lifetime();
    this.cursor = new Cursor();
    /** @type {LikenessData | null} */
    this.data = null;
    /** @type {Side[]} */
    this.sides = [];
    /** @type {Tools | null} */
    this.tools = null;
    /** @type {Theme | null} */
    this.theme = null;
    /** @type {Span} */
    this.span = "whole";
    this.problem = "";
    this.served = 0;
    this.barOf = "";
    this.low = 1; // where the colours begin, and began when the small maps were drawn
    this.drawnLow = NaN;
    root.classList.add("vx", "lk");
    this.head = root.appendChild(make("div"));
    this.readout = make("div", "vv-readout lk-read");
    this.readout.setAttribute("role", "status");
    this.panes = root.appendChild(make("div", "lk-sides"));
    this.rows = root.appendChild(make("div", "lk-rows"));
    this.frame = this.lifetime.inFrame(() => this.drawFrame());
    this.goingOn = false; // whether the next frame only goes on with the blocks that the last one had no time for
    this.send = this.lifetime.afterRest(REST, () => events.chosen(this.cursor.place));
    this.lifetime.listen(root, "keydown", (/** @type {KeyboardEvent} */ event) => this.onKey(event));
    this.lifetime.resized(root, () => this.layout());
  }

  /** @param {LikenessData} data */
  update(data) {
    const spoken = this.data?.words.stream === data.words.stream;
    if (!spoken || this.sides.length !== data.sides.length) this.build(data);
    if (!this.data) this.served = data.asked;
    this.data = data;
    this.theme = themeOf(this.root, data.scales);
    this.barOf = "";
    this.cursor.restart(data);
    for (const [i, side] of this.sides.entries()) side.show(data.sides[i], data.limit, this.titleOf(i));
    this.panes.classList.toggle("lk-two", data.sides.length > 1);
    this.changed();
    this.layout();
  }

  /**
   * The elements anew: for another number of pictures, or in another language.
   * @param {LikenessData} data
   */
  build(data) {
    for (const side of this.sides) side.destroy();
    this.head.replaceChildren();
    const events = {
      change: (/** @type {Partial<Place>} */ part) => this.change(part),
      span: (/** @type {Span} */ span) => {
        this.span = span;
        this.forget();
        this.changed();
      },
    };
    this.tools = new Tools(this.head, events, data.words);
    this.head.append(this.readout);
    this.sides = data.sides.map((_, side) => {
      const places = { panes: this.panes, rows: this.rows };
      const callbacks = {
        hover: (/** @type {number} */ token) => this.point({ side, token }),
        leave: () => this.point(null),
        choose: (/** @type {number} */ token) => this.choose({ side, token }),
        block: (/** @type {number} */ block) => this.chooseBlock(side, block),
        arrived: () => this.arrived(),
        missing: () => this.missed(),
        failed: () => this.failed(),
      };
      return new Side(places, callbacks, data.words);
    });
  }

  /**
   * What a picture is called: in another model, that.
   * @param {number} side
   */
  titleOf(side) {
    const { sides, related } = /** @type {LikenessData} */ (this.data);
    return related || sides.length === 1 ? sides[side].name : sides[side].modelTitle;
  }

  draw() {
    this.goingOn = false;
    this.frame();
  }

  /** Every map has to be computed and drawn anew. */
  forget() {
    for (const side of this.sides) for (const map of side.maps) map.key = "";
  }

  arrived() {
    this.problem = "";
    if (this.data) this.served = this.data.asked;
    this.draw();
  }

  /** Ask the host for numbers that are gone, a few times: where nobody serves them, asking on would never end. */
  missed() {
    if (this.data && this.data.asked - this.served < TRIES) this.events.need();
  }

  failed() {
    this.problem = this.data?.words.gone ?? "";
    this.draw();
  }

  layout() {
    for (const side of this.sides) side.layout(this.rows.clientWidth);
    if (this.rows.clientWidth > 0) this.draw();
  }

  /**
   * The pointer is over a token, or over none: nothing is sent.
   * @param {Token | null} token
   */
  point(token) {
    if (this.cursor.point(token)) this.draw();
  }

  /** @param {Token} token */
  choose(token) {
    this.cursor.choose(token);
    this.changed();
    this.send();
  }

  /** @param {Partial<Place>} part */
  change(part) {
    this.cursor.change(part);
    this.changed();
    this.send();
  }

  /**
   * @param {number} side
   * @param {number} block
   */
  chooseBlock(side, block) {
    if (side === 0 || this.data?.related) {
      this.change({ block });
      return;
    }
    // The first model's block that is as deep.
    const [own, other] = this.sides.map(({ maps }) => maps.length);
    this.change({ block: other > 1 ? Math.round((block / (other - 1)) * (own - 1)) : 0 });
  }

  /** Another place is chosen: fetch what it needs, and draw. */
  changed() {
    const { data, cursor, tools } = this;
    if (!data || !tools) return;
    tools.show(cursor.place, data.sides[0].layers, this.span);
    for (const [i, side] of this.sides.entries()) side.fetch(cursor.place.kind, cursor.blockOf(i));
    this.draw();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const asked = action(event);
    if (!asked || !this.data) return;
    const [name, ...values] = asked;
    const step = /** @type {[number, number]} */ (values);
    const { cursor } = this;
    if (name === "move") cursor.move(step);
    else if (name === "layer") cursor.change({ block: cursor.place.block + step[0] });
    else if (name === "head") cursor.moveHead(step[0]);
    else if (name === "first") cursor.change({ token: 0, at: cursor.place.block });
    else if (name === "pin") cursor.change({ pinned: !cursor.place.pinned });
    else if (name === "escape") cursor.change({ pinned: false });
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.changed();
    this.send();
  }

  /**
   * The cosines of a block, computed where they are another token's.
   * @param {number} at
   * @param {number} block
   * @returns {boolean} whether they are new
   */
  compute(at, block) {
    const { cursor, sides } = this;
    const { kind } = cursor.place;
    const { side, token } = cursor.source(at, block);
    const [own, from] = [sides[at].vectors(kind, block), sides[side].vectors(kind, block)];
    const map = sides[at].maps[block];
    const key = own && from ? `${kind} ${cursor.head} ${side} ${token}` : "none";
    if (map.key === key) return false;
    map.key = key;
    if (!own || !from) map.values = null;
    else {
      if (map.values?.length !== own.count) map.values = new Float32Array(own.count);
      own.cosines(from, token, cursor.head, map.values);
    }
    return true;
  }

  drawFrame() {
    const { data, theme, cursor, sides } = this;
    if (!data || !theme || !this.rows.clientWidth) return;
    const begun = performance.now();
    const fresh = sides.map(() => /** @type {number[]} */ ([]));
    for (const i of sides.keys()) if (this.compute(i, cursor.blockOf(i))) fresh[i].push(cursor.blockOf(i));
    let left = false;
    for (const [i, side] of sides.entries())
      for (const block of side.maps.keys()) {
        if (performance.now() - begun > BUDGET) left = true;
        else if (this.compute(i, block)) fresh[i].push(block);
      }
    const shades = this.shades(theme);
    const all = this.low !== this.drawnLow; // another scale: every map has other colours
    for (const [i, side] of sides.entries()) {
      const blocks = all ? side.maps.keys() : fresh[i];
      for (const block of blocks) side.row.paint(block, side.maps[block].values, shades);
      if (all || fresh[i].length) side.row.flush();
    }
    this.drawnLow = this.low;
    if (all || !this.goingOn) {
      this.drawSides(data, theme, shades);
      write(this.readout, this.problem || this.reading(data));
    }
    this.goingOn = left;
    if (left) this.frame();
  }

  /**
   * The colours of all maps: one scale, whole or from the lowest cosine that is there.
   * @param {Theme} theme
   */
  shades(theme) {
    const whole = this.span === "whole";
    if (whole) this.low = -1;
    else {
      this.low = 1;
      for (const [i, { maps }] of this.sides.entries())
        for (const [block, { values }] of maps.entries())
          if (values) this.low = lowest(values, this.data?.sides[i].layers[block].prefix.length ?? 0, this.low);
    }
    const { data, tools } = this;
    const barOf = `${this.low.toFixed(3)} ${theme.dark}`;
    if (data && tools && barOf !== this.barOf) {
      const scale = data.scales[whole ? "activation" : "attention"];
      tools.bar.replaceChildren(colourBar(scale, theme.dark, this.low, 1, "cos"));
      this.barOf = barOf;
      this.drawnLow = NaN;
    }
    return whole ? new SignedShades(theme.activation, 1) : new UpToOne(theme.attention, this.low);
  }

  /**
   * @param {LikenessData} data
   * @param {Theme} theme
   * @param {SignedShades | UpToOne} shades
   */
  drawSides(data, theme, shades) {
    const { cursor, sides } = this;
    const { kind, pinned } = cursor.place;
    const { other } = cursor;
    const known = data.directionsOf.kind === kind && data.directionsOf.head === cursor.head;
    const compared = comparedText(cursor.place, data.words);
    for (const [i, side] of sides.entries()) {
      const block = cursor.blockOf(i);
      const layer = data.sides[i].layers[block];
      const source = cursor.source(i, block);
      const own = source.side === i ? source.token : -1;
      const directions = known ? data.sides[i].directions : null;
      const { values } = side.maps[block];
      const which = `${known} ${data.directionsOf.kind} ${data.directionsOf.head}`;
      side.draw(block, shades, directions?.[block], compared, which);
      side.drawColours(directions, which);
      // The other picture's best match is marked while nothing is pointed at there.
      const best = values && source.side !== i ? mostAlike(values, layer.prefix.length, 1)[0] : undefined;
      const key = other ? (other.side === i ? other.token : null) : (best ?? null);
      side.point(own, key, pinned, block, theme.ink);
      const text = values ? alikeText(values, layer, own, data.words) : data.words.loading;
      write(side.alike, text);
    }
  }

  /**
   * The line above the pictures: which token is compared, and its cosine with a second one.
   * @param {LikenessData} data
   */
  reading({ sides, related, words }) {
    const { cursor } = this;
    const { query, other } = cursor;
    const layer = sides[query.side].layers[cursor.blockOf(query.side)];
    const picture = sides.length > 1 && related ? ` \u00b7 ${sides[query.side].name}` : "";
    const name = `${words.token} ${tokenName(query.token, layer)}${picture}`;
    const what = `${layer.name} \u00b7 ${comparedText(cursor.place, words)}`;
    if (!cursor.place.pinned) return `${name} \u00b7 ${what}\n${words.pinHint}`;
    if (!other) return `${name} \u00b7 ${what}\n${words.pinnedHint}`;
    const block = cursor.blockOf(other.side);
    const map = sides[other.side].layers[block];
    const value = this.sides[other.side].maps[block].values?.[other.token] ?? NaN;
    return `${name} \u00b7 ${what}\ncos(${tokenName(query.token, layer)}, ${tokenName(other.token, map)}) = ${cosineText(value)}`;
  }

  /** Every map with its cosines and directions, and the shown block's as a table. */
  figures() {
    const { data, cursor, sides } = this;
    if (!data) return [];
    /** @type {Record<string, import("../../../web/shared/types.d.ts").SavedArray>} */
    const arrays = {};
    for (const [i, side] of sides.entries())
      for (const [block, { values }] of side.maps.entries()) {
        const { prefix, rows, columns, name } = data.sides[i].layers[block];
        if (values) arrays[`${i}.${name}.cosine`] = { values: values.slice(prefix.length), shape: [rows, columns] };
      }
    const known = data.directionsOf.kind === cursor.place.kind && data.directionsOf.head === cursor.head;
    if (known)
      Object.assign(
        arrays,
        arraysIn(
          data.sides.map(({ directions }) => directions),
          "directions",
        ),
      );
    const { query } = cursor;
    const token = tokenName(query.token, data.sides[query.side].layers[cursor.blockOf(query.side)]);
    const title = `${data.words.token} ${token} \u00b7 ${comparedText(cursor.place, data.words)}`;
    const tables = sides.map((side, i) => {
      const block = cursor.blockOf(i);
      const { prefix, rows, columns, name } = data.sides[i].layers[block];
      const patches = Array.from({ length: rows * columns }, (_, patch) => patch);
      const table = {
        row: patches.map((patch) => Math.floor(patch / columns)),
        column: patches.map((patch) => patch % columns),
        cosine: patches.map((patch) => side.maps[block].values?.[prefix.length + patch] ?? null),
      };
      return { name: `${title} \u00b7 ${name} \u00b7 ${this.titleOf(i)}`, element: side.root, table };
    });
    return [...tables, { name: `${title} \u00b7 ${data.words.allBlocks}`, element: this.rows, arrays }];
  }

  destroy() {
    this.lifetime.destroy();
    for (const side of this.sides) side.destroy();
    this.root.replaceChildren();
    this.root.classList.remove("vx", "lk");
  }
}
