// A chart as SVG: panels below one another or side by side, and the number under the pointer or the arrow keys.
import { make } from "../shared/dom.js";
import { dash, drawn, extent, points, shape } from "./marks.js";
import { filled } from "./numbers.js";
import { scale, spanOf, ticks } from "./scale.js";

const EDGE = { left: 56, right: 8, top: 20, bottom: 36 };
const GAP = 0.08; // between panels below one another, of a panel's share
const BESIDE = 14; // pixels between panels side by side
const LEAST = 140; // pixels that a panel needs beside others; with less they go below one another
const LINE = 14; // pixels of a line of text above a panel
const NEAR = 40; // pixels within which a point is told
const NARROWEST = 240;
const ACROSS = { ArrowLeft: -1, ArrowRight: 1 };
const AMONG = { ArrowUp: -1, ArrowDown: 1 };

let charts = 0;

export class Chart {
  constructor(root) {
    this.number = charts++;
    this.key = root.appendChild(make("div", "vc-key"));
    this.frame = root.appendChild(make("div", "vc-frame"));
    this.frame.tabIndex = 0;
    this.frame.setAttribute("role", "application");
    this.svg = this.frame.appendChild(shape("svg", { class: "vc-chart", "aria-hidden": "true" }));
    this.tip = this.frame.appendChild(make("div", "vc-tip"));
    this.tip.setAttribute("role", "status");
    for (const name of ["pointermove", "pointerdown"]) this.frame.addEventListener(name, (event) => this.over(event));
    for (const name of ["pointerleave", "blur"]) this.frame.addEventListener(name, () => this.tell(null));
    this.frame.addEventListener("keydown", (event) => this.step(event));
    new ResizeObserver(() => this.frame.clientWidth !== this.width && this.draw()).observe(this.frame);
  }

  update({ chart, words }) {
    this.chart = chart;
    this.frame.setAttribute("aria-label", [chart.says, words.help].filter(Boolean).join(" "));
    this.drawKey();
    this.draw();
  }

  drawKey() {
    const named = this.chart.key ? this.chart.panels[0].marks.filter(({ name }) => name) : [];
    this.key.replaceChildren(
      ...named.map(({ name, colour, width, dash: dashed }) => {
        const item = make("span", "vc-key-item");
        const sample = shape("svg", { viewBox: "0 0 26 8", width: 26, height: 8, "aria-hidden": "true" });
        sample.append(
          shape("path", { d: "M0 4H26", stroke: colour, "stroke-width": width, "stroke-dasharray": dash(dashed) }),
        );
        item.append(sample, name);
        return item;
      }),
    );
  }

  draw() {
    this.width = this.frame.clientWidth;
    if (!this.chart || !this.width) return; // hidden: drawn when it gets a width
    const { panels, uprights, headings, beside } = this.chart;
    this.places = this.laidOut();
    const height = this.places.at(-1).bottom + EDGE.bottom;
    this.frame.style.height = `${height}px`;
    this.svg.setAttribute("viewBox", `0 0 ${Math.max(NARROWEST, this.width)} ${height}`);
    this.svg.replaceChildren(shape("defs", {}));
    this.told = [];
    panels.forEach((panel, i) => this.drawPanel(panel, this.places[i], i));
    const whole = beside ? this.places : [{ ...this.places[0], bottom: this.places.at(-1).bottom }];
    for (const place of whole) {
      for (const mark of uprights) this.svg.append(drawn(mark, place));
      for (const [at, text] of headings) this.svg.append(shape("text", { x: place.x(at), y: place.top - 5 }, text));
    }
    this.ring = this.svg.appendChild(shape("circle", { r: 5, class: "vc-ring" }));
    this.tell(null);
  }

  /** The pixels of every panel and how its values become pixels. */
  laidOut() {
    const { height, panels, x, beside, headings } = this.chart;
    const wide = Math.max(NARROWEST, this.width) - EDGE.left - EDGE.right;
    this.lifted = headings.length && panels.some(({ heading }) => heading) ? LINE : 0; // headings of panels over the chart's
    const lines = Math.max(1, ...panels.map(({ heading }) => heading.split("\n").length));
    const top = EDGE.top + (lines - 1) * LINE + this.lifted;
    const high = height - top - EDGE.bottom;
    const columns = beside ? Math.min(panels.length, Math.max(1, Math.floor((wide + BESIDE) / (LEAST + BESIDE)))) : 1;
    // Asked for only where an axis does not say its span: that may be thousands of points.
    const all = (shown, along) => () => shown.flatMap(({ marks }) => marks.flatMap((mark) => extent(mark)[along]));
    const dotted = panels.some((panel) => panel.marks.some(({ kind, symbol }) => kind === "dots" || symbol));
    const shared = spanOf(x, all(panels, "x"), dotted ? 0.02 : 0);
    const common = beside ? spanOf(panels[0].y, all(panels, "y"), 0.05) : null;
    const broad = (wide + BESIDE) / columns;
    const tall = beside ? height : ((1 + GAP) * high) / panels.length;
    return panels.map((panel, i) => {
      const left = EDGE.left + (i % columns) * broad;
      const right = left + broad - BESIDE;
      const above = top + Math.floor(i / columns) * tall;
      const below = above + (beside ? high : tall - GAP * high);
      const own = panel.x ?? x;
      const across = panel.x ? spanOf(own, all([panel], "x"), 0.02) : shared;
      const up = common ?? spanOf(panel.y, all([panel], "y"), 0.05);
      const [horizontal, vertical] = [scale(own.log, across), scale(panel.y.log, up)];
      return {
        left,
        right,
        top: above,
        bottom: below,
        first: i % columns === 0,
        own,
        across,
        up,
        clip: `vc-clip-${this.number}-${i}`,
        x: (value) => left + horizontal(value) * (right - left),
        y: (value) => below - vertical(value) * (below - above),
      };
    });
  }

