// Who may look at whom: one cursor over the picture, W-MSA beside SW-MSA of the same stage.
import { slider } from "../../../web/shared/controls.js";
import { make } from "../../../web/shared/dom.js";
import { sentFigure } from "../../../web/shared/save_figure.js";
import { filled } from "../../../web/shared/words.js";
import { borders, outline } from "./edges.js";
import { asked, taken, within } from "./keys.js";
import { Journey } from "./maps.js";
import { hatch, hatchPadding, LIGHT_TEAL, marked, Pane, pathOf, sized } from "./pane.js";
import { Surface } from "./surface.js";

/** @import { Send } from "./surface.js" */
/** @import { Tiling } from "./maps.js" */
/** @import { Rectangle } from "./pane.js" */
/** @import { ViewData } from "./types.js" */
/** @typedef {{ canvas: HTMLCanvasElement, lines: HTMLElement }} WindowView */

const NAMES = ["W-MSA", "SW-MSA"];
const WINDOW_SIDE = 132; // CSS pixels of the window as the block sees it

class WindowsPart {
  /**
   * @param {HTMLElement} element
   * @param {Send} send
   */
  constructor(element, send) {
    this.surface = new Surface(element, send, () => this.render());
    this.patch = 0;
    this.block = 0;
    /** @type {Map<Tiling, Path2D>} */
    this.borders = new Map();
  }

  /** @param {ViewData} data */
  update(data) {
    const isNew = data.revision !== this.data?.revision;
    const isSpoken = data.words.block === this.data?.words.block;
    this.data = data;
    if (isNew || !this.journey) {
      this.journey = new Journey(data.journey);
      this.patch = data.patch;
      this.block = Math.min(data.block, this.journey.blocks.length - 1);
      this.borders.clear();
    }
    if (isNew || !isSpoken) this.build(data);
    this.surface.draw();
  }

  /** @param {ViewData} data */
  build({ words, picture }) {
    const { root } = this.surface;
    root.replaceChildren();
    const blocks = slider(root, words.block, (block) => this.choose({ block }));
    const body = root.appendChild(make("div", "wr-three"));
    const listeners = {
      hover: (/** @type {number} */ token) => this.hover(token),
      choose: () => this.choose({}),
      key: (/** @type {KeyboardEvent} */ event) => this.key(event),
    };
    const panes = NAMES.map(() => new Pane(body, listeners, picture, () => this.surface.draw()));
    const side = body.appendChild(make("div", "wr-side"));
    const windows = [words.inRegular, words.inShifted].map((title) => this.windowView(side, title));
    this.views = { blocks, panes, windows };
  }

  /**
   * @param {HTMLElement} parent
   * @param {string} title
   * @returns {WindowView}
   */
  windowView(parent, title) {
    const root = parent.appendChild(make("div", "wr-window"));
    root.append(make("div", "wr-title", title));
    const canvas = root.appendChild(make("canvas", "wr-window-canvas"));
    canvas.setAttribute("aria-hidden", "true");
    return { canvas, lines: root.appendChild(make("div", "wr-mono")) };
  }

  /** @param {Journey} journey */
  stage(journey) {
    return journey.mapOf(journey.blocks[this.block]);
  }

  /** @param {number} token */
  hover(token) {
    if (!this.journey) return;
    const patch = this.stage(this.journey).patchOf(token, this.patch);
    if (patch === this.patch) return;
    this.patch = patch;
    this.surface.draw();
  }

  /** @param {{ block?: number, patch?: number }} part */
  choose(part) {
    Object.assign(this, part);
    this.surface.draw();
    this.surface.choose({ block: this.block, patch: this.patch });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { step, turn } = asked(event);
    if (!this.journey || (!step && !turn)) return;
    taken(event);
    const stage = this.stage(this.journey);
    if (step) this.choose({ patch: stage.patchOf(stage.moved(stage.tokenOf(this.patch), step)) });
    else this.choose({ block: within(this.block + turn, 0, this.journey.blocks.length - 1) });
  }

