// A plotly figure, drawn by plotly.js itself: only while it is in sight, only what is different, and read by keys too.

import { zoomOf } from "../shared/dom.js";
import { download, fileOf } from "../shared/save_figure.js";
import { kept, same } from "./arrays.js";
import { curvesOf } from "./curves.js";
import { magnified } from "./magnified.js";
import { arranged } from "./panels.js";
import { adoptStyles, plotly } from "./plotly.js";
import { thinned } from "./thinned.js";

/** @import { Figure, GraphDiv, HoverPoint, Layout, Plotly, Trace, Words } from "./types.js" */
/**
 * What a part does with the pointer on a chart beside what plotly does: `x` is the value of the first horizontal axis
 * below the pointer, null where the pointer left. `pick` is called with a point that is clicked, or where Enter is
 * pressed.
 * @typedef {{ hover?: (x: number | null) => void, choose?: (x: number) => void, pick?: (point: HoverPoint) => void }} Listeners
 */

const LABELLED = 60; // milliseconds after which plotly, which draws its labels at most every 50, has drawn one
const NEAR = "60px"; // a chart so near below the window is drawn already
/** @type {Record<string, number>} */
const ALONG = { ArrowLeft: -1, ArrowRight: 1 };
/** @type {Record<string, number>} */
const AMONG = { ArrowUp: -1, ArrowDown: 1 };
const ICONS = {
  png: "M5 20h14v-2H5v2zM19 9h-4V3H9v6H5l7 7 7-7z",
  svg: "M3 3h7v2H5v5H3V3zm11 0h7v7h-2V5h-5V3zM3 14h2v5h5v2H3v-7zm16 0h2v7h-7v-2h5v-5zM8 11h8v2H8z",
};

export class Chart {
  /**
   * @param {HTMLElement} root
   * @param {Listeners} [listeners]
   */
  constructor(root, listeners = {}) {
    this.listeners = listeners;
    this.frame = root.appendChild(document.createElement("div"));
    this.frame.className = "vc-frame";
    this.frame.tabIndex = 0;
    this.frame.setAttribute("role", "application");
    const div = this.frame.appendChild(document.createElement("div"));
    this.div = /** @type {GraphDiv} */ (/** @type {HTMLElement} */ (div));
    this.spoken = this.frame.appendChild(document.createElement("div"));
    this.spoken.className = "vc-spoken";
    this.spoken.setAttribute("role", "status");
    /** @type {Words} */
    this.words = {};
    /** @type {Figure | null} */
    this.figure = null;
    /** @type {{ figure: Figure, words: Words } | null} */
    this.drawn = null;
    /** @type {HoverPoint | null} */
    this.at = null;
    /** @type {Plotly | null} */
    this.lib = null;
    /** @type {object} */
    this.config = {};
    this.inSight = false;
    this.pending = false;
    this.destroyed = false;
    /** @type {number | undefined} */
    this.waiting = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.labelled = undefined;
    this.frame.addEventListener("keydown", (event) => this.step(event));
    this.frame.addEventListener("focusout", () => this.leave());
    if (listeners.hover || listeners.choose) this.follow();
    this.sight = new IntersectionObserver((entries) => this.seen(entries[entries.length - 1].isIntersecting), {
      rootMargin: NEAR,
    });
    this.sight.observe(this.frame);
    this.size = new ResizeObserver(() => {
      const { width = 0 } = this.drawn?.figure.layout ?? {};
      if (Math.abs(this.frame.clientWidth * zoomOf(this.frame) - width) > 0.5) this.soon();
    });
    this.size.observe(this.frame);
  }

  /**
   * Show a figure. Drawn with the next frame, or when it comes into sight.
   * @param {Figure} figure
   * @param {Words} [words]
   */
  update(figure, words = this.words) {
    this.words = words;
    this.figure = kept(figure, this.figure);
    const label = [figure.layout.meta?.label, words.help].filter(Boolean).join(" ");
    this.frame.setAttribute("aria-label", label);
    this.soon();
  }

