// The windows of one block on the picture and after the roll, what a token gives to its window in every head, and the
// window's whole pattern.
import { colourBar, colourTable } from "../../../web/shared/colours.js";
import { choice, labelled, segments } from "../../../web/shared/controls.js";
import { make } from "../../../web/shared/dom.js";
import { number as written } from "../../../web/shared/format.js";
import { filled } from "../../../web/shared/words.js";
import { Board } from "./board.js";
import { ofPicture, ofValues } from "./pixels.js";
import { cellOf, middleOf } from "./place.js";
import { SegmentationView } from "./segmentation_view.js";
import { WindowHeads } from "./window_heads.js";
import { borders, placesOfTokens, rolled, weightsOf } from "./window_places.js";

/** @import { Pixels } from "./pixels.js" */
/** @import { Place } from "./place.js" */
/** @import { PageData, Send } from "./segmentation_view.js" */
/**
 * `tokens` and `regions` are (W, M*M), `pattern` (W, H, M*M, M*M) with M the `window`.
 * @typedef {PageData & { blocks: { name: string, shift: number, side: number }[], block: number, heads: number,
 *   rows: number, columns: number, window: number, shift: number, tokens: Int32Array, regions: Int32Array,
 *   pattern: Float32Array }} WindowsData
 */

const SIDE = 96;
const CUT = [214, 39, 40];
const ACCENT = "var(--st-primary-color)";

/** @extends {SegmentationView<WindowsData>} */
export class WindowsView extends SegmentationView {
  /**
   * @param {HTMLElement} root
   * @param {Send} send
   */
  constructor(root, send) {
    super(root, send);
    this.tools = root.appendChild(make("div", "sg-tools"));
    const halves = root.appendChild(make("div", "sg-maps"));
    this.map = new Board(halves, "", this.listeners);
    const placed = (/** @type {(place: Place) => void} */ then) => (/** @type {Place | null} */ place) => {
      const there = place && this.unrolled(place);
      if (there) then(there);
    };
    this.rolled = new Board(halves, "", {
      hover: (place) => (place ? placed((there) => this.hover(there))(place) : this.hover(null)),
      choose: placed((there) => this.choose(there)),
    });
    const below = root.appendChild(make("div", "sg-maps"));
    this.every = new WindowHeads(below.appendChild(make("div")), (head) => this.chooseHead(head));
    const right = below.appendChild(make("div"));
    this.matrix = new Board(right, "");
    this.bar = right.appendChild(make("div"));
    this.readout = halves.appendChild(this.makeReadout());
    this.built = "";
    this.barOf = "";
    /** @type {{ pattern: Float32Array, first: number, dark: boolean } | null} which pattern the matrix has */
    this.square = null;
    this.head = 0;
    this.bright = ofPicture(new Uint8Array());
    this.faded = this.bright;
    this.places = placesOfTokens([], 1, 0);
    this.after = rolled([], [], 1, 1);
  }

  /** @param {WindowsData} data */
  update(data) {
    if (!this.data) this.fixed = { y: 0.9, x: 0.5 }; // where a shifted block's mask cuts
    super.update(data);
  }

  get grid() {
    return [this.data?.rows ?? 1, this.data?.columns ?? 1];
  }

  /** @param {number} head */
  chooseHead(head) {
    this.head = head;
    this.send({ head: String(head) });
    if (!this.data) return;
    this.heads?.set(head);
    this.point(this.data);
  }

  /** @param {WindowsData} data */
  build({ words, blocks, heads }) {
    const names = JSON.stringify([words, blocks.length, heads]);
    if (this.built === names) return;
    this.built = names;
    this.tools.replaceChildren();
    /** @type {[string, string][]} */
    const options = blocks.map(({ name, shift, side }, number) => [
      String(number),
      `${name} \u00b7 ${side}\u00d7${side} \u00b7 ${shift ? filled(words.shifted, { shift }) : words.regular}`,
    ]);
    const place = make("span");
    this.blocks = choice(place, options, (block) => this.send({ block, head: "0" }));
    this.blocks.setAttribute("aria-label", words.block);
    labelled(this.tools, words.block, place, "sg-labelled");
    const numbers = Array.from({ length: heads }, (_, head) => String(head));
    this.tools.append(make("span", "", words.head));
    this.heads = segments(this.tools, words.head, numbers, (head) => this.chooseHead(head));
  }

  /** @param {WindowsData} data */
  draw(data) {
    this.build(data);
    if (this.blocks) this.blocks.value = String(data.block);
    this.head = Number(data.choice.head) % data.heads;
    this.heads?.set(this.head);
    const { words, rows, columns, window, shift, tokens, blocks, block } = data;
    this.bright = ofPicture(data.picture);
    this.faded = ofPicture(data.picture, () => false);
    this.places = placesOfTokens(tokens, window * window, rows * columns);
    const count = tokens.length / (window * window);
    this.after = rolled(tokens, data.regions, window, Math.ceil(columns / window));
    this.rolled.lines(this.after.lines, this.after.rows, this.after.columns);
    this.rolled.name(words.rolled, filled(shift ? words.rolledBy : words.rolledNot, { shift }));
    this.map.lines(borders(this.places, data.regions, window * window, rows, columns), rows, columns);
    this.map.name(
      filled(words.map, { name: blocks[block].name, rows, columns }),
      filled(shift ? words.cutShifted : words.cut, { count, window, shift }),
    );
  }

