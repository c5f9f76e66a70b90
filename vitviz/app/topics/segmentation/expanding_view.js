// One patch expanding: a token's product, and where each part of it goes.
import { colourTable } from "../../../web/shared/colours.js";
import { button, segments, slider } from "../../../web/shared/controls.js";
import { make } from "../../../web/shared/dom.js";
import { number as written } from "../../../web/shared/format.js";
import { filled } from "../../../web/shared/words.js";
import { Board } from "./board.js";
import { between, landingAt, partColour, placesOf } from "./motion.js";
import { largest, ofComponents, ofValues } from "./pixels.js";
import { middleOf } from "./place.js";
import { SegmentationView } from "./segmentation_view.js";

/** @import { PageData, Send } from "./segmentation_view.js" */
/** @import { Place } from "./place.js" */
/** @import { Box } from "./motion.js" */
/**
 * `product` (rows, columns, factor^2 C) becomes `spread` (factor rows, factor columns, C); `channels` are those before.
 * @typedef {PageData & { steps: { name: string, factor: number }[], step: number, rows: number, columns: number,
 *   channels: number, factor: number, components: Float32Array, product: Float32Array, spread: Float32Array,
 *   gap: number }} ExpandingData
 */

const FRAMES = 40; // steps of the slider
const DURATION = 1200; // milliseconds of the whole way

/** @extends {SegmentationView<ExpandingData>} */
export class ExpandingView extends SegmentationView {
  /**
   * @param {HTMLElement} root
   * @param {Send} send
   */
  constructor(root, send) {
    super(root, send);
    this.tools = root.appendChild(make("div", "sg-tools"));
    this.way = root.appendChild(make("div", "sg-way"));
    this.source = new Board(this.way, "", {
      hover: (place) => this.hover(place && this.onToken(place)),
      choose: (place) => this.choose(this.onToken(place)),
    });
    this.product = new Board(this.way, "", {
      hover: (place) => this.pointPart(place),
      choose: (place) => this.pointPart(place, true),
    });
    this.target = new Board(this.way, "", this.listeners);
    this.tiles = this.way.appendChild(make("div", "sg-tiles"));
    this.readout = root.appendChild(this.makeReadout());
    this.share = FRAMES; // of the way that the tiles have gone
    this.channel = 0;
    this.high = 1;
    this.built = "";
    this.begun = 0;
    this.next = this.lifetime.inFrame(() => this.play());
    this.lifetime.resized(this.way, () => this.data && this.move(this.data));
  }

  get grid() {
    const { rows = 1, columns = 1, factor = 1 } = this.data ?? {};
    return [rows * factor, columns * factor];
  }

  /** How many channels the finer map has. @param {ExpandingData} data */
  channels({ product, rows, columns, factor }) {
    return product.length / (rows * columns * factor * factor);
  }

  /**
   * The first part of the token below a place.
   * @param {Place} place
   */
  onToken(place) {
    const { rows = 1, columns = 1, factor = 1 } = this.data ?? {};
    const [row, column] = [Math.floor(place.y * rows * 0.999999), Math.floor(place.x * columns * 0.999999)];
    return middleOf(row * factor, column * factor, rows * factor, columns * factor);
  }

  /**
   * A number of the product is pointed at: the place where it lands.
   * @param {Place | null} place
   * @param {boolean} [chosen]
   */
  pointPart(place, chosen = false) {
    if (!this.data) return;
    if (!place) {
      this.hover(null);
      return;
    }
    const { rows, columns, factor } = this.data;
    const channels = this.channels(this.data);
    this.channel = Math.min(channels - 1, Math.floor(place.x * channels));
    const part = Math.min(factor * factor - 1, Math.floor(place.y * factor * factor));
    const [row, column] = placesOf({ columns, factor }, this.token(this.data))[part];
    const to = middleOf(row, column, rows * factor, columns * factor);
    this.drawTarget(this.data);
    if (chosen) this.choose(to);
    else this.hover(to);
  }

  /** The token whose parts are drawn. @param {ExpandingData} data */
  token({ rows, columns }) {
    const [row, column] = this.cell(rows, columns);
    return row * columns + column;
  }

  /** @param {ExpandingData} data */
  update(data) {
    if (this.data?.step !== data.step) {
      this.fixed = { y: 0.5, x: 0.5 };
      this.hovered = null;
    }
    this.channel = Math.min(this.channel, this.channels(data) - 1);
    super.update(data);
  }

  /** @param {ExpandingData} data */
  draw(data) {
    this.build(data);
    this.high = largest(data.product);
    const { words, rows, columns, factor, step, steps, gap } = data;
    this.choices?.set(step);
    this.frames?.set(this.share, FRAMES, "");
    this.source.draw(ofComponents(data.components), rows, columns);
    const channels = this.channels(data);
    this.source.name(filled(words.before, { rows, columns, channels: data.channels }), words.components);
    this.product.name(
      filled(words.product, { count: factor * factor, channels }),
      filled(words.matrix, { from: data.channels, to: factor * factor * channels }),
    );
    this.drawTarget(data);
    this.check = filled(words.checked, { name: steps[step].name, gap: gap.toExponential(1) });
  }

