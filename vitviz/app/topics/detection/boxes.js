// The queries' boxes over the picture, with class and score; the chosen one's boxes of earlier layers; a map below them.
import { contextOf, make, svg, write } from "../../../web/shared/dom.js";
import { Cells, Shades } from "../../../web/shared/shades.js";
import { hueOf } from "./hues.js";
import { corners } from "./maths.js";

/** @import { Said } from "./maths.js" */
/** @typedef {{ values: Float32Array, offset: number, grid: [number, number], colours: Uint32Array, high: number }} OverMap */
/**
 * @typedef {object} Shown
 * @property {Said[]} said all answers
 * @property {number} query the chosen one
 * @property {number} threshold
 * @property {ArrayLike<number>[]} path the chosen query's box after every layer, the first first
 * @property {(said: Said) => string} label
 * @property {OverMap | null} map
 * @property {[x: number, y: number, width: number, height: number] | null} mark a place of the map
 */

const TALL = 15; // CSS pixels of a label
const WIDE = 6.6; // of one of its letters

export class Boxes {
  /** @param {HTMLElement} layer lies over the picture */
  constructor(layer) {
    this.layer = layer;
    this.canvas = layer.appendChild(make("canvas", "vd-over"));
    this.cells = new Cells(this.canvas);
    this.drawing = layer.appendChild(svg("svg", { class: "vd-boxes" }));
    /** @type {{ x: number, y: number, width: number }[]} */
    this.labels = [];
    this.side = 1;
  }

  /** Read how large the picture is: once for every size, as reading it makes the browser lay out the page. */
  measure() {
    this.side = this.layer.clientWidth || 1;
  }

  /** @param {Shown} shown */
  draw({ said, query, threshold, path, label, map, mark }) {
    if (this.canvas.hidden === Boolean(map)) this.canvas.hidden = !map;
    if (map) this.cells.draw(map.values, map.offset, ...map.grid, new Shades(map.colours, map.high));
    const { side } = this;
    write(this.drawing, null, { viewBox: `0 0 ${side} ${side}` });
    this.labels = [];
    const seen = said.filter((each) => each.score >= threshold && each.query !== query);
    const chosen = said[query];
    const drawn = path
      .slice(0, -1)
      .map((box, i) => this.box(box, side, `vd-path vd-path-${path.length - 1 - i}`, query));
    const own = chosen
      ? this.answer(chosen, side, `vd-own${chosen.score < threshold ? " vd-unsure" : ""}`, label(chosen))
      : [];
    const others = seen.flatMap((each) => this.answer(each, side, "", label(each)));
    this.drawing.replaceChildren(...others, ...drawn, ...own, ...(mark ? [marked(mark, side)] : []));
  }

  /**
   * @param {ArrayLike<number>} box
   * @param {number} side
   * @param {string} name
   * @param {number} query
   */
  box(box, side, name, query) {
    const [left, top, right, bottom] = corners(box).map((value) => value * side);
    const places = { x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
    const group = svg("g", { class: name, "data-query": query });
    group.append(svg("rect", { ...places, class: "vd-halo" }), svg("rect", { ...places, stroke: hueOf(query) }));
    return group;
  }

  /**
   * Where a label of a box stands: above it, below it, or inside, where no other one is.
   * @param {number} left
   * @param {number} top
   * @param {number} right
   * @param {number} bottom
   * @param {number} width
   * @param {number} side
   */
  room(left, top, right, bottom, width, side) {
    const inside = [1, 2, 3].map((row) => [left, top + (row - 1) * TALL]);
    const wanted = [[left, top - TALL], [right - width, top - TALL], [left, bottom], ...inside];
    const places = wanted.map(([x, y]) => ({
      x: Math.max(0, Math.min(x, side - width)),
      y: Math.max(0, Math.min(y, side - TALL)),
    }));
    const free = places.find(({ x, y }) =>
      this.labels.every((other) => x + width <= other.x || other.x + other.width <= x || Math.abs(y - other.y) >= TALL),
    );
    const place = free ?? places[0];
    this.labels.push({ ...place, width });
    return place;
  }

  /**
   * @param {Said} said
   * @param {number} side
   * @param {string} name
   * @param {string} text
   */
  answer(said, side, name, text) {
    const nothing = said.none > said.score ? " vd-nothing" : "";
    const group = this.box(said.box, side, `vd-box ${name}${nothing}`, said.query);
    const [left, top, right, bottom] = corners(said.box).map((value) => value * side);
    const width = [...text].reduce((sum, letter) => sum + (letter > "\u2e80" ? 2 : 1), 0) * WIDE + 8;
    const { x, y } = this.room(left, top, right, bottom, width, side);
    group.append(
      svg("rect", { x, y, width, height: TALL, class: "vd-tag", fill: hueOf(said.query) }),
      svg("text", { x: x + 4, y: y + TALL - 4, class: "vd-text" }, text),
    );
    return [group];
  }
}

/**
 * A frame around a place of the map.
 * @param {[x: number, y: number, width: number, height: number]} place
 * @param {number} side
 */
function marked(place, side) {
  const [x, y, width, height] = place.map((value) => value * side);
  const group = svg("g", { class: "vd-mark" });
  group.append(
    svg("rect", { x, y, width, height, class: "vd-halo" }),
    svg("rect", { x, y, width, height, stroke: "#111" }),
  );
  return group;
}

/**
 * The answer whose box a point of the picture is in: of several the smallest; null where there is none.
 * @param {Said[]} said
 * @param {number} threshold
 * @param {number} x
 * @param {number} y
 */
export function answerAt(said, threshold, x, y) {
  const there = said.filter(({ score, box }) => {
    const [left, top, right, bottom] = corners(box);
    return score >= threshold && x >= left && x <= right && y >= top && y <= bottom;
  });
  there.sort((a, b) => a.box[2] * a.box[3] - b.box[2] * b.box[3]);
  return there[0] ?? null;
}

/**
 * The picture as the model sees it, on a small canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLCanvasElement} picture
 */
export function copyPicture(canvas, picture) {
  canvas.width = picture.width;
  canvas.height = picture.height;
  contextOf(canvas).drawImage(picture, 0, 0);
}
