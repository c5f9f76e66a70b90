// How alike tokens are: the cosine of the token under the pointer with all tokens, in every block, of one picture or two;
// and the main directions of a block as colours. Knows no host.
import { action } from "../../../web/explorer/keys.js";
import { themeOf } from "../../../web/explorer/theme.js";
import { make } from "../../../web/shared/dom.js";
import { Lifetime } from "../../../web/shared/lifetime.js";
import { Cursor } from "./cursor.js";
import { Drawing } from "./drawing.js";
import { figuresOf } from "./figures.js";
import { Side } from "./side.js";
import { Tools } from "./tools.js";

/** @import { Token } from "./cursor.js" */
/** @import { Span } from "./tools.js" */
/** @import { LikenessData, Place } from "./types.d.ts" */

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
    this.served = 0;
    root.classList.add("vx", "lk");
    this.head = root.appendChild(make("div"));
    this.readout = make("div", "vv-readout lk-read");
    this.readout.setAttribute("role", "status");
    this.panes = root.appendChild(make("div", "lk-sides"));
    this.rows = root.appendChild(make("div", "lk-rows"));
    this.drawing = new Drawing(this.lifetime, this.cursor, this);
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
    this.cursor.restart(data);
    for (const [i, side] of this.sides.entries()) side.show(data.sides[i], data.limit, this.titleOf(i));
    if (this.tools) this.drawing.show(data, themeOf(this.root, data.scales), this.tools, this.sides);
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
        this.drawing.spread(span);
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

  arrived() {
    this.drawing.problem = "";
    if (this.data) this.served = this.data.asked;
    this.drawing.draw();
  }

  /** Ask the host for numbers that are gone, a few times: where nobody serves them, asking on would never end. */
  missed() {
    if (this.data && this.data.asked - this.served < TRIES) this.events.need();
  }

  failed() {
    this.drawing.problem = this.data?.words.gone ?? "";
    this.drawing.draw();
  }

  layout() {
    for (const side of this.sides) side.layout(this.rows.clientWidth);
    if (this.rows.clientWidth > 0) this.drawing.draw();
  }

  /**
   * The pointer is over a token, or over none: nothing is sent.
   * @param {Token | null} token
   */
  point(token) {
    if (this.cursor.point(token)) this.drawing.draw();
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
    tools.show(cursor.place, data.sides[0].layers, this.drawing.span);
    for (const [i, side] of this.sides.entries()) side.fetch(cursor.place.kind, cursor.blockOf(i));
    this.drawing.draw();
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

  figures() {
    return this.data ? figuresOf(this.data, this.cursor, this.sides, this.rows) : [];
  }

  destroy() {
    this.lifetime.destroy();
    for (const side of this.sides) side.destroy();
    this.root.replaceChildren();
    this.root.classList.remove("vx", "lk");
  }
}
