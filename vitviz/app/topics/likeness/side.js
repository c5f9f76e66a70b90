// One picture in one model: its panes, its small maps, and the vectors that its cosines are made of.
import { PictureView } from "../../../web/explorer/picture.js";
import { make, write } from "../../../web/shared/dom.js";
import { PayloadSource } from "../../../web/shared/payload.js";
import { MapRow } from "./map_row.js";
import { Painted, pixelsOf } from "./shades.js";
import { TokenVectors } from "./vectors.js";
import { shareText } from "./wording.js";

/** @import { Ink, LayerInfo } from "../../../web/explorer/types.d.ts" */
/** @import { Shades, SignedShades } from "../../../web/shared/shades.js" */
/** @import { Words } from "../../../web/shared/types.d.ts" */
/** @import { Directions, Kind, SideData } from "./types.d.ts" */
/** @typedef {{ hover: (token: number) => void, leave: () => void, choose: (token: number) => void, block: (block: number) => void, arrived: () => void, missing: () => void, failed: (error: unknown) => void }} SideEvents */

const AT_ONCE = 2; // requests under way
const OPAQUE = { opacity: 1, smooth: false };

export class Side {
  /**
   * @param {{ panes: Element, rows: Element }} places
   * @param {SideEvents} events
   * @param {Words} words
   */
  constructor({ panes, rows }, events, words) {
    this.events = events;
    this.words = words;
    /** @type {SideData | null} */
    this.data = null;
    /** @type {PayloadSource | null} */
    this.source = null;
    this.name = "";
    this.fetching = "";
    /** @type {{ key: string, values: Float32Array | null }[]} the cosines of every block, and of what they are */
    this.maps = [];
    this.root = panes.appendChild(make("section", "lk-side"));
    this.title = this.root.appendChild(make("div", "vx-title"));
    this.panes = this.root.appendChild(make("div", "lk-panes"));
    this.picture = new PictureView(this.panes, events);
    this.likeness = new PictureView(this.panes, events);
    this.colours = new PictureView(this.panes, events);
    // All three are the same picture to keys: one of them takes the focus.
    for (const { frame } of [this.likeness, this.colours]) {
      frame.tabIndex = -1;
      frame.setAttribute("role", "img");
    }
    this.text = this.panes.appendChild(make("div", "lk-text vv-mono"));
    this.alike = this.text.appendChild(make("div", "lk-alike"));
    this.shares = this.text.appendChild(make("div"));
    this.row = new MapRow(rows, events.block);
    this.colourRow = new MapRow(rows, events.block);
    this.painted = this.still = this.pointed = ""; // what is drawn already
  }

  /**
   * @param {SideData} data
   * @param {number} limit bytes of vectors that are kept
   * @param {string} title
   */
  show(data, limit, title) {
    if (data.revision !== this.data?.revision) {
      this.source?.close();
      this.source = new PayloadSource(data.url, { limit, wrap: TokenVectors.of, missing: this.events.missing });
      this.fetching = "";
      this.maps = data.layers.map(() => ({ key: "", values: null }));
    }
    if (this.source) this.source.url = data.url;
    this.data = data;
    this.painted = this.still = this.pointed = "";
    this.name = title;
    const { words } = this;
    write(this.picture.title, words.picture);
    write(this.likeness.title, words.likeness);
    write(this.colours.title, words.colours);
    write(this.row.title, `${words.rowLikeness} \u00b7 ${title}`);
    write(this.colourRow.title, `${words.rowColours} \u00b7 ${title}`);
    this.row.canvas.setAttribute("aria-label", words.rowLikeness);
    this.colourRow.canvas.setAttribute("aria-label", words.rowColours);
  }

  /**
   * Lay the small maps out in so many CSS pixels.
   * @param {number} width
   */
  layout(width) {
    if (!this.data) return;
    const { layers, picture } = this.data;
    for (const row of [this.row, this.colourRow]) if (row.layout(layers, picture.aspect, width)) this.painted = "";
  }

