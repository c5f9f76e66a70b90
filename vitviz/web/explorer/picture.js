// The picture with one map over it, the cursor, and the tokens that have no place in the picture as chips.
import { make, svg } from "../shared/dom.js";
import { Mark } from "../shared/marks.js";
import { Cells } from "../shared/shades.js";
import { outlinePaths, placeOf, tokenAt } from "./tokens.js";

/** @import { Shades, SignedShades } from "../shared/shades.js" */
/** @import { PictureInfo, TokenMap } from "./types.d.ts" */
/** @typedef {{ hover: (token: number) => void, leave: () => void, choose: (token: number) => void, paint?: (token: number, first: boolean) => void, paints?: () => boolean }} PictureEvents `paint` is called with every token of a stroke of the brush, `paints` says whether the pointer is one */

export class PictureView {
  /**
   * @param {HTMLElement} parent
   * @param {PictureEvents} events
   */
  constructor(parent, events) {
    this.events = events;
    /** @type {TokenMap} */
    this.map = { prefix: [], rows: 0, columns: 0 };
    this.chipsOf = ""; // the map and names that the chips are for
    /** @type {{ chip: HTMLButtonElement, cells: Cells }[]} */
    this.buttons = [];
    this.root = parent.appendChild(make("section", "vx-picture"));
    this.title = this.root.appendChild(make("div", "vx-title"));
    this.frame = this.root.appendChild(make("div", "vx-frame"));
    this.frame.tabIndex = 0;
    this.frame.setAttribute("role", "application");
    this.image = this.frame.appendChild(make("img"));
    this.image.draggable = false;
    this.overlay = new Cells(this.frame.appendChild(make("canvas", "vx-overlay")));
    this.svg = this.frame.appendChild(svg("svg", { class: "vx-marks" }));
    this.svg.setAttribute("preserveAspectRatio", "none");
    this.window = new Mark("path", "vx-window", "vv-rim-thin").on(this.svg);
    this.cut = this.svg.appendChild(svg("path", { class: "vx-cut" }));
    this.region = new Mark("path", "vx-region", "vv-rim-thin").on(this.svg);
    this.key = new Mark("rect", "vx-key").on(this.svg);
    this.query = new Mark("rect", "vx-query").on(this.svg);
    this.chips = this.root.appendChild(make("div", "vx-chips"));
    /** @type {{ x: number, y: number, ended: boolean } | null} where the brush was last, also between its end and the click */
    this.stroke = null;
    this.frame.addEventListener("pointermove", (event) => this.moved(event));
    this.frame.addEventListener("pointerdown", (event) => this.pressed(event));
    for (const end of /** @type {const} */ (["pointerup", "pointercancel"]))
      this.frame.addEventListener(end, () => this.released());
    this.frame.addEventListener("pointerleave", () => events.leave());
    this.frame.addEventListener("click", (event) => {
      if (this.stroke === null) this.pointed(event, events.choose);
      this.stroke = null; // a click ends a stroke, and is none of its own
    });
  }

  /** @param {PointerEvent} event */
  pressed(event) {
    this.stroke = null;
    if (!this.events.paint || !(event.shiftKey || this.events.paints?.())) {
      this.pointed(event, this.events.hover);
      return;
    }
    if (event.pointerId) this.frame.setPointerCapture(event.pointerId);
    this.paintTo(event, true);
  }

  /** @param {PointerEvent} event */
  moved(event) {
    if (this.stroke && !this.stroke.ended) this.paintTo(event, false);
    else this.pointed(event, this.events.hover);
  }

  /**
   * Paint every token on the way from where the stroke was: a fast pointer leaves no gaps.
   * @param {{ clientX: number, clientY: number }} to
   * @param {boolean} first
   */
  paintTo({ clientX, clientY }, first) {
    const from = this.stroke ?? { x: clientX, y: clientY };
    const { width, height } = this.frame.getBoundingClientRect();
    const [across, down] = [clientX - from.x, clientY - from.y];
    const cells = Math.max(Math.abs(across / width) * this.map.columns, Math.abs(down / height) * this.map.rows);
    const steps = Math.ceil(2 * cells) || 1;
    for (let step = 1; step <= steps; step++) {
      const at = { clientX: from.x + (across * step) / steps, clientY: from.y + (down * step) / steps };
      this.pointed(at, (token) => this.events.paint?.(token, first));
    }
    this.stroke = { x: clientX, y: clientY, ended: false };
  }

