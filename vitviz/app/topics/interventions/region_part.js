// Paint a region of the picture with the pointer, a finger or the keys; beside it the picture without the region.
import { outlinePaths } from "../../../web/explorer/tokens.js";
import { button, segments } from "../../../web/shared/controls.js";
import { contextOf, make, svg } from "../../../web/shared/dom.js";
import { arrowStep, mergeHeldKeys } from "../../../web/shared/events.js";
import { Lifetime } from "../../../web/shared/lifetime.js";
import { Mark } from "../../../web/shared/marks.js";
import { filled } from "../../../web/shared/words.js";
import { Painting } from "./region_paint.js";

/** @import { Send, Words } from "../../../web/shared/types.d.ts" */
/** @import { Tool } from "./region_paint.js" */
/**
 * @typedef {object} Data
 * @property {number} rows
 * @property {number} columns
 * @property {string} region
 * @property {string} image
 * @property {string} standIn the picture that replaces pixels; none where tokens are dropped
 * @property {number} width of the picture as the model gets it
 * @property {number} height
 * @property {Words} words
 */

/** @type {Tool[]} */
const TOOLS = ["rectangle", "brush"];
const HATCH = 6; // pixels between the lines of a hole

class RegionPart {
  /**
   * @param {HTMLElement} root
   * @param {Send} send
   */
  constructor(root, send) {
    /** @type {Data | null} */
    this.data = null;
    this.painting = new Painting();
    this.lifetime = new Lifetime();
    this.send = send;
    this.newest = ""; // the region to send: what waits while a key is held must not come after a later choice
    this.sendHeld = mergeHeldKeys(() => send("region", this.newest));
    this.draw = this.lifetime.inFrame(() => this.show());
    this.tools = root.appendChild(make("div", "vv-region-tools"));
    const pair = root.appendChild(make("div", "vv-region-pair"));
    const [before, after] = ["vv-region-stage", "vv-region-after"].map((name) => {
      const figure = pair.appendChild(make("figure"));
      return { stage: figure.appendChild(make("div", name)), caption: figure.appendChild(make("figcaption")) };
    });
    this.before = before;
    this.after = after;
    this.pressed = false; // whether the pointer paints
    this.language = "";
    const { stage } = this.before;
    stage.tabIndex = 0;
    stage.setAttribute("role", "application");
    this.image = stage.appendChild(make("img"));
    this.image.alt = "";
    this.image.draggable = false;
    this.marks = stage.appendChild(svg("svg", { preserveAspectRatio: "none", class: "vv-region-marks" }));
    this.fill = this.marks.appendChild(svg("path", { class: "vv-region-fill" }));
    this.edge = new Mark("path", "vv-region-edge", "vv-rim-thin").on(this.marks);
    this.at = new Mark("rect", "vv-region-at", "vv-rim-thin").on(this.marks).around(null);
    this.canvas = this.after.stage.appendChild(make("canvas"));
    this.canvas.setAttribute("role", "img");
    this.readout = root.appendChild(make("div", "vv-readout"));
    this.readout.setAttribute("role", "status");
    this.standIn = new Image();
    for (const picture of [this.image, this.standIn]) this.lifetime.listen(picture, "load", this.draw);
    this.listen(stage);
  }

  /** @param {HTMLElement} stage */
  listen(stage) {
    const { lifetime, painting } = this;
    lifetime.listen(stage, "pointerdown", (/** @type {PointerEvent} */ event) => {
      if (event.button || !event.isPrimary) return;
      stage.setPointerCapture(event.pointerId);
      this.pressed = true;
      painting.begin(this.cellAt(event));
      this.draw();
    });
    lifetime.listen(stage, "pointermove", (/** @type {PointerEvent} */ event) => {
      if (this.pressed && painting.extend(this.cellAt(event))) this.draw();
    });
    lifetime.listen(stage, "pointerup", () => {
      if (this.pressed) this.changed(painting.end());
      this.pressed = false;
    });
    lifetime.listen(stage, "pointercancel", () => {
      if (this.pressed) painting.cancel();
      this.pressed = false;
      this.draw();
    });
    lifetime.listen(stage, "keydown", (event) => this.key(event));
    for (const name of ["focus", "blur"]) lifetime.listen(stage, name, this.draw);
  }

  /** @param {Data} data */
  update(data) {
    this.data = data;
    const { rows, columns, width, height, words } = data;
    this.painting.restart(data.region, data);
    if (this.language !== words.help) this.speak(words);
    for (const { stage } of [this.before, this.after]) stage.style.aspectRatio = `${width} / ${height}`;
    if (this.image.getAttribute("src") !== data.image) this.image.src = data.image;
    if (data.standIn && this.standIn.getAttribute("src") !== data.standIn) this.standIn.src = data.standIn;
    this.marks.setAttribute("viewBox", `0 0 ${columns} ${rows}`);
    this.draw();
  }

