// The airports by longitude and latitude, without an outline of land: their places are in the data, land is not.
import { make, svg, write } from "../../../web/shared/dom.js";
import { Lifetime } from "../../../web/shared/lifetime.js";
import { largestFirst, MAP, MAP_HEIGHT, mapPlaces, project } from "./maths.js";

/** @import { Fixed } from "./types.d.ts" */
/**
 * @typedef {object} OnMap
 * @property {Fixed} fixed
 * @property {ArrayLike<number>} values what an airport's circle is as large as, (I,)
 * @property {ArrayLike<number>} flights how often each is in the row
 * @property {number} came id of where the aircraft really went
 * @property {number} airport chosen, from 0
 * @property {string} label
 * @property {string} shelf
 */

const LARGEST = 3.4; // radius of the largest circle, in units of the drawing
const LABELS = 9;

export class AirportMap {
  /**
   * @param {HTMLElement} root
   * @param {(airport: number) => void} choose
   * @param {(airport: number | null) => void} hover
   */
  constructor(root, choose, hover) {
    this.lifetime = new Lifetime();
    this.root = root.appendChild(make("div", "vr-map"));
    this.svg = this.root.appendChild(svg("svg", { viewBox: `0 0 100 ${MAP_HEIGHT}`, role: "img" }));
    /** @type {{ dot: SVGCircleElement, hit: SVGCircleElement, text: SVGTextElement }[]} */
    this.dots = [];
    this.lifetime.listen(this.svg, "click", (/** @type {MouseEvent} */ event) => {
      const { airport } = /** @type {SVGElement} */ (event.target).dataset;
      if (airport !== undefined) choose(Number(airport));
    });
    this.lifetime.listen(this.svg, "pointerover", (/** @type {PointerEvent} */ event) => {
      const { airport } = /** @type {SVGElement} */ (event.target).dataset;
      if (event.pointerType === "mouse") hover(airport === undefined ? null : Number(airport));
    });
    this.lifetime.listen(this.svg, "pointerleave", () => hover(null));
  }

  /** @param {Fixed} fixed */
  build({ codes, latitude, longitude }) {
    const places = mapPlaces(longitude, latitude);
    for (let degree = Math.ceil(MAP.west / 10) * 10; degree < MAP.east; degree += 10) {
      const [above, below] = [project(degree, MAP.north), project(degree, MAP.south)];
      this.svg.append(svg("line", { class: "vr-grid", x1: above.x, y1: above.y, x2: below.x, y2: below.y }));
      this.svg.append(svg("text", { class: "vr-degree", x: above.x + 0.4, y: 2 }, `${-degree}\u00b0 W`));
    }
    for (let degree = 30; degree < MAP.north; degree += 10) {
      const { y } = project(MAP.west, degree);
      this.svg.append(svg("line", { class: "vr-grid", x1: 0, y1: y, x2: 100, y2: y }));
      this.svg.append(svg("text", { class: "vr-degree", x: 0.4, y: y - 0.5 }, `${degree}\u00b0 N`));
    }
    this.ring = this.svg.appendChild(svg("circle", { class: "vr-came", r: 0 }));
    this.own = this.svg.appendChild(svg("circle", { class: "vr-own", r: 0 }));
    this.shelf = this.svg.appendChild(svg("text", { class: "vr-degree", x: 1, y: MAP_HEIGHT - 5.4 }));
    this.dots = codes.map((code, airport) => {
      const { x, y, shelf } = places[airport];
      const dot = svg("circle", { cx: x, cy: y, class: "vr-dot" });
      const hit = svg("circle", { cx: x, cy: y, r: 1.5, class: "vr-hit" });
      hit.dataset.airport = String(airport);
      hit.append(svg("title", {}, code));
      const text = svg("text", { x: x + (shelf ? 1.2 : 0), y: y + (shelf ? 0.8 : -1.4), class: "vr-code" }, code);
      if (!shelf) text.setAttribute("text-anchor", "middle");
      return { dot, hit, text };
    });
    this.svg.append(...this.dots.map(({ dot }) => dot), ...this.dots.map(({ text }) => text));
    this.svg.append(...this.dots.map(({ hit }) => hit));
    this.places = places;
  }

  /** @param {OnMap} shown */
  draw({ fixed, values, flights, came, airport, label, shelf }) {
    if (!this.dots.length) this.build(fixed);
    write(this.svg, null, { "aria-label": label });
    write(/** @type {SVGElement} */ (this.shelf), shelf);
    const high = Math.max(...Array.from(values, Math.abs), 1e-9);
    const named = new Set(largestFirst(Array.from(values, Math.abs), LABELS).filter((i) => Math.abs(values[i]) > 0));
    named.add(came - 1).add(airport);
    for (const [i, { dot, text }] of this.dots.entries()) {
      const size = Math.sqrt(Math.abs(values[i]) / high) * LARGEST;
      const kind = values[i] < 0 ? "vr-dot vr-dot-less" : flights[i] ? "vr-dot vr-dot-there" : "vr-dot";
      write(dot, null, { r: Math.max(flights[i] ? 0.65 : 0.4, size).toFixed(2), class: kind });
      const shown = named.has(i) || Boolean(this.places?.[i].shelf);
      write(text, null, { class: shown ? "vr-code" : "vr-code vr-code-off" });
    }
    this.circle(this.ring, came - 1);
    this.circle(this.own, airport);
  }

  /**
   * @param {SVGCircleElement | undefined} ring
   * @param {number} airport
   */
  circle(ring, airport) {
    const there = this.places?.[airport];
    if (!ring || !there) return;
    const size = Number(this.dots[airport].dot.getAttribute("r"));
    write(ring, null, { cx: there.x, cy: there.y, r: (size + (ring === this.ring ? 1.4 : 0.8)).toFixed(2) });
  }

  /** @param {number | null} airport the one under the pointer */
  over(airport) {
    if (this.last) this.last.classList.remove("vr-dot-over");
    this.last = airport === null ? undefined : this.dots[airport]?.dot;
    this.last?.classList.add("vr-dot-over");
  }

  destroy() {
    this.lifetime.destroy();
  }
}