  render() {
    const { data, journey, views } = this;
    if (!data || !journey || !views) return;
    const { words } = data;
    const at = journey.blocks[this.block];
    const stage = journey.mapOf(at);
    const token = stage.tokenOf(this.patch);
    const shape = { stage: journey.steps[at].map, rows: stage.rows, columns: stage.columns, size: stage.cell };
    views.blocks.set(this.block, journey.blocks.length - 1, `${journey.name(at)}  ${filled(words.map, shape)}`);
    const own = journey.steps[at].shift ? 1 : 0;
    const spoken = [stage.regular, stage.shifted].map((tiling, i) => {
      const pane = views.panes[i];
      const drawn = tiling ?? stage.regular;
      const title = filled(i ? words.titleShifted : words.titleRegular, { shift: drawn.shift, window: drawn.window });
      pane.title.textContent = i === own ? `${title}  ${words.thisBlock}` : title;
      pane.root.classList.toggle("wr-own", i === own);
      pane.show(`${NAMES[i]}. ${words.help}`, stage, drawn.padded);
      this.drawPane(pane, drawn, token);
      this.drawWindow(views.windows[i], pane, drawn, token, words.windowLine);
      pane.readout.textContent = this.describe(drawn, token) + (tiling ? "" : ` ${words.notShifted}`);
      return `${NAMES[i]}: ${pane.readout.textContent}`;
    });
    this.surface.announcer.announce(`${filled(words.query, { place: stage.place(token) })} ${spoken.join(" ")}`);
  }

  /**
   * @param {Pane} pane
   * @param {Tiling} tiling
   * @param {number} token
   */
  drawPane(pane, tiling, token) {
    const { rows, columns, group } = tiling;
    const window = tiling.windowOf(token);
    const isLegal = (/** @type {number} */ t) => group[t] === group[token];
    const isCut = (/** @type {number} */ t) => !isLegal(t) && tiling.windowOf(t) === window;
    const begun = pane.begin((t) => (isLegal(t) ? "clear" : isCut(t) ? "cut" : "dim"));
    const edges = this.borders.get(tiling) ?? pathOf(borders(rows, columns, (t) => group[t]));
    this.borders.set(tiling, edges);
    pane.stroke(begun, edges, "rgb(255 255 255 / .5)", 1);
    pane.edge(begun, pathOf(outline(rows, columns, isCut)), LIGHT_TEAL, 1.8, [4, 3]);
    pane.edge(begun, pathOf(outline(rows, columns, isLegal)), "#fff", 2.2);
    pane.box(begun, token, this.surface.accent);
  }

  /**
   * The window's places as the block computes them, after the roll: strangers lie side by side.
   * @param {WindowView} view
   * @param {Pane} pane
   * @param {Tiling} tiling
   * @param {number} token
   * @param {string} sentence
   */
  drawWindow({ canvas, lines }, pane, tiling, token, sentence) {
    const context = sized(canvas, WINDOW_SIDE, WINDOW_SIDE);
    const size = WINDOW_SIDE / tiling.window;
    /**
     * @param {number} place
     * @returns {Rectangle}
     */
    const box = (place) => [(place % tiling.window) * size, Math.floor(place / tiling.window) * size, size, size];
    const keys = tiling.keys(token);
    for (const [place, key] of keys.entries()) {
      const [x, y] = box(place);
      if (key.token >= 0) pane.piece(context, key.token, x, y, size);
    }
    const places = keys.map((key, place) => ({ ...key, place }));
    const cut = places.filter((key) => key.cut).map(({ place }) => box(place));
    context.fillStyle = "rgb(12 14 24 / .5)";
    for (const rectangle of cut) context.fillRect(...rectangle);
    hatchPadding(
      context,
      places.filter((key) => key.token < 0).map(({ place }) => box(place)),
    );
    hatch(context, cut);
    context.strokeStyle = "rgb(255 255 255 / .6)";
    context.lineWidth = 1;
    for (let i = 1; i < tiling.window; i++) {
      context.strokeRect(i * size, -2, 0, WINDOW_SIDE + 4);
      context.strokeRect(-2, i * size, WINDOW_SIDE + 4, 0);
    }
    marked(context, box(tiling.placeOf(token)), this.surface.accent);
    lines.textContent = filled(sentence, {
      number: tiling.windowOf(token),
      count: tiling.windows,
      place: tiling.placeOf(token),
      ...tiling.neighbours(token),
    });
  }

  /**
   * @param {Tiling} tiling
   * @param {number} token
   */
  describe(tiling, token) {
    const words = this.data?.words ?? {};
    const counts = tiling.counts(token);
    const parts = [filled(words.legal, { legal: counts.legal, all: tiling.places })];
    if (counts.cut) parts.push(filled(words.cut, { cut: counts.cut }));
    if (counts.legalPadding + counts.cutPadding)
      parts.push(filled(words.padding, { legal: counts.legalPadding, cut: counts.cutPadding }));
    return parts.join(" ");
  }

  /** What it draws, with every array that it was sent. */
  figures() {
    return [sentFigure(this.surface.root, this.data)];
  }

  destroy() {
    this.surface.destroy();
  }
}

/**
 * @param {HTMLElement} element
 * @param {Send} send
 */
export function mount(element, send) {
  return new WindowsPart(element, send);
}
