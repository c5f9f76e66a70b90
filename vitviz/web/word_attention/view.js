// Attention over words: the words with the weights of one of them, every head's map small, the chosen one large, and one
// weight opened. Knows no host.
import { action } from "../explorer/keys.js";
import { themeOf } from "../explorer/theme.js";
import { make } from "../shared/dom.js";
import { Echo } from "../shared/echo.js";
import { Lifetime } from "../shared/lifetime.js";
import { Elements } from "./elements.js";
import { figuresOf } from "./figures.js";
import { Layers } from "./layers.js";
import { fitted, headAfter, placeText, pressed, readPlace, sidesOf, within } from "./place.js";
import { weightsOf } from "./wording.js";

/** @import { SavedFigure } from "../shared/types.d.ts" */
/** @import { Actions } from "./elements.js" */
/** @import { Head, Place, Pointed, WordAttentionData } from "./types.d.ts" */

const SENT_AFTER = 250; // milliseconds until the host is sent a choice, so that held keys make one message

export class WordAttention {
  /**
   * @param {Element} element
   * @param {{ choose: (place: string) => void }} events `choose` is called with the place at which a person rests
   */
  constructor(element, events) {
    this.events = events;
    this.root = element.appendChild(make("div", "vx wa"));
    this.lifetime = new Lifetime();
    this.echo = new Echo();
    /** @type {WordAttentionData | null} */
    this.data = null;
    /** @type {Layers | null} */
    this.layers = null;
    this.revision = 0;
    /** @type {Place | null} */
    this.place = null;
    /** @type {Pointed | null} what the pointer is at */
    this.pointed = null;
    /** @type {{ layer: number, head: Head } | null} the small map that the pointer is at */
    this.map = null;
    /** @type {Elements | null} */
    this.elements = null;
    this.redraw = this.lifetime.inFrame(() => this.draw());
    this.report = this.lifetime.afterRest(SENT_AFTER, () => {
      if (!this.place) return;
      const text = placeText(this.place);
      this.echo.sent(text);
      this.events.choose(text);
    });
    this.lifetime.resized(this.root, this.redraw);
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {WordAttentionData} data */
  update(data) {
    const before = this.data;
    this.data = data;
    if (before?.attention !== data.attention) {
      this.layers = new Layers(data.attention);
      this.revision += 1;
    }
    const layers = /** @type {Layers} */ (this.layers).layers;
    const news = this.echo.isNews(data.place);
    const another = before && before.attention.names.join() !== data.attention.names.join();
    if (!this.place || (news && data.place !== before?.place)) this.place = readPlace(data.place, layers);
    else this.place = fitted(another ? { ...this.place, pinned: false, other: -1 } : this.place, layers);
    this.pointed = null;
    if (this.elements?.words.keys !== data.words.keys) {
      this.elements?.destroy();
      this.elements = new Elements(this.root, data.words, this.actions());
    }
    this.theme = themeOf(this.root, data.scales);
    this.draw();
  }

  /** @returns {Actions} */
  actions() {
    return {
      choose: (part) => this.choose(part),
      press: (token) => this.press(token),
      pressCell: (row, column) => this.pressCell(row, column),
      hover: (token) => this.hover(token),
      hoverCell: (row, column) => this.hoverCell(row, column),
      hoverMap: (map) => this.hoverMap(map),
      leave: () => this.leave(),
      escape: () => this.escape(),
    };
  }

  /** @param {Partial<Place>} part */
  choose(part) {
    if (!this.place || !this.layers) return;
    this.place = fitted({ ...this.place, ...part }, this.layers.layers);
    this.pointed = null;
    this.redraw();
    this.report();
  }

  /** @param {number} token */
  press(token) {
    if (this.place && this.layers) this.choose(pressed(this.place, token, this.layers.layers));
  }

  /**
   * @param {number} row
   * @param {number} column
   */
  pressCell(row, column) {
    const [token, other] = this.pairAt(row, column);
    this.choose({ token, other, pinned: true });
  }

  /** Back by one step: the opened weight is closed, else the word is let go. */
  escape() {
    if (!this.place) return;
    this.choose(this.place.other >= 0 ? { other: -1 } : { pinned: false });
    if (!this.root.contains(/** @type {Document | ShadowRoot} */ (this.root.getRootNode()).activeElement))
      this.elements?.lines[0].list.focus();
  }

  /**
   * A cell of the map as the first word of its pair and the other one.
   * @param {number} row
   * @param {number} column
   * @returns {[token: number, other: number]}
   */
  pairAt(row, column) {
    const { place, layers } = this;
    if (!place || !layers) return [0, 0];
    const { queries, keys } = layers.layers[place.layer];
    const [i, j] = [queries.first + row, keys.first + column];
    return place.direction === "row" ? [i, j] : [j, i];
  }

  /**
   * The pointer is over a word: its row or column is shown, or with a pinned word the pair.
   * @param {number} token
   */
  hover(token) {
    const { place, layers } = this;
    if (!place || !layers) return;
    const { own, others } = sidesOf(place, layers.layers);
    const first = token === within(token, own) && !place.pinned;
    if (first) this.point({ token, other: -1 });
    else if (token === within(token, others)) this.point({ token: place.token, other: token });
  }

  /**
   * @param {number} row
   * @param {number} column
   */
  hoverCell(row, column) {
    const [token, other] = this.pairAt(row, column);
    this.point({ token: this.place?.pinned ? this.place.token : token, other });
  }

  leave() {
    if (!this.pointed) return;
    this.pointed = null;
    this.redraw();
  }

  /** @param {Pointed} pointed */
  point(pointed) {
    this.pointed = pointed;
    this.redraw();
  }

  /** @param {{ layer: number, head: Head } | null} map */
  hoverMap(map) {
    this.map = map;
    this.redraw();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { place, layers } = this;
    const asked = place && layers && action(event);
    if (!asked) return;
    event.preventDefault();
    event.stopPropagation();
    const [name, ...values] = asked;
    const [down, across] = /** @type {[number, number]} */ (values);
    const step = down || across || 0;
    const sides = sidesOf(place, layers.layers);
    if (name === "move") this.choose({ token: within(place.token + step, sides.own) });
    if (name === "moveOther") {
      const from = place.other < 0 ? this.strongest() : place.other + step;
      this.choose({ other: within(from, sides.others), pinned: true });
    }
    if (name === "layer") this.choose({ layer: Math.max(0, place.layer + down) });
    if (name === "head") this.choose({ head: headAfter(place.head, down, layers.layers[place.layer].heads) });
    if (name === "first") this.choose({ token: sides.own.first });
    if (name === "pin") this.choose({ pinned: !place.pinned, other: -1 });
    if (name === "turn") this.choose({ direction: place.direction === "row" ? "column" : "row" });
    if (name === "escape") this.escape();
    if (name === "open") this.choose({ other: place.other < 0 ? this.strongest() : place.other, pinned: true });
  }

  /** The word of the other side with the largest weight. */
  strongest() {
    const { place, layers } = this;
    if (!place || !layers) return -1;
    const { first, count } = sidesOf(place, layers.layers).others;
    const weights = weightsOf(layers, place, place.token);
    let best = first;
    for (let other = first; other < first + count; other++)
      if (!(weights(best) >= weights(other)) && !Number.isNaN(weights(other))) best = other;
    return best;
  }

  draw() {
    const { data, layers, place, theme, root, elements, map, revision } = this;
    if (!data || !layers || !place || !theme || !elements || !root.clientWidth) return;
    elements.draw({ data, layers, place, pointed: this.pointed ?? place, map, theme, revision });
  }

  /** @returns {SavedFigure[]} */
  figures() {
    const { elements, layers, place } = this;
    return elements && layers && place ? figuresOf(elements, layers, place) : [];
  }

  destroy() {
    this.lifetime.destroy();
    this.elements?.destroy();
    this.root.remove();
  }
}