  /** @param {ExpandingData} data */
  build(data) {
    const { words, steps } = data;
    if (this.built === JSON.stringify(words)) return;
    this.built = JSON.stringify(words);
    this.tools.replaceChildren();
    this.choices = segments(
      this.tools,
      words.steps,
      steps.map(({ name }) => name),
      (step) => this.send({ step: String(step) }),
    );
    button(this.tools, words.play, () => this.start(), "sg-play");
    this.frames = slider(this.tools, words.way, (share) => {
      this.share = share;
      if (this.data) this.move(this.data);
    });
  }

  start() {
    this.begun = performance.now();
    this.share = 0;
    this.next();
  }

  /** One frame of the way. */
  play() {
    if (!this.data || !this.begun) return;
    const gone = (performance.now() - this.begun) / DURATION;
    this.share = Math.min(FRAMES, Math.round(FRAMES * gone));
    this.frames?.set(this.share, FRAMES, "");
    this.move(this.data);
    if (gone < 1) this.next();
    else this.begun = 0;
  }

  /** The channel of the finer map that is looked at. @param {ExpandingData} data */
  drawTarget(data) {
    const { words, rows, columns, factor, spread } = data;
    const channels = this.channels(data);
    const values = Float32Array.from(
      { length: spread.length / channels },
      (_, at) => spread[at * channels + this.channel],
    );
    const table = colourTable(data.scales.activation, this.dark);
    this.target.draw(ofValues(values, table, true, this.high), rows * factor, columns * factor);
    this.target.name(
      filled(words.after, { rows: rows * factor, columns: columns * factor, channels }),
      filled(words.oneChannel, { channel: this.channel }),
    );
  }

  /** @param {ExpandingData} data */
  point(data) {
    const { words, rows, columns, factor, product, spread, scales } = data;
    const channels = this.channels(data);
    const parts = factor * factor;
    const landing = landingAt({ columns, factor }, this.cell(rows * factor, columns * factor), this.channel, channels);
    const { token, part, index, to } = landing;
    const width = parts * channels;
    const own = product.subarray(token * width, (token + 1) * width);
    const row = Math.floor(token / columns);
    const column = token % columns;
    this.source.frame([{ row, column, colour: "var(--st-primary-color)" }], rows, columns);
    this.product.draw(
      ofValues(own, colourTable(scales.activation, this.dark), true, this.high),
      parts,
      channels,
      "3 / 2",
    );
    this.product.frame(
      [
        ...Array.from({ length: parts }, (_, each) => ({
          row: each,
          column: 0,
          wide: channels,
          colour: partColour(each, factor),
        })),
        { row: part, column: this.channel, kind: "sg-cross" },
      ],
      parts,
      channels,
    );
    this.target.frame(
      [
        ...placesOf({ columns, factor }, token).map(([y, x], each) => ({
          row: y,
          column: x,
          colour: partColour(each, factor),
        })),
        { row: to[0], column: to[1], kind: "sg-cross" },
      ],
      rows * factor,
      columns * factor,
    );
    this.move(data);
    this.readout.textContent = `${filled(words.landing, {
      row,
      column,
      index,
      part,
      p: Math.floor(part / factor),
      q: part % factor,
      channels,
      channel: this.channel,
      factor,
      toRow: to[0],
      toColumn: to[1],
      value: written(own[index]),
      there: written(spread[(to[0] * columns * factor + to[1]) * channels + this.channel]),
    })} ${this.check ?? ""}`;
  }

  /**
   * Put the parts of the token where they are on their way.
   * @param {ExpandingData} data
   */
  move(data) {
    const { rows, columns, factor } = data;
    const parts = factor * factor;
    const around = this.way.getBoundingClientRect();
    const from = this.boxOf(this.product, around);
    const to = this.boxOf(this.target, around);
    const share = this.share / FRAMES;
    while (this.tiles.children.length < parts) this.tiles.append(make("div", "sg-tile"));
    const places = placesOf({ columns, factor }, this.token(data));
    for (const [part, tile] of [...this.tiles.children].entries()) {
      const each = /** @type {HTMLElement} */ (tile);
      each.hidden = part >= parts || share === 0 || share === 1;
      if (each.hidden) continue;
      const [row, column] = places[part];
      const begin = { ...from, top: from.top + (part * from.height) / parts, height: from.height / parts };
      const wide = to.width / (columns * factor);
      const high = to.height / (rows * factor);
      const end = { left: to.left + column * wide, top: to.top + row * high, width: wide, height: high };
      const { left, top, width, height } = between(begin, end, share);
      Object.assign(each.style, {
        left: `${left}px`,
        top: `${top}px`,
        width: `${width}px`,
        height: `${height}px`,
        background: partColour(part, factor),
      });
    }
  }

  /**
   * Where a board's cells are inside the row of boards.
   * @param {Board} board
   * @param {Box} around
   * @returns {Box}
   */
  boxOf(board, around) {
    const { left, top, width, height } = board.canvas.getBoundingClientRect();
    return { left: left - around.left, top: top - around.top, width, height };
  }
}
