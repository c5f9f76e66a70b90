// The U of the network with the map of this run at every node, one of them large.
import { colourTable } from "../../../web/shared/colours.js";
import { segments, slider } from "../../../web/shared/controls.js";
import { make } from "../../../web/shared/dom.js";
import { number as written } from "../../../web/shared/format.js";
import { filled } from "../../../web/shared/words.js";
import { Board } from "./board.js";
import { largest, ofComponents, ofMask, ofPicture, ofValues } from "./pixels.js";
import { middleOf } from "./place.js";
import { SegmentationView } from "./segmentation_view.js";
import { VectorStrip } from "./strip.js";
import { gridPlace, kindWord, nodeAfterKey, skipArrows } from "./u_layout.js";

/** @import { PageData, Send } from "./segmentation_view.js" */
/** @import { Place } from "./place.js" */
/** @import { UNode } from "./u_layout.js" */
/**
 * `features` are those of the chosen node (rows, columns, channels).
 * @typedef {PageData & { nodes: UNode[], node: number, views: string[], view: number, channel: number,
 *   features: Float32Array }} UData
 */

const SIDE = 96;
const ACCENT = "var(--st-primary-color)";

/** @extends {SegmentationView<UData>} */
export class UView extends SegmentationView {
  /**
   * @param {HTMLElement} root
   * @param {Send} send
   */
  constructor(root, send) {
    super(root, send);
    const halves = root.appendChild(make("div", "sg-halves sg-uneven"));
    this.grid_ = halves.appendChild(make("div", "sg-u"));
    const large = halves.appendChild(make("div", "sg-large"));
    this.tools = large.appendChild(make("div", "sg-tools"));
    this.large = new Board(large, "", this.listeners);
    this.strip = new VectorStrip(large, {
      hover: (index) => this.pointChannel(index),
      choose: (channel) => this.change({ view: 2, channel }),
    });
    this.readout = large.appendChild(this.makeReadout());
    /** @type {Board[]} */
    this.boards = [];
    this.built = "";
    /** @type {number | null} */
    this.channel = null;
    this.high = 1;
    this.lifetime.resized(large, () => this.data && this.point(this.data));
  }

  get grid() {
    const node = this.data?.nodes[this.data.node];
    return node ? [node.rows, node.columns] : [1, 1];
  }

