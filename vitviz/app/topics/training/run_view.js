// One run of the film: the picture, a map of every head, the positions and the class token. Built once, drawn again for
// every snapshot, so that what has the focus or is under the pointer stays.
import { colourTable, paint } from "../../../web/shared/colours.js";
import { make, write } from "../../../web/shared/dom.js";
import { arrowStep } from "../../../web/shared/events.js";
import { number } from "../../../web/shared/format.js";
import { filled } from "../../../web/shared/words.js";
import { cosines, frameOf, movedQuery, tiled } from "./frames.js";

/** @import { Scale } from "../../../web/shared/types.d.ts" */
/** @import { Run } from "./frames.js" */
/** @typedef {Record<"attention" | "position" | "activation", Scale>} Scales */
/**
 * How a snapshot is drawn: `chosen` is the patch that a person chose (-1: the class token), `span` both ends of the
 * class token's colours.
 * @typedef {{ picture: string, chosen: number, dark: boolean, scales: Scales, span: [number, number] }} Look
 */
/** @typedef {{ choose: (query: number) => void, click: (patch: number) => void, read: (text: string) => void, leave: () => void }} RunEvents */

// Beyond this a weight is as dark as can be: ten times an even share, the same for all maps, runs and snapshots.
export const DARKEST = 10 / 65;

/**
 * The row and column of `rows` x `columns` cells that are under the pointer.
 * @param {MouseEvent} event
 * @param {Element} element
 * @param {number} rows
 * @param {number} columns
 */
function cellAt({ clientX, clientY }, element, rows, columns) {
  const { left, top, width, height } = element.getBoundingClientRect();
  const column = Math.min(columns - 1, Math.max(0, Math.floor(((clientX - left) / width) * columns)));
  return [Math.min(rows - 1, Math.max(0, Math.floor(((clientY - top) / height) * rows))), column];
}

export class RunView {
  /**
   * What of a run says which elements it needs.
   * @param {Run} run
   */
  static shape(run) {
    return `${run.blocks} ${run.heads} ${run.dim > 0} ${run.classToken.length > 0}`;
  }

  /**
   * @param {Run} run
   * @param {number} side patches along the picture
   * @param {Record<string, string>} words
   * @param {RunEvents} events
   */
  constructor(run, side, words, events) {
    this.side = side;
    this.words = words;
    this.events = events;
    this.chosen = -1;
    this.root = make("section", "vtf-run");
    this.title = this.root.appendChild(make("h4", "vtf-name"));
    const row = this.root.appendChild(make("div", "vtf-row"));
    this.mark = make("span", "vtf-mark");
    this.where = make("figcaption");
    this.holder = this.pictureButton();
    row.appendChild(make("figure", "vtf-figure")).append(this.holder, this.where);
    /** @type {Float32Array} */
    this.rows = new Float32Array(0);
    /** @type {Float32Array} */
    this.onClass = new Float32Array(0);
    this.maps = this.mapsIn(row.appendChild(make("div", "vtf-maps")), run);
    this.tiles = new Float64Array(0);
    this.positions = run.dim ? this.positionsIn(row) : null;
    /** @type {Float32Array} */
    this.channels = new Float32Array(0);
    this.token = run.classToken.length ? this.tokenIn(this.root) : null;
  }

  /** The picture, on which the token that attends is chosen. */
  pictureButton() {
    const { side, words } = this;
    const holder = make("button", "vtf-picture");
    holder.type = "button";
    holder.title = words.choose;
    holder.append(this.mark);
    holder.addEventListener("click", (event) => {
      const [row, column] = cellAt(event, holder, side, side);
      if (event.detail) this.events.click(row * side + column);
      else this.events.choose(-1); // the Enter key
    });
    holder.addEventListener("keydown", (event) => {
      const step = arrowStep(event);
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      this.events.choose(movedQuery(this.chosen, step, side));
    });
    return holder;
  }