  /** @param {Words} words */
  speak(words) {
    this.language = words.help;
    this.tools.replaceChildren();
    const tool = segments(this.tools, words.tool, [words.rectangle, words.brush], (at) => {
      this.painting.tool = TOOLS[at];
      tool.set(at);
    });
    tool.set(TOOLS.indexOf(this.painting.tool));
    this.invert = button(this.tools, words.invert, () => this.changed(this.painting.invert()), "vv-tool");
    this.clear = button(this.tools, words.clear, () => this.changed(this.painting.clear()), "vv-tool");
    this.invert.title = words.invertHelp;
    this.before.caption.textContent = words.before;
    this.before.stage.setAttribute("aria-label", `${words.name}. ${words.help}`);
  }

  /**
   * Send what was chosen; null is no other choice.
   * @param {string | null} text
   * @param {boolean} [held] whether a key may be held
   */
  changed(text, held = false) {
    this.draw();
    if (text === null) return;
    this.newest = text;
    if (held) this.sendHeld();
    else this.send("region", text);
  }

  /** @param {MouseEvent} event */
  cellAt(event) {
    const { rows, columns } = this.painting.map;
    const box = this.before.stage.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
    return Math.min(rows - 1, Math.max(0, row)) * columns + Math.min(columns - 1, Math.max(0, column));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const arrow = arrowStep(event);
    if (arrow) this.changed(this.painting.move(arrow, event.shiftKey), true);
    else if (event.key === "Enter" || event.key === " ") this.changed(this.painting.toggle());
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** What is chosen, on the picture, in the picture beside it, and in words. */
  show() {
    if (!this.data) return;
    const { painting, data } = this;
    const { words, columns } = data;
    const cells = [...painting.region];
    const map = { ...painting.map, prefix: [] };
    this.fill.setAttribute(
      "d",
      cells.map((cell) => `M${cell % columns} ${Math.floor(cell / columns)}h1v1h-1z`).join(""),
    );
    this.edge.set({ d: outlinePaths(cells, () => false, map).edge });
    const keys = this.before.stage.matches(":focus-visible");
    const { cursor } = painting;
    this.at.around(keys ? [Math.floor(cursor / columns), cursor % columns] : null);
    const count = { n: cells.length, all: painting.count, share: (100 * cells.length) / painting.count };
    const text = cells.length ? filled(words.count, count) : words.help;
    if (this.readout.textContent !== text) this.readout.textContent = text;
    const caption = data.standIn ? words.afterReplaced : words.afterDropped;
    this.after.caption.textContent = caption;
    this.canvas.setAttribute("aria-label", `${caption}: ${text}`);
    this.paintAfter();
  }

  /** The picture with other pixels in the region, or with holes: nothing stands in for a token that is dropped. */
  paintAfter() {
    const { data, image, standIn, canvas, painting } = this;
    if (!data || !image.complete || !image.naturalWidth) return;
    const { rows, columns, width, height } = data;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = contextOf(canvas);
    context.clearRect(0, 0, width, height);
    context.drawImage(image, 0, 0, width, height);
    context.save();
    context.beginPath();
    const [across, down] = [width / columns, height / rows];
    for (const cell of painting.region)
      context.rect((cell % columns) * across, Math.floor(cell / columns) * down, across, down);
    context.clip();
    if (!data.standIn) this.hole(context, width, height);
    else if (standIn.complete && standIn.naturalWidth) context.drawImage(standIn, 0, 0, width, height);
    context.restore();
  }

  /** The picture without the region, and as numbers which patches that is: 1 where one is removed. */
  figures() {
    const { rows, columns } = this.painting.map;
    const values = Uint8Array.from({ length: this.painting.count }, (_, cell) =>
      Number(this.painting.region.has(cell)),
    );
    return this.data ? [{ element: this.after.stage, arrays: { region: { values, shape: [rows, columns] } } }] : [];
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} width
   * @param {number} height
   */
  hole(context, width, height) {
    const style = getComputedStyle(this.canvas);
    context.clearRect(0, 0, width, height);
    context.strokeStyle = style.color;
    context.globalAlpha = 0.55;
    context.lineWidth = 1;
    context.beginPath();
    for (let at = -height; at < width; at += HATCH) {
      context.moveTo(at, height);
      context.lineTo(at + height, 0);
    }
    context.stroke();
    context.globalAlpha = 1;
  }
}

/**
 * @param {HTMLElement} element
 * @param {Send} send is called with every "region" that is painted, as "5-9_12"
 */
export function mount(element, send) {
  const part = new RegionPart(element, send);
  return {
    /** @param {Data} data */
    update: (data) => part.update(data),
    figures: () => part.figures(),
    destroy: () => part.lifetime.destroy(),
  };
}