  drawPanel(panel, place, i) {
    const { left, right, top, bottom, clip } = place;
    const clipped = shape("clipPath", { id: clip });
    clipped.append(shape("rect", { x: left, y: top - 1, width: right - left, height: bottom - top + 2 }));
    this.svg.querySelector("defs").append(clipped);
    const last = this.chart.beside || i === this.chart.panels.length - 1;
    this.drawAxes(panel, place, place.first, last);
    for (const mark of panel.marks) {
      this.svg.append(drawn(mark, place));
      const found = points(mark, place);
      if (found?.count) this.told.push({ ...found, panel: i });
    }
    panel.heading.split("\n").forEach((text, line, all) => {
      if (text)
        this.svg.append(shape("text", { x: left, y: top - 6 - this.lifted - LINE * (all.length - 1 - line) }, text));
    });
  }

  drawAxes(panel, { left, right, top, bottom, own, across, up, x, y }, labelled, last) {
    this.svg.append(shape("path", { d: `M${left} ${top}V${bottom}H${right}`, class: "vc-axis" }));
    for (const [value, text] of ticks(panel.y, up)) {
      if (panel.y.log)
        this.svg.append(shape("path", { d: `M${left} ${y(value).toFixed(1)}H${right}`, class: "vc-grid" }));
      if (labelled) this.svg.append(shape("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, text));
    }
    if (labelled && panel.y.title) {
      const middle = (top + bottom) / 2;
      this.svg.append(
        shape("text", { transform: `translate(11 ${middle}) rotate(-90)`, "text-anchor": "middle" }, panel.y.title),
      );
    }
    if (!last) return;
    let free = -Infinity; // the next word may begin here
    for (const [value, text] of ticks(own, across)) {
      const [at, half] = [x(value), 3.4 * text.length];
      if (own.log) this.svg.append(shape("path", { d: `M${at.toFixed(1)} ${top}V${bottom}`, class: "vc-grid" }));
      const middle = Math.max(left + half - 4, Math.min(right - half + 4, at)); // not into the panel beside it
      if (middle - half < free) continue;
      free = middle + half + 4;
      this.svg.append(shape("text", { x: middle, y: bottom + 14, "text-anchor": "middle" }, text));
    }
    const title = { x: (left + right) / 2, y: bottom + EDGE.bottom - 5, "text-anchor": "middle" };
    if (own.title) this.svg.append(shape("text", title, own.title));
  }

  over(event) {
    const box = this.frame.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    let best = null;
    let nearest = NEAR ** 2;
    for (const one of this.told) {
      const { left, right, top, bottom } = this.places[one.panel];
      if (px < left - 10 || px > right + 10 || py < top - 10 || py > bottom + 10) continue;
      for (let i = 0; i < one.count; i++) {
        const [x, y] = one.at(i);
        // Along the axis counts more than across it: the point above or below the pointer is meant.
        const away = (x - px) ** 2 + (one.mark.kind === "bars" ? 0 : ((y - py) / 2) ** 2);
        if (away <= nearest) [nearest, best] = [away, { one, i }];
      }
    }
    this.tell(best);
  }

  step(event) {
    if (!(event.key in ACROSS || event.key in AMONG) || !this.told.length) return;
    event.preventDefault();
    event.stopPropagation();
    let { one, i } = this.at ?? { one: this.told[0], i: -1 };
    if (event.key in AMONG) {
      one = this.told[(this.told.indexOf(one) + AMONG[event.key] + this.told.length) % this.told.length];
    } else i += ACROSS[event.key];
    this.tell({ one, i: Math.min(one.count - 1, Math.max(0, i)) });
  }

  /** Mark a point and tell its numbers; null for none. */
  tell(at) {
    this.at = at;
    const place = at?.one.at(at.i);
    const seen = Boolean(place?.every(Number.isFinite));
    this.ring.style.display = seen ? "" : "none";
    this.tip.hidden = !seen;
    if (!seen) return;
    const [x, y] = place;
    this.ring.setAttribute("cx", x);
    this.ring.setAttribute("cy", y);
    this.tip.textContent = filled(at.one.mark.hover, at.one.told(at.i));
    this.tip.style.left = `${Math.max(0, Math.min(x + 10, this.width - this.tip.offsetWidth))}px`;
    const above = y - this.tip.offsetHeight - 8;
    this.tip.style.top = `${above >= 0 ? above : y + 10}px`;
  }
}
