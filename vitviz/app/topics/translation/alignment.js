// Both languages as two lines of words, and ribbons between them as wide as the weights of cross-attention.
import { svg, write } from "../../../web/shared/dom.js";
import { fixed } from "../../../web/shared/format.js";
import { Lifetime } from "../../../web/shared/lifetime.js";
import { layout, ribbon, ribbonWidth } from "./layout.js";

/** @import { Shown } from "./types.d.ts" */
/** @import { Box } from "./layout.js" */

const LEAST = 0.02; // a smaller weight is no ribbon that anybody sees
const NAMED = 0.05; // from here on a weight is written above its word

/**
 * What a weight of a piece on a word is: of the word that it translates, of the ends, or of another one.
 * @param {Shown} shown
 * @param {number} piece
 * @param {number} word
 */
export function kindOf({ answer, sizes }, piece, word) {
  const counterpart = answer.counterparts[piece];
  if (counterpart?.begins && counterpart.words.includes(word)) return "own";
  return word >= sizes.read - 2 ? "end" : "other";
}

export class Alignment {
  /**
   * @param {HTMLElement} root
   * @param {object} callbacks
   * @param {(piece: number) => void} callbacks.choosePiece
   * @param {(word: number) => void} callbacks.chooseWord
   * @param {(piece: number | null, word: number | null) => void} callbacks.point what is under the pointer
   */
  constructor(root, { choosePiece, chooseWord, point }) {
    this.root = root;
    this.lifetime = new Lifetime();
    this.svg = root.appendChild(svg("svg", { class: "vt-alignment" }));
    this.key = "";
    /** @type {SVGPathElement[][]} by piece, then word */
    this.ribbons = [];
    /** @type {SVGGElement[]} */
    this.words = [];
    /** @type {SVGGElement[]} */
    this.pieces = [];
    /** @type {SVGTextElement[]} */
    this.weights = [];
    /** @type {SVGGElement[]} */
    this.groups = [];
    /** @type {Float32Array | null} the weights that the ribbons have */
    this.map = null;
    /** @type {number | null} the word whose ribbons are marked */
    this.marked = null;
    const at = (/** @type {Event} */ event) => {
      const group = /** @type {Element} */ (event.target).closest("[data-word], [data-piece]");
      const { word, piece } = group instanceof SVGElement ? group.dataset : {};
      return { word: word === undefined ? null : Number(word), piece: piece === undefined ? null : Number(piece) };
    };
    this.lifetime.listen(this.svg, "click", (event) => {
      const { word, piece } = at(event);
      if (piece !== null) choosePiece(piece);
      else if (word !== null) chooseWord(word);
    });
    this.lifetime.listen(this.svg, "pointerover", (/** @type {PointerEvent} */ event) => {
      const { word, piece } = at(event);
      if (event.pointerType === "mouse") point(piece, word);
    });
    this.lifetime.listen(this.svg, "pointerleave", () => point(null, null));
  }

  /** @param {Shown} shown */
  build({ answer, sizes }) {
    const width = Math.max(240, this.root.clientWidth);
    const key = JSON.stringify([answer.text, answer.pieces, width]);
    if (key === this.key) return;
    this.key = key;
    this.map = null;
    this.marked = null;
    const place = layout(answer.words, answer.pieces, width);
    for (const [name, value] of Object.entries({
      viewBox: `0 0 ${width} ${place.height}`,
      width,
      height: place.height,
    }))
      this.svg.setAttribute(name, String(value));
    this.ribbons = answer.pieces.map((_, piece) =>
      answer.words.map((_, word) => svg("path", { d: ribbon(place, word, piece), "data-piece": piece })),
    );
    const lines = this.ribbons.map((paths, piece) => {
      const group = svg("g", { class: "vt-ribbons", "data-piece": piece });
      group.append(...paths);
      return group;
    });
    this.groups = lines;
    this.words = answer.words.map((word, i) => boxed(place.words[i], word, { "data-word": i }));
    this.pieces = answer.pieces.map((piece, i) => boxed(place.pieces[i], piece, { "data-piece": i }));
    this.weights = place.words.map(({ x, y, width: wide }) =>
      place.upright
        ? svg("text", { x: x - 4, y: y + 4, class: "vt-weight", "text-anchor": "end" })
        : svg("text", { x: x + wide / 2, y: y - 17, class: "vt-weight", "text-anchor": "middle" }),
    );
    this.svg.replaceChildren(...lines, ...this.words, ...this.pieces, ...this.weights);
    this.svg.dataset.sizes = `${sizes.read} ${sizes.written}`;
  }

  /**
   * @param {Shown} shown
   * @param {number | null} word the word under the pointer
   * @param {Set<number>} changed
   */
  draw(shown, word, changed) {
    this.build(shown);
    const { answer, sizes, step, piece, map, choice } = shown;
    if (this.map !== map) {
      this.map = map;
      for (const [t, paths] of this.ribbons.entries())
        for (const [s, path] of paths.entries()) {
          const weight = map[t * sizes.read + s];
          write(path, null, {
            class: `vt-${kindOf(shown, t, s)}`,
            "stroke-width": weight < LEAST ? 0 : ribbonWidth(weight),
          });
        }
    }
    for (const [t, group] of this.groups.entries()) {
      const on = word === null && (t === piece || piece < 0);
      write(group, null, { class: `vt-ribbons${on ? " vt-on" : ""}${t > step ? " vt-later" : ""}` });
    }
    if (word !== this.marked) {
      for (const paths of this.ribbons) {
        if (this.marked !== null) paths[this.marked].classList.remove("vt-marked");
        if (word !== null) paths[word]?.classList.add("vt-marked");
      }
      this.marked = word;
    }
    for (const [t, group] of this.pieces.entries()) {
      const ways = [
        t > step && "vt-later",
        t === step && "vt-chosen",
        t === piece && "vt-on",
        changed.has(t) && "vt-changed",
      ];
      write(group, null, { class: ["vt-box", ...ways.filter(Boolean)].join(" ") });
      const share = word === null ? 0 : map[t * sizes.read + word];
      write(group.children[0], null, { "fill-opacity": share < LEAST || t > step ? 0 : fixed(0.45 * share, 2) });
    }
    const key = choice.attention === "cross" ? choice.key : -1;
    for (const [s, group] of this.words.entries()) {
      const share = word === null && piece >= 0 ? map[piece * sizes.read + s] : 0;
      write(group, null, { class: `vt-box${s === key ? " vt-chosen" : ""}${s === word ? " vt-on" : ""}` });
      write(group.children[0], null, { "fill-opacity": fixed(0.45 * share, 2) });
      write(this.weights[s], share >= NAMED ? fixed(share, 2) : "");
    }
    const label = answer.pieces.slice(0, step + 1).join("");
    write(this.svg, null, {
      class: `vt-alignment${piece < 0 && word === null ? " vt-whole" : ""}`,
      role: "img",
      "aria-label": `${answer.words.join(" ")} \u2192 ${label}`,
    });
  }

  destroy() {
    this.lifetime.destroy();
  }
}

/**
 * A word in a box.
 * @param {Box} box
 * @param {string} text
 * @param {Record<string, number>} data
 */
function boxed({ x, y, width }, text, data) {
  const group = svg("g", { class: "vt-box", ...data });
  group.append(
    svg("rect", { x, y: y - 12, width, height: 24, rx: 4, "fill-opacity": 0 }),
    svg("text", { x: x + width / 2, y: y + 5, "text-anchor": "middle" }, text),
  );
  return group;
}
