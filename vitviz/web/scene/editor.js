// A page of the picture book whose things can be dragged, added and removed; touching, the arrow keys and a slider of
// pages do the same. Whoever makes one draws the answers into `layer`, which lies over the picture.
import { contextOf, make, pointIn, write } from "../shared/dom.js";
import { arrowStep } from "../shared/events.js";
import { Lifetime } from "../shared/lifetime.js";
import { filled } from "../shared/words.js";
import { added, drawnOrder, mirrored, placed, removed, sized } from "./scene_state.js";
import { sceneText } from "./scene_text.js";
import { SceneTools } from "./tools.js";

/** @import { Words } from "../shared/types.d.ts" */
/** @import { EditorListeners, Scene, ScenePage } from "./types.d.ts" */

const STEP = 1 / 96; // of the side: a pixel as the model sees it
const FAR = 6;
const MOVED = 4; // CSS pixels after which a press is a drag
const GROWS = 1.15;

/** @typedef {{ words: Words, kinds: string[], seeds: number, most: number }} Book */
/** @typedef {{ number: number, x: number, y: number, thingX: number, thingY: number, moved: boolean }} Drag */

export class SceneEditor {
  /**
   * @param {HTMLElement} root
   * @param {EditorListeners} listeners
   */
  constructor(root, listeners) {
    this.listeners = listeners;
    this.lifetime = new Lifetime();
    root.classList.add("vsc");
    this.frame = root.appendChild(make("div", "vsc-frame"));
    this.frame.tabIndex = 0;
    this.frame.setAttribute("role", "application");
    this.canvas = this.frame.appendChild(make("canvas", "vsc-page"));
    this.fine = this.frame.appendChild(make("img", "vsc-fine"));
    this.fine.alt = "";
    this.fine.hidden = true;
    this.layer = this.frame.appendChild(make("div", "vsc-layer"));
    this.drawing = this.frame.appendChild(make("div", "vsc-things"));
    this.tools = new SceneTools(root.appendChild(make("div", "vsc-tools")), {
      seed: (seed) => this.open(String(seed)),
      add: (kind) => this.add(kind),
      size: (factor) => this.onChosen((scene, number) => sized(scene, number, factor)),
      mirror: () => this.onChosen(mirrored),
      remove: () => this.remove(),
      fine: (fine) => this.frame.classList.toggle("vsc-coarse", !fine),
    });
    this.hidden = root.appendChild(make("div", "vsc-hidden"));
    this.hidden.setAttribute("role", "status");
    /** @type {Book} */
    this.book = { words: {}, kinds: [], seeds: 0, most: 0 };
    /** @type {ScenePage | null} */
    this.page = null;
    /** @type {Scene} */
    this.scene = { seed: 0, things: [] };
    this.text = "";
    this.chosen = 0;
    /** @type {Drag | null} */
    this.drag = null;
    /** @type {HTMLElement[]} */
    this.rects = [];
    this.lifetime.listen(this.frame, "pointerdown", (event) => this.down(event));
    this.lifetime.listen(this.frame, "pointermove", (event) => this.move(event));
    this.lifetime.listen(this.frame, "pointerup", (event) => this.up(event));
    this.lifetime.listen(this.frame, "pointercancel", () => {
      this.drag = null;
      this.draw();
    });
    this.lifetime.listen(this.frame, "keydown", (event) => this.key(event));
  }

  /** @param {Book} book */
  update(book) {
    this.book = book;
    this.tools.speak(book);
    this.frame.setAttribute("aria-label", book.words.help);
    this.draw();
  }

  /**
   * Another page: its things are known once it is shown.
   * @param {string} text
   */
  open(text) {
    this.text = text;
    this.chosen = 0;
    this.listeners.change(text);
  }

  /**
   * A page that was drawn; while a person drags on it may be an earlier one.
   * @param {ScenePage} page
   */
  show(page) {
    this.page = page;
    if (page.text === this.text) this.scene = { seed: page.seed, things: page.things };
    this.canvas.width = this.canvas.height = page.size;
    const context = contextOf(this.canvas);
    const image = context.createImageData(page.size, page.size);
    for (let i = 0, at = 0; i < page.picture.length; i += 3, at += 4) {
      image.data[at] = page.picture[i];
      image.data[at + 1] = page.picture[i + 1];
      image.data[at + 2] = page.picture[i + 2];
      image.data[at + 3] = 255;
    }
    context.putImageData(image, 0, 0);
    this.fine.hidden = true;
    this.draw();
  }

  /**
   * The fine drawing of the page with this text.
   * @param {string} text
   * @param {string} address
   */
  showFine(text, address) {
    const image = new Image();
    image.onload = () => {
      if (text !== this.page?.text || text !== this.text || this.lifetime.ended) return;
      this.fine.src = address;
      this.fine.hidden = false;
    };
    image.src = address;
  }

  /**
   * A thing's box now, as left, top, width, height: that of the page, moved and sized as the thing has been since.
   * @param {number} number
   */
  boxOf(number) {
    const thing = this.scene.things[number];
    const before = this.page?.things[number];
    if (!this.page || !before || before.seed !== thing.seed) {
      return { x: thing.x - thing.size, y: thing.y - thing.size, width: 2 * thing.size, height: 2 * thing.size };
    }
    const [left, top, right, bottom] = this.page.boxes.subarray(4 * number, 4 * number + 4);
    const factor = thing.size / before.size;
    return {
      x: thing.x + (left - before.x) * factor,
      y: thing.y + (top - before.y) * factor,
      width: (right - left) * factor,
      height: (bottom - top) * factor,
    };
  }