  /**
   * The vectors of a block, or undefined while they are not there.
   * @param {Kind} kind
   * @param {number} block
   * @returns {TokenVectors | undefined}
   */
  vectors(kind, block) {
    return this.source?.peek(`vectors/${kind}/${block}.bin`);
  }

  /**
   * Fetch the vectors of all blocks, those around `block` first.
   * @param {Kind} kind
   * @param {number} block
   */
  async fetch(kind, block) {
    const { source, data } = this;
    const asked = `${kind} ${source?.url}`;
    if (!source || !data || this.fetching === asked) return;
    this.fetching = asked;
    const order = [...data.layers.keys()].sort((a, b) => Math.abs(a - block) - Math.abs(b - block));
    const waiting = order.filter((one) => !this.vectors(kind, one));
    const work = async () => {
      while (waiting.length && this.fetching === asked && !source.closed) {
        await source.get(`vectors/${kind}/${waiting.shift()}.bin`);
        this.events.arrived();
      }
    };
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    } catch (error) {
      if (this.fetching === asked) this.fetching = "";
      if (!source.closed) this.events.failed(error);
    }
  }

  /**
   * Draw the shown block: its cosines, and where these are another block's or kind's, its directions as colours.
   * @param {number} block
   * @param {Shades | SignedShades} shades
   * @param {Directions | undefined} directions null: there is no such head; undefined: they are on their way
   * @param {string} name
   * @param {string} key of which kind and head the directions are
   */
  draw(block, shades, directions, name, key) {
    const { data } = this;
    if (!data) return;
    const layer = data.layers[block];
    const { values } = this.maps[block];
    const still = values ? `${block} ${name} ${key}` : "";
    if (!still || still !== this.still) this.drawStill(layer, directions, name);
    this.still = still;
    if (!values) {
      for (const pane of [this.picture, this.likeness]) pane.clear();
      return;
    }
    this.likeness.paint(values, shades, OPAQUE);
    for (const [token, { cells }] of this.picture.buttons.entries()) cells.draw(values, token, 1, 1, shades);
  }

  /**
   * What does not follow the pointer.
   * @param {LayerInfo} layer
   * @param {Directions | undefined} directions
   * @param {string} name
   */
  drawStill(layer, directions, name) {
    const { data, words } = this;
    if (!data) return;
    this.picture.show({ ...data.picture, label: words.pictureLabel }, layer, layer.prefix);
    for (const pane of [this.likeness, this.colours]) pane.show({ ...data.picture, label: name }, layer, []);
    write(this.title, `${this.name} \u00b7 ${layer.name}`);
    if (directions) this.colours.paint([], new Painted(pixelsOf(directions), 1), OPAQUE);
    else this.colours.clear();
    write(this.shares, directions ? shareText(directions, words) : directions === null ? words.noHead : words.loading);
  }

  /**
   * The small maps of the directions, where they are not drawn already.
   * @param {Directions[] | null} directions of every block; null while they are another kind's
   * @param {string} key
   */
  drawColours(directions, key) {
    if (!this.data || this.painted === key) return;
    this.painted = key;
    for (const block of this.data.layers.keys()) {
      const one = directions?.[block];
      const shades = new Painted(one ? pixelsOf(one) : new Uint32Array(), 1);
      this.colourRow.paint(block, one ? [] : null, shades);
    }
    this.colourRow.flush();
  }

  /**
   * @param {number} query this side's token that is looked at, -1 where it is the other's
   * @param {number | null} key a second one
   * @param {boolean} pinned
   * @param {number} block
   * @param {Ink} ink
   */
  point(query, key, pinned, block, ink) {
    const pointed = `${query} ${key} ${pinned} ${block}`;
    if (pointed !== this.pointed)
      for (const pane of [this.picture, this.likeness, this.colours]) pane.point(query, key, pinned);
    this.pointed = pointed;
    for (const row of [this.row, this.colourRow]) row.mark(block, ink);
  }

  destroy() {
    this.source?.close();
    this.root.remove();
    this.row.root.remove();
    this.colourRow.root.remove();
  }
}
