// The similarity of position embeddings: the paper's figure, one tile over the picture, and the numbers behind it.

import { PictureView } from "../../../web/explorer/picture.js";
import { Chosen } from "../../../web/shared/chosen.js";
import { colourBar, colourTable, isDark } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";
import { arraysIn } from "../../../web/shared/save_figure.js";
import { pixels, SignedShades } from "../../../web/shared/shades.js";
import { Cosines, extremes } from "./cosines.js";
import { Figure } from "./figure.js";
import { cosineText, Numbers, nameOf, Pair } from "./numbers.js";

/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const SEND_MS = 200; // held arrow keys run ahead of the host, which gets only the token where they stop

/** @import { Scale } from "../../../web/shared/types.js" */
/**
 * `positions` (N, dim), the prefix tokens' first; `token` is the chosen one, `revision` changes with the positions, and
 * `largest` is the largest |cosine| of two different patches.
 * @typedef {{ image: string, aspect: number, positions: Float32Array, dim: number,
 *   map: import("./tiles.js").TokenMap, token: number, revision: string, largest: number,
 *   scales: Record<string, Scale>, words: Record<string, string> }} Data
 */

export class Similarity {
  /**
   * @param {HTMLElement} root
   * @param {(token: number) => void} onChoose is called with the token that a person chose
   */
  constructor(root, onChoose) {
    this.onChoose = onChoose;
    this.root = root;
    this.root.classList.add("vx", "vp");
    this.tools = root.appendChild(make("div", "vp-tools"));
    this.body = root.appendChild(make("div", "vp-body"));
    const callbacks = {
      hover: (/** @type {number} */ token, /** @type {number | null} */ other = null) => this.hover(token, other),
      leave: () => this.leave(),
      choose: (/** @type {number} */ token) => this.toggleHeld(token),
    };
    this.figure = new Figure(this.body, callbacks);
    this.picture = new PictureView(this.body, callbacks);
    this.readout = make("div", "vv-readout");
    this.readout.setAttribute("role", "status");
    this.picture.root.append(this.readout);
    this.numbers = new Numbers(this.body);
    this.pair = new Pair(root);
    for (const frame of [this.figure.frame, this.picture.frame])
      frame.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.onKey(event));
    this.full = true; // colours span the whole range of a cosine
    this.opacity = 0.8;
    this.held = false; // the chosen token stays while the pointer reads others
    this.current = new Chosen();
    this.query = 0;
    this.other = 0;
    /** @type {number | null} */
    this.otherAtRest = null; // the second token that keys chose, which stays when the pointer leaves
    /** @type {Data | null} */
    this.data = null;
    this.cosines = new Cosines(new Float32Array(0), 1);
    this.values = new Float64Array(0);
    /** @type {Record<string, Uint32Array>} */
    this.colours = {};
    this.shades = new SignedShades(new Uint32Array(256), 1);
    this.bar = make("span");
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.sending = undefined;
  }

  get chosen() {
    return this.current.value;
  }

  /** @param {Data} data */
  update(data) {
    const { map, words } = data;
    if (data.revision !== this.data?.revision) {
      this.cosines = new Cosines(data.positions, data.dim);
      this.values = new Float64Array(this.cosines.count);
      this.held = false;
      this.figure.setMap(map, words);
    }
    this.data = data;
    const dark = isDark(this.root);
    this.colours = Object.fromEntries(
      Object.entries(data.scales).map(([name, scale]) => [name, pixels(colourTable(scale, dark))]),
    );
    this.picture.title.textContent = words.picture;
    const image = { image: data.image, alt: words.alt, aspect: data.aspect, label: words.picture_label };
    this.picture.show(image, map, map.prefix);
    this.current.restart(data.token);
    this.otherAtRest = null;
    this.drawTools(data);
    this.rescale(data);
  }

  /** @param {Data} data */
  drawTools(data) {
    const { words } = data;
    const scale = (/** @type {string} */ text, /** @type {boolean} */ full) => {
      const button = make("button", "vx-tool", text);
      button.type = "button";
      button.setAttribute("aria-pressed", String(this.full === full));
      button.addEventListener("click", () => {
        this.full = full;
        this.drawTools(data);
        this.rescale(data);
      });
      return button;
    };
    const slide = make("label", "vp-slide", words.opacity);
    const range = slide.appendChild(make("input"));
    Object.assign(range, { type: "range", min: 0, max: 1, step: 0.05, value: this.opacity });
    range.addEventListener("input", () => {
      this.opacity = Number(range.value);
      this.draw();
    });
    const others = scale(words.scale_others, false);
    this.tools.replaceChildren(make("span", "", words.scale), scale("\u22121 \u2026 1", true), others, this.bar, slide);
  }

  /**
   * Colours anew: the whole range of a cosine, or as far as any two different patches go; one scale for all tiles.
   * @param {Data} data
   */
  rescale(data) {
    const high = this.full ? 1 : data.largest;
    this.shades = new SignedShades(this.colours.position, high);
    this.bar.replaceChildren(colourBar(data.scales.position, isDark(this.root), -high, high, ""));
    this.figure.paint(this.cosines, this.shades);
    this.read(this.chosen, null);
  }

  /**
   * @param {number} token
   * @param {number | null} other
   */
  hover(token, other) {
    if (other !== null) this.read(token, other);
    else if (this.held) this.read(this.chosen, token);
    else this.read(token, null);
  }

  leave() {
    this.read(this.chosen, this.held ? this.otherAtRest : null);
  }

  /**
   * Hold a token, or let go of the one that is held.
   * @param {number} token
   */
  toggleHeld(token) {
    this.held = !(this.held && token === this.chosen);
    this.otherAtRest = null;
    this.choose(token);
  }

  /** @param {number} token */
  choose(token) {
    this.current.choose(token);
    this.read(token, null);
    clearTimeout(this.sending);
    this.sending = setTimeout(() => this.onChoose(token), SEND_MS);
  }

  /**
   * Show the tile of a token and its cosine with another. Without a second one the most alike patch stands for it, so
   * that there is always a cosine to open.
   * @param {number} query
   * @param {number | null} other
   */
  read(query, other) {
    if (!this.data) return;
    this.query = query;
    this.cosines.row(query, this.values);
    this.other = other ?? extremes(this.values, query, this.data.map.prefix.length, 1, true)[0] ?? query;
    this.draw();
  }

  draw() {
    const { data, query, other, held } = this;
    if (!data) return;
    const { map, words } = data;
    this.picture.paint(this.values, this.shades, { opacity: this.opacity, smooth: false });
    this.picture.point(query, other, held);
    this.figure.point(query, other);
    this.numbers.update(query, this.values, map, words);
    const names = [nameOf(query, map, words), nameOf(other, map, words)];
    const cosine = cosineText(this.values[other]).trim();
    this.readout.textContent = `${names.join(` ${words.and} `)}:  ${cosine}${held ? `   ${words.held}` : ""}`;
    const short = names.map((name) => name.replace(`${words.patch} `, ""));
    this.pair.update(this.cosines.pair(query, other), short, words, this.colours);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (!this.data) return;
    const { rows, columns, prefix } = this.data.map;
    if (event.key === "Enter" || event.key === " ") this.toggleHeld(this.chosen);
    else if (event.key === "Escape" && this.held) this.toggleHeld(this.chosen);
    else if (event.key in STEPS) {
      const from = Math.max(0, (this.held ? this.other : this.chosen) - prefix.length);
      const [down, right] = STEPS[event.key];
      const row = Math.min(rows - 1, Math.max(0, Math.floor(from / columns) + down));
      const column = Math.min(columns - 1, Math.max(0, (from % columns) + right));
      const token = prefix.length + row * columns + column;
      if (this.held) {
        this.otherAtRest = token;
        this.read(this.chosen, token);
      } else this.choose(token);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** All tiles with every cosine, one tile over the picture, and one cosine opened. */
  figures() {
    const { data, cosines } = this;
    if (!data) return [];
    const { count } = cosines;
    const all = new Float64Array(count * count);
    for (let i = 0; i < count; i++) cosines.row(i, all.subarray(i * count, (i + 1) * count));
    const { first, second, shares } = cosines.pair(this.query, this.other);
    const table = { channel: Array.from(first, (_, c) => c), e_i: first, e_j: second, share: shares };
    const figure = { cosines: { values: all, shape: [count, count] }, ...arraysIn({ positions: data.positions }) };
    return [
      { name: this.figure.title.textContent ?? "", element: this.figure.root, arrays: figure },
      { name: data.words.picture, element: this.picture.root, arrays: arraysIn({ cosines: this.values.slice() }) },
      { name: this.pair.formula.textContent ?? "", element: this.pair.root, table },
    ];
  }

  destroy() {
    clearTimeout(this.sending);
    this.figure.destroy();
    this.pair.destroy();
    this.root.replaceChildren();
    this.root.classList.remove("vx", "vp");
  }
}
