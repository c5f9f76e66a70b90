// Two models, one cursor: where the same patch of the picture looks in a ViT and in a Swin.
import { isDark } from "../../../web/shared/colours.js";
import { segments } from "../../../web/shared/controls.js";
import { make } from "../../../web/shared/dom.js";
import { arraysIn } from "../../../web/shared/save_figure.js";
import { middleOf, tokenAt } from "./crop.js";
import { Side } from "./side.js";
import { problemOf } from "./sources.js";
import { Surface } from "./surface.js";

/** @import { Send } from "./surface.js" */
/** @import { Point } from "./crop.js" */
/** @import { BesideData } from "./types.js" */

class BesideVitPart {
  /**
   * @param {HTMLElement} element
   * @param {Send} send
   */
  constructor(element, send) {
    this.surface = new Surface(element, send, () => this.render());
    /** @type {Side[]} */
    this.sides = [];
    /** @type {Point} */
    this.point = [0, 0];
    this.isShared = true; // one colour scale for both
    this.problem = "";
  }

  /** @param {BesideData} data */
  update(data) {
    const isNew = data.revision !== this.data?.revision;
    const isSpoken = data.words.block === this.data?.words.block;
    this.data = data;
    if (isNew || !isSpoken) this.build(data, isNew);
    for (const [i, side] of this.sides.entries()) side.source.url = data.sides[i].url;
    this.fetch();
    this.surface.draw();
  }

  /**
   * @param {BesideData} data
   * @param {boolean} isNew
   */
  build({ words, sides, first, token }, isNew) {
    for (const side of this.sides) side.source.close();
    const { root } = this.surface;
    root.replaceChildren();
    this.scale = segments(root, words.scaleChoice, [words.shared, words.own], (at) => {
      this.isShared = at === 0;
      this.surface.draw();
    });
    const body = root.appendChild(make("div", "wr-two"));
    const listeners = {
      point: (/** @type {Point} */ point) => this.moveTo(point),
      choose: () => this.choose(),
      change: () => {
        this.fetch();
        this.surface.draw();
      },
      missing: () => this.surface.need(),
    };
    this.sides = sides.map((side) => new Side(body, side, words, listeners));
    if (isNew) this.point = middleOf(sides[first], this.sides[first].map, token);
  }

  /** @param {Point} point */
  moveTo(point) {
    this.point = point;
    this.surface.draw();
  }

  /** Send which patch of the first model the cursor is on. */
  choose() {
    const side = this.sides[this.data?.first ?? 0];
    const token = tokenAt(side.data, side.map, this.point);
    if (token >= 0) this.surface.choose({ layer: side.layer, token });
  }

  async fetch() {
    this.problem = "";
    try {
      await Promise.all(this.sides.map((side) => side.source.get(side.path)));
    } catch (error) {
      this.problem = problemOf(error, this.data?.words.gone ?? "");
    }
    this.surface.draw();
  }

  render() {
    const { data, sides } = this;
    if (!data || !this.scale) return;
    this.scale.set(this.isShared ? 0 : 1);
    const dark = isDark(this.surface.root);
    const weights = sides.map((side) => side.weights(this.point));
    const tops = weights.map(largest);
    for (const [i, side] of sides.entries()) {
      const high = this.isShared ? Math.max(...tops) : tops[i];
      side.draw(weights[i], high, data.colours.attention, dark, this.problem);
    }
    this.surface.announcer.announce(
      sides.map((side) => `${side.data.title}: ${side.pane.readout.textContent}`).join(" "),
    );
  }

  /** Each model's picture, with the weights of the cursor's patch. */
  figures() {
    return this.sides.map((side) => {
      const weights = side.weights(this.point);
      return { name: side.data.title, element: side.pane.root, arrays: arraysIn({ weights }) };
    });
  }

  destroy() {
    for (const side of this.sides) side.source.close();
    this.surface.destroy();
  }
}

/**
 * The largest weight, or 1 where there is none; tokens that are not looked at are NaN.
 * @param {Float64Array | null} weights
 */
function largest(weights) {
  const seen = weights?.filter((weight) => !Number.isNaN(weight)) ?? [];
  return Math.max(0, ...seen) || 1;
}

/**
 * @param {HTMLElement} element
 * @param {Send} send
 */
export function mount(element, send) {
  return new BesideVitPart(element, send);
}
