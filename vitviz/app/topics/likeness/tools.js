// What is compared, in which block, and what the colours span.
import { choice, labelled, segments, setOptions, slider } from "../../../web/shared/controls.js";
import { make } from "../../../web/shared/dom.js";

/** @import { LayerInfo } from "../../../web/explorer/types.d.ts" */
/** @import { Words } from "../../../web/shared/types.d.ts" */
/** @import { Kind, Place } from "./types.d.ts" */
/** @typedef {"whole" | "patch"} Span colours from -1 to 1, or from the lowest cosine of the patch's maps up to 1 */

/** @type {Kind[]} */
export const KINDS = ["stream", "keys", "queries", "values"];
/** @type {Span[]} */
const SPANS = ["whole", "patch"];

export class Tools {
  /**
   * @param {Element} parent
   * @param {{ change: (part: Partial<Place>) => void, span: (span: Span) => void }} events
   * @param {Words} words
   */
  constructor(parent, { change, span }, words) {
    this.words = words;
    this.root = parent.appendChild(make("div", "lk-tools"));
    const names = KINDS.map((kind) => words[kind]);
    this.kinds = segments(this.root, words.compared, names, (at) => change({ kind: KINDS[at] }));
    this.heads = labelled(
      this.root,
      words.heads,
      choice(this.root, [], (value) => change({ head: Number(value) })),
      "vx-field",
    );
    this.block = slider(this.root, words.block, (block) => change({ block }));
    const scale = this.root.appendChild(make("div", "lk-scale"));
    scale.append(make("span", "", words.scale));
    this.spans = segments(scale, words.scale, [words.whole, words.patchSpan], (at) => span(SPANS[at]));
    this.bar = scale.appendChild(make("span"));
    this.listed = -1;
  }

  /**
   * @param {Place} place
   * @param {LayerInfo[]} layers
   * @param {Span} span
   */
  show({ kind, head, block }, layers, span) {
    const { words } = this;
    this.kinds.set(KINDS.indexOf(kind));
    const count = Math.max(...layers.map(({ heads }) => heads));
    if (count !== this.listed) {
      const all = Array.from({ length: count }, (_, i) => /** @type {[string, string]} */ ([String(i), String(i)]));
      setOptions(this.heads, [["-1", words.allHeads], ...all]);
      this.listed = count;
    }
    this.heads.value = String(kind === "stream" ? -1 : head);
    this.heads.disabled = kind === "stream";
    this.block.set(block, layers.length - 1, layers[block].name);
    this.spans.set(SPANS.indexOf(span));
  }
}
