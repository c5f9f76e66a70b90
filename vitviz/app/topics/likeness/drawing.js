// What is drawn of a cursor: the shown block in the pointer's own frame; right after it the small maps of all blocks and the
// list of the patches that are most alike, whose lines cost the browser more than the map.
import { colourBar } from "../../../web/shared/colours.js";
import { write } from "../../../web/shared/dom.js";
import { SignedShades } from "../../../web/shared/shades.js";
import { UpToOne } from "./shades.js";
import { lowest, mostAlike } from "./vectors.js";
import { alikeText, comparedText, cosineText, tokenName } from "./wording.js";

/** @import { Theme } from "../../../web/explorer/types.d.ts" */
/** @import { Lifetime } from "../../../web/shared/lifetime.js" */
/** @import { Cursor } from "./cursor.js" */
/** @import { Side } from "./side.js" */
/** @import { Span, Tools } from "./tools.js" */
/** @import { LikenessData } from "./types.d.ts" */

const SLICE = 6; // milliseconds for small maps until the page hears of the pointer again
const BUDGET = 2; // of a frame, where the colours begin at the lowest cosine of all blocks

export class Drawing {
  /**
   * @param {Lifetime} lifetime
   * @param {Cursor} cursor
   * @param {{ readout: HTMLElement, rows: HTMLElement }} places
   */
  constructor(lifetime, cursor, { readout, rows }) {
    this.cursor = cursor;
    this.readout = readout;
    this.rows = rows;
    /** @type {{ data: LikenessData, theme: Theme, tools: Tools, sides: Side[] } | null} */
    this.shown = null;
    /** @type {Set<number>[]} blocks of every side whose small map is another one by now */
    this.fresh = [];
    /** @type {Span} */
    this.span = "whole";
    this.problem = "";
    this.barOf = "";
    this.low = 1; // where the colours begin, and began when the small maps were drawn
    this.drawnLow = NaN;
    this.draw = lifetime.inFrame(() => this.drawFrame());
    this.goOn = lifetime.afterFrame(() => this.drawRest());
  }

  /**
   * Other pictures, models or colours.
   * @param {LikenessData} data
   * @param {Theme} theme
   * @param {Tools} tools
   * @param {Side[]} sides
   */
  show(data, theme, tools, sides) {
    this.shown = { data, theme, tools, sides };
    this.fresh = sides.map(() => new Set());
    this.barOf = "";
    this.drawnLow = NaN;
  }

  /**
   * Colours of all values, or of those that the patch has.
   * @param {Span} span
   */
  spread(span) {
    this.span = span;
    for (const { maps } of this.shown?.sides ?? []) for (const map of maps) map.key = "";
  }

  /**
   * The cosines of a block, computed where they are another token's.
   * @param {Side[]} sides
   * @param {number} at
   * @param {number} block
   */
  compute(sides, at, block) {
    const { cursor } = this;
    const { kind } = cursor.place;
    const { side, token } = cursor.source(at, block);
    const [own, from] = [sides[at].vectors(kind, block), sides[side].vectors(kind, block)];
    const map = sides[at].maps[block];
    const key = own && from ? `${kind} ${cursor.head} ${side} ${token}` : "none";
    if (map.key === key) return;
    map.key = key;
    this.fresh[at].add(block);
    if (!own || !from) map.values = null;
    else {
      if (map.values?.length !== own.count) map.values = new Float32Array(own.count);
      own.cosines(from, token, cursor.head, map.values);
    }
  }

  /**
   * The other blocks' cosines, as many as there is time for; whether that was all.
   * @param {Side[]} sides
   * @param {number} milliseconds
   */
  computeOthers(sides, milliseconds) {
    const begun = performance.now();
    for (const [i, { maps }] of sides.entries())
      for (const block of maps.keys()) {
        if (performance.now() - begun > milliseconds) return false;
        this.compute(sides, i, block);
      }
    return true;
  }

  /** The pointer's own frame: what is shown large, and which token that is. */
  drawFrame() {
    const { shown, cursor } = this;
    if (!shown || !this.rows.clientWidth) return;
    const { data, theme, sides } = shown;
    for (const i of sides.keys()) this.compute(sides, i, cursor.blockOf(i));
    if (this.span === "patch") this.computeOthers(sides, BUDGET);
    this.drawSides(data, theme, this.shades());
    write(this.readout, this.problem || this.reading(data));
    this.goOn();
  }

  /** After the frame: the small maps, and everything where the scale is another one now. */
  drawRest() {
    const { shown } = this;
    if (!shown || !this.rows.clientWidth) return;
    const { data, theme, sides } = shown;
    const whole = this.computeOthers(sides, SLICE);
    const shades = this.shades();
    const all = this.low !== this.drawnLow; // every map has other colours
    for (const [i, { row, maps }] of sides.entries()) {
      const blocks = all ? maps.keys() : this.fresh[i];
      for (const block of blocks) row.paint(block, maps[block].values, shades);
      if (all || this.fresh[i].size) row.flush();
      this.fresh[i].clear();
    }
    this.listAlike(data, sides);
    this.drawnLow = this.low;
    if (all) this.drawSides(data, theme, shades);
    if (!whole) this.goOn();
  }

  /** The colours of all maps: one scale, whole or from the lowest cosine that is there. */
  shades() {
    const { data, theme, tools, sides } = /** @type {NonNullable<typeof this.shown>} */ (this.shown);
    const whole = this.span === "whole";
    this.low = whole ? -1 : 1;
    if (!whole)
      for (const [i, { maps }] of sides.entries())
        for (const [block, { values }] of maps.entries())
          if (values) this.low = lowest(values, data.sides[i].layers[block].prefix.length, this.low);
    const barOf = `${this.low.toFixed(3)} ${theme.dark}`;
    if (barOf !== this.barOf) {
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
    const { cursor } = this;
    const sides = this.shown?.sides ?? [];
    const { kind, pinned } = cursor.place;
    const { other } = cursor;
    const known = data.directionsOf.kind === kind && data.directionsOf.head === cursor.head;
    const compared = comparedText(cursor.place, data.words);
    const which = `${known} ${data.directionsOf.kind} ${data.directionsOf.head}`;
    for (const [i, side] of sides.entries()) {
      const block = cursor.blockOf(i);
      const layer = data.sides[i].layers[block];
      const source = cursor.source(i, block);
      const own = source.side === i ? source.token : -1;
      const directions = known ? data.sides[i].directions : null;
      const { values } = side.maps[block];
      side.draw(block, shades, directions?.[block], compared, which);
      side.drawColours(directions, which);
      // The other picture's best match is marked while nothing is pointed at there.
      const best = values && source.side !== i ? mostAlike(values, layer.prefix.length, 1)[0] : undefined;
      const key = other ? (other.side === i ? other.token : null) : (best ?? null);
      side.point(own, key, pinned, block, theme.ink);
    }
  }

  /**
   * The patches that are most like the cursor's token, as text.
   * @param {LikenessData} data
   * @param {Side[]} sides
   */
  listAlike(data, sides) {
    for (const [i, side] of sides.entries()) {
      const block = this.cursor.blockOf(i);
      const { side: from, token } = this.cursor.source(i, block);
      const { values } = side.maps[block];
      const layer = data.sides[i].layers[block];
      write(side.alike, values ? alikeText(values, layer, from === i ? token : -1, data.words) : data.words.loading);
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
    const value = this.shown?.sides[other.side].maps[block].values?.[other.token] ?? NaN;
    return `${name} \u00b7 ${what}\ncos(${tokenName(query.token, layer)}, ${tokenName(other.token, map)}) = ${cosineText(value)}`;
  }
}