  /** @param {WindowsData} data */
  point(data) {
    const { words, rows, columns, window, heads, pattern, scales, names, truth } = data;
    const { head } = this;
    const [row, column] = this.cell(rows, columns);
    const token = row * columns + column;
    const weights = weightsOf(data, this.places, token, head);
    const high = weights.reduce((top, each) => Math.max(top, each?.weight ?? 0), 0);
    const table = colourTable(scales.attention, this.dark);
    const over = this.over(data, weights, high, table);
    this.map.draw(over, SIDE, SIDE);
    this.map.frame([{ row, column, colour: ACCENT }], rows, columns);
    this.drawRolled(data, over, token);
    const places = window * window;
    const own = this.places.windows[token];
    const first = (own * heads + head) * places * places;
    const square = pattern.subarray(first, first + places * places);
    if (this.square?.pattern !== pattern || this.square.first !== first || this.square.dark !== this.dark) {
      this.square = { pattern, first, dark: this.dark };
      this.matrix.draw(ofValues(square, table, false), places, places);
    }
    this.matrix.name(
      filled(words.pattern, { window: own, head, places }),
      filled(words.rowOf, { place: this.places.inside[token] }),
    );
    const at = this.places.inside[token];
    this.matrix.frame([{ row: at, column: 0, wide: places, colour: ACCENT }], places, places);
    const texts = { title: filled(words.everyHead, { name: data.blocks[data.block].name }), head: words.head };
    this.every.draw(data, { own, place: at }, head, table, texts);
    if (this.barOf !== `${high} ${this.dark}`) {
      this.barOf = `${high} ${this.dark}`;
      this.bar.replaceChildren(colourBar(scales.attention, this.dark, 0, high, words.weight));
    }
    const seen = weights.filter((each) => each && !each.cut).length;
    const cut = weights.filter((each) => each?.cut).length;
    const best = weights.reduce(
      (top, each, other) => ((each?.weight ?? -1) > (weights[top]?.weight ?? -1) ? other : top),
      token,
    );
    const y = Math.floor(((row + 0.5) * SIDE) / rows);
    const x = Math.floor(((column + 0.5) * SIDE) / columns);
    this.readout.textContent = filled(words.token, {
      row,
      column,
      name: names[truth[y * SIDE + x]],
      window: own,
      seen,
      cut,
      weight: written(high),
      toRow: Math.floor(best / columns),
      toColumn: best % columns,
    });
  }

  /**
   * The place of the picture that a place of the rolled map is; null for padding.
   * @param {Place} place
   * @returns {Place | null}
   */
  unrolled(place) {
    const [row, column] = cellOf(place, this.after.rows, this.after.columns);
    const token = this.after.tokens[row * this.after.columns + column];
    const [rows, columns] = this.grid;
    return token < 0 ? null : middleOf(Math.floor(token / columns), token % columns, rows, columns);
  }

  /**
   * The same picture cut into the block's windows, as they lie after the roll.
   * @param {WindowsData} data
   * @param {Pixels} over
   * @param {number} token
   */
  drawRolled({ rows, columns }, over, token) {
    const { tokens, rows: down, columns: across } = this.after;
    const [tall, wide] = [SIDE / rows, SIDE / columns];
    const drawn = new Uint8ClampedArray(4 * down * tall * across * wide);
    for (const [at, each] of tokens.entries()) {
      if (each < 0) continue;
      const [top, left] = [Math.floor(each / columns) * tall, (each % columns) * wide];
      const [toTop, toLeft] = [Math.floor(at / across) * tall, (at % across) * wide];
      for (let y = 0; y < tall; y++) {
        const from = 4 * ((top + y) * SIDE + left);
        drawn.set(over.subarray(from, from + 4 * wide), 4 * ((toTop + y) * across * wide + toLeft));
      }
    }
    this.rolled.draw(drawn, down * tall, across * wide);
    const at = tokens.indexOf(token);
    this.rolled.frame([{ row: Math.floor(at / across), column: at % across, colour: ACCENT }], down, across);
  }

  /**
   * The picture with the window's weights over it.
   * @param {WindowsData} data
   * @param {({ weight: number, cut: boolean } | null)[]} weights
   * @param {number} high
   * @param {Uint8Array} table
   */
  over({ rows, columns }, weights, high, table) {
    const drawn = this.faded.slice();
    const [tall, wide] = [SIDE / rows, SIDE / columns];
    for (const [token, each] of weights.entries()) {
      if (!each) continue;
      const top = Math.floor(token / columns) * tall;
      const left = (token % columns) * wide;
      const level = 3 * Math.round((255 * each.weight) / (high || 1));
      for (let y = top; y < top + tall; y++) {
        for (let x = left; x < left + wide; x++) {
          const at = 4 * (y * SIDE + x);
          const striped = each.cut && (x + y) % 4 === 0;
          for (let c = 0; c < 3; c++) {
            const own = this.bright[at + c];
            drawn[at + c] = striped ? CUT[c] : each.cut ? own : 0.25 * own + 0.75 * table[level + c];
          }
        }
      }
    }
    return drawn;
  }
}