  /**
   * Change what is shown; the server is asked for the numbers of it.
   * @param {{ node?: number, view?: number, channel?: number }} choice
   */
  change(choice) {
    this.send(Object.fromEntries(Object.entries(choice).map(([name, value]) => [name, String(value)])));
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const node = this.data && nodeAfterKey(event.key, this.data.node, this.data.nodes.length);
    if (typeof node !== "number" || event.ctrlKey || event.metaKey || event.altKey) {
      super.onKey(event);
      return;
    }
    this.change({ node });
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {UData} data */
  build(data) {
    const { nodes, words } = data;
    const names = JSON.stringify([words, nodes.map(({ name }) => name)]);
    if (this.built === names) return;
    this.built = names;
    const choices = data.views.map((view) => words[view]);
    this.tools.replaceChildren();
    this.views = segments(this.tools, words.view, choices, (view) => this.change({ view }));
    this.channels = slider(this.tools, words.channel, (channel) => this.change({ view: 2, channel }));
    this.grid_.replaceChildren();
    this.boards = nodes.map((node, number) => {
      const listeners = {
        hover: this.listeners.hover,
        choose: (/** @type {Place} */ place) => {
          this.fixed = place;
          this.change({ node: number });
        },
      };
      const board = new Board(this.grid_, "", listeners, "sg-node");
      this.put(board.root, gridPlace(node));
      board.name(words[kindWord(node)]);
      return board;
    });
    this.picture = new Board(this.grid_, words.picture, this.listeners, "sg-node");
    this.put(this.picture.root, { row: 1, column: 1 });
    this.answer = new Board(this.grid_, words.answer, this.listeners, "sg-node");
    this.put(this.answer.root, { row: 1, column: 6 });
    for (const { row, column, from, to, skip, size } of skipArrows(nodes)) {
      const carried = this.grid_.appendChild(make("div", "sg-carried"));
      carried.append(make("span", "", skip), make("span", "", size));
      this.put(carried, { row, column });
      this.put(this.grid_.appendChild(make("div", "sg-arrow")), { row, column: `${from} / ${to + 1}` });
    }
  }

  /**
   * @param {HTMLElement} element
   * @param {{ row: number, column: number | string }} place
   */
  put(element, { row, column }) {
    Object.assign(element.style, { gridRow: String(row), gridColumn: String(column) });
  }

  /** @param {UData} data */
  draw(data) {
    this.build(data);
    const { nodes, node, words } = data;
    this.channel = null;
    this.high = largest(data.features);
    this.views?.set(data.view);
    this.channels?.set(data.channel, nodes[node].channels - 1, String(data.channel));
    for (const [number, board] of this.boards.entries()) {
      const { rows, columns } = nodes[number];
      board.draw(this.pixels(data, nodes[number]), rows, columns);
      board.root.classList.toggle("sg-current", number === node);
    }
    this.picture?.draw(ofPicture(data.picture), SIDE, SIDE);
    this.answer?.draw(ofMask(data.answer), SIDE, SIDE);
    const { name, rows, columns, channels, shares } = nodes[node];
    const share = shares ? filled(words.shares, { share: shares.reduce((sum, each) => sum + each, 0) }) : "";
    this.large.name(
      `${name} (1, ${name === "logits" ? [channels, rows, columns].join(", ") : [rows, columns, channels].join(", ")})`,
      share || words[`${data.views[data.view]}Means`],
    );
    this.large.draw(this.pixels(data, nodes[node]), rows, columns);
  }

  /**
   * @param {UData} data
   * @param {UNode} node
   */
  pixels({ views, view, scales }, { map }) {
    if (views[view] === "components") return ofComponents(map);
    const signed = views[view] === "channel";
    return ofValues(map, colourTable(signed ? scales.activation : scales.attention, this.dark), signed);
  }

  /** @param {number | null} channel */
  pointChannel(channel) {
    this.channel = channel;
    if (this.data) this.point(this.data);
  }

  /** @param {UData} data */
  point(data) {
    const { nodes, node, features, words } = data;
    for (const [number, board] of this.boards.entries()) this.mark(board, nodes[number].rows);
    if (this.picture) this.mark(this.picture, nodes[node].rows);
    if (this.answer) this.mark(this.answer, nodes[node].rows);
    const { rows, columns, channels } = nodes[node];
    this.mark(this.large, rows);
    const [row, column] = this.cell(rows, columns);
    const first = (row * columns + column) * channels;
    const token = features.subarray(first, first + channels);
    const channel = this.channel ?? data.channel;
    const [low, high] = this.dark ? ["#7fb2e5", "#f0a070"] : ["#2b6ca3", "#c2570c"];
    const label = filled(words.vector, { row, column, channels });
    this.strip.draw(token, this.high, channel, (i) => (token[i] < 0 ? low : high), label);
    let squares = 0;
    for (const value of token) squares += value * value;
    this.readout.textContent = filled(words.token, {
      row,
      column,
      length: written(Math.sqrt(squares)),
      channel,
      value: written(token[channel]),
    });
  }

  /**
   * Frame the token of a map of `rows` that the place is in.
   * @param {Board} board
   * @param {number} rows
   */
  mark(board, rows) {
    const [row, column] = this.cell(rows);
    board.frame([{ row, column, colour: ACCENT }], rows, rows);
  }

  /** @param {UData} data */
  update(data) {
    if (!this.data) this.fixed = middleOf(1, 1, 3, 3);
    super.update(data);
  }
}