  released() {
    if (this.stroke) this.stroke.ended = true;
  }

  /**
   * Another picture or another map of patches.
   * @param {PictureInfo & { label: string }} picture
   * @param {TokenMap} map
   * @param {readonly string[]} names
   */
  show({ image, alt, aspect, label }, map, names) {
    if (this.image.src !== image) this.image.src = image;
    this.image.alt = alt;
    this.frame.style.aspectRatio = String(aspect);
    this.frame.setAttribute("aria-label", label);
    const chipsOf = `${map.rows} ${map.columns} ${names.join()}`;
    this.map = map;
    if (chipsOf === this.chipsOf) return;
    this.chipsOf = chipsOf;
    this.svg.setAttribute("viewBox", `0 0 ${map.columns} ${map.rows}`);
    this.buttons = names.map((name, token) => this.chip(name, token));
    this.chips.replaceChildren(...this.buttons.map(({ chip }) => chip));
  }

  /**
   * @param {string} name
   * @param {number} token
   */
  chip(name, token) {
    const chip = make("button", "vx-chip");
    chip.type = "button";
    const swatch = chip.appendChild(make("canvas", "vx-swatch"));
    chip.append(name);
    chip.addEventListener("pointerenter", () => this.events.hover(token));
    chip.addEventListener("pointerleave", () => this.events.leave());
    chip.addEventListener("click", () => this.events.choose(token));
    return { chip, cells: new Cells(swatch) };
  }

  /**
   * Call `callback` with the token under the pointer, if there is one.
   * @param {{ clientX: number, clientY: number }} event
   * @param {(token: number) => void} callback
   */
  pointed(event, callback) {
    const box = this.frame.getBoundingClientRect();
    const token = tokenAt((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, this.map);
    if (token !== null) callback(token);
  }

  /**
   * Lay `values` (tokens of the map) over the picture.
   * @param {ArrayLike<number>} values
   * @param {Shades | SignedShades} shades
   * @param {{ opacity: number, smooth: boolean }} style
   */
  paint(values, shades, { opacity, smooth }) {
    const { map } = this;
    this.overlay.draw(values, map.prefix.length, map.rows, map.columns, shades);
    this.overlay.canvas.style.opacity = String(opacity);
    this.overlay.canvas.style.imageRendering = smooth ? "auto" : "pixelated";
    for (const [token, { cells }] of this.buttons.entries()) cells.draw(values, token, 1, 1, shades);
  }

  /** No map: its numbers are on their way, and another one's would be wrong. */
  clear() {
    this.overlay.clear();
    for (const { cells } of this.buttons) cells.clear();
  }

  /**
   * Where the cursor is: the token that looks or is looked at, and perhaps the other one of an opened pair.
   * @param {number} query
   * @param {number | null} key
   * @param {boolean} pinned
   */
  point(query, key, pinned) {
    this.query.around(placeOf(query, this.map));
    this.key.around(key === null ? null : placeOf(key, this.map));
    this.query.line.classList.toggle("vx-pinned", pinned);
    for (const [token, { chip }] of this.buttons.entries()) {
      chip.classList.toggle("vx-is-query", token === query);
      chip.classList.toggle("vx-is-key", token === key);
      chip.setAttribute("aria-pressed", String(token === query && pinned));
    }
  }

  /**
   * The edge of the region, and whether the pointer is a brush: a finger then paints and does not scroll.
   * @param {Iterable<number>} region
   * @param {boolean} painting
   */
  mark(region, painting) {
    const tokens = [...region];
    this.region.set({ d: outlinePaths(tokens, () => false, this.map).edge });
    this.frame.classList.toggle("vx-brush", painting);
    for (const [token, { chip }] of this.buttons.entries())
      chip.classList.toggle("vx-in-region", tokens.includes(token));
  }

  /**
   * The edge of a Swin window, and crosses on what the mask cuts.
   * @param {Iterable<number>} reach
   * @param {(token: number) => boolean} isCut
   */
  outline(reach, isCut) {
    const { edge, crosses } = outlinePaths(reach, isCut, this.map);
    this.window.set({ d: edge });
    this.cut.setAttribute("d", crosses);
  }
}