  draw() {
    const { things } = this.scene;
    const { words, most } = this.book;
    this.chosen = Math.max(0, Math.min(this.chosen, things.length - 1));
    const bottoms = things.flatMap((_, i) => {
      const { y, height } = this.boxOf(i);
      return [0, 0, 0, y + height];
    });
    this.drawThings(drawnOrder(bottoms));
    const said = things.length
      ? filled(words.chosen ?? "", { number: this.chosen, kind: words[`kind.${things[this.chosen].kind}`] ?? "" })
      : "";
    this.tools.show(this.text, said, things.length, most);
    write(this.hidden, this.hiddenThings());
  }

  /** Which things of the page nobody can find, and what stands in front of them. */
  hiddenThings() {
    const { words } = this.book;
    const { asked = [], hiders = [], things = [] } = this.page ?? {};
    const name = (/** @type {number} */ i) => `${i}: ${words[`kind.${things[i].kind}`] ?? ""}`;
    const lines = asked.flatMap((one, i) => {
      if (one) return [];
      const behind = hiders[i] >= 0;
      return [
        filled(words[behind ? "hidden" : "outside"] ?? "", { thing: name(i), other: behind ? name(hiders[i]) : "" }),
      ];
    });
    return lines.join(" ");
  }

  /**
   * What can be dragged, in the order in which the things are drawn. A finger's drag ends where its element is taken out or
   * moved in the page: until then the order stays what it is.
   * @param {number[]} order
   */
  drawThings(order) {
    while (this.rects.length < order.length) {
      const rect = make("div", "vsc-thing"); // browsers do not heed touch-action of what is in an SVG
      rect.dataset.number = String(this.rects.length);
      this.rects.push(rect);
    }
    for (const number of order) {
      const rect = this.rects[number];
      const { x, y, width, height } = this.boxOf(number);
      const [left, top, wide, high] = [x, y, width, height].map((share) => `${100 * share}%`);
      Object.assign(rect.style, { left, top, width: wide, height: high });
      rect.classList.toggle("vsc-chosen", number === this.chosen);
    }
    const there = [...this.drawing.children].map((rect) => Number(/** @type {HTMLElement} */ (rect).dataset.number));
    if (this.drag || there.join() === order.join()) return;
    this.drawing.replaceChildren(...order.map((number) => this.rects[number]));
  }

  /**
   * Take over a changed scene, and ask for its answer.
   * @param {Scene} scene
   */
  change(scene) {
    this.scene = scene;
    this.text = sceneText(scene);
    this.draw();
    this.listeners.change(this.text);
  }

  /** @param {(scene: Scene, number: number) => Scene} how */
  onChosen(how) {
    if (this.scene.things.length) this.change(how(this.scene, this.chosen));
  }

  /** @param {string} kind */
  add(kind) {
    if (this.scene.things.length >= this.book.most) return;
    this.chosen = this.scene.things.length;
    this.change(added(this.scene, kind, Math.random()));
  }

  remove() {
    this.onChosen(removed);
  }

  /** @param {PointerEvent} event */
  at(event) {
    const { x, y } = pointIn(this.frame, event);
    return { x: x / this.frame.clientWidth, y: y / this.frame.clientHeight };
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.button) return;
    const { x, y } = this.at(event);
    const number = Number(/** @type {HTMLElement} */ (event.target).dataset?.number ?? -1);
    const thing = this.scene.things[number];
    this.drag = { number, x, y, thingX: thing?.x ?? 0, thingY: thing?.y ?? 0, moved: false };
    if (!thing) return;
    this.frame.setPointerCapture(event.pointerId);
    this.chosen = number;
    this.draw();
  }

  /** @param {PointerEvent} event */
  move(event) {
    const { drag } = this;
    if (!drag || drag.number < 0) return;
    const { x, y } = this.at(event);
    drag.moved ||= Math.hypot(x - drag.x, y - drag.y) * this.frame.clientWidth > MOVED;
    if (drag.moved) {
      this.change(placed(this.scene, drag.number, drag.thingX + x - drag.x, drag.thingY + y - drag.y));
    }
  }

  /** @param {PointerEvent} event */
  up(event) {
    const { drag } = this;
    this.drag = null;
    this.draw();
    if (drag && !drag.moved) this.listeners.press(this.at(event).x, this.at(event).y);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.target !== this.frame || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = arrowStep(event);
    const thing = this.scene.things[this.chosen];
    if (step && thing) {
      const far = event.shiftKey ? FAR * STEP : STEP;
      this.change(placed(this.scene, this.chosen, thing.x + step[1] * far, thing.y + step[0] * far));
    } else if (event.key === " " && this.scene.things.length) {
      this.chosen = (this.chosen + 1) % this.scene.things.length;
      this.draw();
    } else if (event.key === "Delete" || event.key === "Backspace") this.remove();
    else if (event.key === "+" || event.key === "=") this.onChosen((scene, i) => sized(scene, i, GROWS));
    else if (event.key === "-") this.onChosen((scene, i) => sized(scene, i, 1 / GROWS));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  destroy() {
    this.lifetime.destroy();
  }
}