  /**
   * The chart, and its curves as a table.
   * @param {string} [name]
   */
  saved(name) {
    return { name, element: this.div, table: curvesOf(this.figure?.data ?? []) };
  }

  destroy() {
    this.destroyed = true;
    this.sight.disconnect();
    this.size.disconnect();
    if (this.waiting !== undefined) cancelAnimationFrame(this.waiting);
    clearTimeout(this.labelled);
    if (this.drawn) this.lib?.purge(this.div);
    this.frame.remove();
  }

  /** @param {boolean} inSight */
  seen(inSight) {
    this.inSight = inSight;
    if (inSight && this.pending) this.soon();
  }

  /** Draw with the next frame what was given last. */
  soon() {
    this.pending = true;
    const width = this.frame.clientWidth;
    if (!this.figure || !width) return; // hidden: the size's observer calls again
    const height = `${arranged(this.figure, width).layout.height}px`;
    if (this.frame.style.height !== height) this.frame.style.height = height;
    if (!this.inSight) return;
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = undefined;
      this.draw().catch((error) => console.error(error));
    });
  }

  async draw() {
    this.lib ??= await plotly();
    if (this.destroyed || !this.pending || !this.figure || !this.frame.clientWidth) return;
    this.pending = false;
    const root = this.div.getRootNode();
    adoptStyles(root);
    const zoom = zoomOf(this.frame);
    const next = magnified(this.styled(thinned(arranged(this.figure, this.frame.clientWidth))), zoom);
    this.div.style.zoom = String(1 / zoom); // plotly counts in pixels of the screen
    this.apply(this.lib, next);
    adoptStyles(root, this.div._fullLayout?._uid);
    this.drawn = { figure: next, words: this.words };
  }

  /**
   * A figure in the page's colours and letters.
   * @param {Figure} figure
   * @returns {Figure}
   */
  styled({ data, layout }) {
    const style = getComputedStyle(this.frame);
    const [text, ground, border] = ["text", "background", "border"].map((name) =>
      style.getPropertyValue(`--st-${name}-color`).trim(),
    );
    const font = { size: 11.5, color: text, family: style.getPropertyValue("--st-font").trim() };
    const label = { ...font, size: 12, family: style.getPropertyValue("--st-code-font").trim() };
    const own = {
      font: { ...font, .../** @type {object | undefined} */ (layout.font) },
      paper_bgcolor: ground,
      plot_bgcolor: "rgba(0,0,0,0)",
      hoverlabel: { bgcolor: ground, bordercolor: border, font: label, align: "left", namelength: -1 },
      modebar: { orientation: "h", bgcolor: ground, color: "rgba(135,130,125,.9)", activecolor: text },
      uirevision: "kept",
    };
    return { data, layout: { ...layout, ...own } };
  }

  /**
   * @param {Plotly} lib
   * @param {Figure} next
   */
  apply(lib, next) {
    const { div, drawn } = this;
    // plotly writes into the layout that it is given, and never into arrays.
    const layout = structuredClone(next.layout);
    if (!drawn || !same(drawn.words, this.words)) {
      if (drawn) lib.purge(div);
      this.config = this.configured(); // the very same at every later call: with another one plotly begins anew
      lib.newPlot(div, next.data, layout, this.config);
      div.on("plotly_hover", ({ points }) => this.read(points[0]));
      if (this.listeners.pick) div.on("plotly_click", ({ points }) => this.listeners.pick?.(points[0]));
      return;
    }
    const { shapes: formerShapes, ...former } = drawn.figure.layout;
    const { shapes, ...rest } = next.layout;
    if (sameTraces(drawn.figure.data, next.data) && same(former, rest)) {
      if (!same(formerShapes, shapes)) lib.relayout(div, { shapes: layout.shapes ?? [] });
    } else lib.react(div, next.data, layout, this.config);
  }

  configured() {
    const { words } = this;
    /** @param {"png" | "svg"} format */
    const saving = (format) => ({
      name: format,
      title: words[format] ?? `Download as ${format.toUpperCase()}`,
      icon: { width: 24, height: 24, path: ICONS[format] },
      click: async () => download({ ...(await fileOf(this.saved(), format)), name: `vitviz.${format}` }),
    });
    return {
      displaylogo: false,
      displayModeBar: "hover",
      showSendToCloud: false,
      modeBarButtons: [
        [saving("png"), saving("svg")],
        ["zoom2d", "pan2d", "resetScale2d"],
      ],
      locale: "vitviz",
      locales: {
        vitviz: {
          dictionary: {
            Zoom: words.zoom ?? "Zoom",
            Pan: words.pan ?? "Pan",
            "Reset axes": words.reset ?? "Reset axes",
            "Double-click to zoom back out": words.zoom_hint ?? "Double-click to zoom back out",
          },
        },
      },
    };
  }

  /** Call the part's listeners with the value below the pointer. */
  follow() {
    const { hover, choose } = this.listeners;
    /** @param {MouseEvent} event */
    const value = (event) => {
      const axis = this.div._fullLayout?.xaxis;
      if (!axis) return null;
      const inside = event.clientX - this.div.getBoundingClientRect().left - axis._offset;
      return axis.p2d(Math.min(axis._length, Math.max(0, inside)));
    };
    /** @type {(event: MouseEvent) => void} */
    const chosen = (event) => {
      const x = value(event);
      if (x !== null) choose?.(x);
    };
    if (choose) this.frame.addEventListener("click", chosen);
    if (!hover) return;
    this.frame.addEventListener("pointermove", (event) => hover(value(event)));
    this.frame.addEventListener("pointerleave", () => hover(null));
  }

  /** @param {KeyboardEvent} event */
  step(event) {
    if (event.key === "Escape" && this.at) this.leave();
    if (event.key === "Enter" && this.at && this.listeners.pick) this.listeners.pick(this.at);
    if (!(event.key in ALONG || event.key in AMONG) || !this.drawn || !this.lib) return;
    event.preventDefault();
    event.stopPropagation();
    const { data } = this.drawn.figure;
    const traces = data.flatMap((trace, i) => (readable(trace) ? [i] : []));
    if (!traces.length) return;
    let { curveNumber, pointNumber } = this.at ?? { curveNumber: traces[0], pointNumber: -1 };
    if (event.key in AMONG) {
      const place = (traces.indexOf(curveNumber) + AMONG[event.key] + traces.length) % traces.length;
      curveNumber = traces[place];
    } else pointNumber += ALONG[event.key];
    const trace = data[curveNumber];
    pointNumber = Math.min((trace.x?.length ?? 1) - 1, Math.max(0, pointNumber));
    this.at = { curveNumber, pointNumber };
    this.lib.Fx.hover(this.div, [this.at], `${trace.xaxis ?? "x"}${trace.yaxis ?? "y"}`);
    clearTimeout(this.labelled);
    this.labelled = setTimeout(() => this.speak(), LABELLED); // plotly sends no event for what it is asked to mark
  }

  /**
   * The pointer marked a point: its text is spoken, and the keys go on from it.
   * @param {HoverPoint} point
   */
  read({ curveNumber, pointNumber }) {
    this.at = { curveNumber, pointNumber };
    this.speak();
  }

  /** Say what the label of the marked point says. */
  speak() {
    const lines = [...this.div.querySelectorAll(".hovertext .nums")].flatMap((text) => {
      const spans = [...text.querySelectorAll("tspan.line")];
      return spans.length ? spans.map((span) => span.textContent) : [text.textContent];
    });
    this.spoken.textContent = lines.join("\n");
  }

  leave() {
    this.at = null;
    clearTimeout(this.labelled);
    this.spoken.textContent = "";
    if (this.drawn) this.lib?.Fx.unhover(this.div);
  }
}

/** @param {Trace} trace */
const readable = ({ hoverinfo, hovertemplate, x }) =>
  hoverinfo !== "skip" && Boolean(hovertemplate) && Boolean(x?.length);

/**
 * @param {Trace[]} a
 * @param {Trace[]} b
 */
function sameTraces(a, b) {
  return a.length === b.length && a.every((trace, i) => trace === b[i] || same(trace, b[i]));
}