  /**
   * @param {HTMLElement} parent
   * @param {Run} run
   */
  mapsIn(parent, { blocks, heads }) {
    const { side, words } = this;
    parent.style.setProperty("--heads", String(heads));
    return Array.from({ length: blocks * heads }, (_, map) => {
      const name = filled(words.head, { block: Math.floor(map / heads), head: map % heads });
      const canvas = parent.appendChild(make("canvas", "vtf-map"));
      this.readable(canvas, name, (event) => {
        const [row, column] = cellAt(event, canvas, side, side);
        const weight = number(this.rows[map * side * side + row * side + column]);
        const onClass = this.onClass[map];
        const rest = onClass === undefined ? "" : `; ${filled(words.on_class, { value: number(onClass) })}`;
        return `${name}, ${filled(words.patch, { row, column })}: ${words.weight} ${weight}${rest}`;
      });
      return canvas;
    });
  }

  /**
   * Every position's cosine with every other one, as tiles that lie as the patches do.
   * @param {HTMLElement} parent
   */
  positionsIn(parent) {
    const { side, words } = this;
    const cells = side * (side + 1) - 1;
    const figure = parent.appendChild(make("figure", "vtf-figure"));
    const canvas = figure.appendChild(make("canvas", "vtf-cosines"));
    this.readable(canvas, words.positions, (event) => {
      const [line, column] = cellAt(event, canvas, cells, cells);
      const value = this.tiles[line * cells + column];
      if (value === undefined || Number.isNaN(value)) return "";
      const [a, c] = [line, column].map((at) => Math.floor(at / (side + 1)));
      const [b, d] = [line, column].map((at) => at % (side + 1));
      return filled(words.pair, { a, b: c, c: b, d, value: number(value) });
    });
    figure.append(make("figcaption", "", words.positions));
    return canvas;
  }

  /** @param {HTMLElement} parent */
  tokenIn(parent) {
    const { words } = this;
    const line = parent.appendChild(make("div", "vtf-token"));
    const canvas = make("canvas");
    this.readable(canvas, words.token, (event) => {
      const [, channel] = cellAt(event, canvas, 1, this.channels.length);
      return `${words.token}, ${filled(words.channel, { channel })}: ${number(this.channels[channel])}`;
    });
    line.append(make("span", "vtf-name", words.token), canvas);
    return canvas;
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {string} name
   * @param {(event: MouseEvent) => string} textAt of what is under the pointer; none for a gap
   */
  readable(canvas, name, textAt) {
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", name);
    canvas.addEventListener("pointermove", (event) => {
      const text = textAt(event);
      if (text) this.events.read(text);
    });
    canvas.addEventListener("pointerleave", () => this.events.leave());
  }

  /**
   * @param {Run} run
   * @param {number} at the snapshot
   * @param {Look} look
   */
  draw(run, at, { picture, chosen, dark, scales, span }) {
    const { side } = this;
    const size = side * side;
    write(this.title, run.name);
    this.drawPicture(run.query, chosen, picture);
    this.rows = frameOf(run.rows, at, this.maps.length * size);
    this.onClass = frameOf(run.onClass, at, this.maps.length);
    const table = colourTable(scales.attention, dark);
    for (const [map, canvas] of this.maps.entries())
      paint(canvas, this.rows, map * size, side, side, table, 0, DARKEST);
    if (this.positions) {
      const { values, cells } = tiled(cosines(frameOf(run.positions, at, size * run.dim), run.dim), side);
      this.tiles = values;
      paint(this.positions, values, 0, cells, cells, colourTable(scales.position, dark), -1, 1);
    }
    if (this.token) {
      const dim = run.classToken.length / run.steps.length;
      this.channels = frameOf(run.classToken, at, dim);
      paint(this.token, this.channels, 0, 1, dim, colourTable(scales.activation, dark), ...span);
    }
  }

  /**
   * @param {number} query what the maps are of: a moment behind what is chosen
   * @param {number} chosen
   * @param {string} picture
   */
  drawPicture(query, chosen, picture) {
    const { side, words, holder, mark } = this;
    this.chosen = chosen;
    const image = `url("${picture}")`;
    if (holder.style.backgroundImage !== image) holder.style.backgroundImage = image;
    const where =
      query < 0 ? words.class_token : filled(words.patch, { row: Math.floor(query / side), column: query % side });
    write(this.where, where);
    holder.setAttribute("aria-label", `${words.choose} ${where}`);
    mark.hidden = chosen < 0;
    if (chosen < 0) return;
    mark.style.left = `${(100 * (chosen % side)) / side}%`;
    mark.style.top = `${(100 * Math.floor(chosen / side)) / side}%`;
    mark.style.width = mark.style.height = `${100 / side}%`;
  }
}
