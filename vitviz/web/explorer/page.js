// The explorer's elements in one language: toolbar, pictures, small maps, matrix, opened weight; and how a frame is drawn.
import { make } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { Lifetime } from "../shared/lifetime.js";
import { CellView } from "./cell.js";
import { enlarged } from "./files.js";
import { GridPane } from "./grid_pane.js";
import { MatrixPane } from "./matrix_pane.js";
import { PicturePane } from "./picture_pane.js";
import { Progress } from "./progress.js";
import { Readout } from "./readout.js";
import { RegionBar } from "./region_bar.js";
import { commonScale } from "./scale.js";
import { themeOf } from "./theme.js";
import { Toolbar } from "./toolbar.js";
import { nameOf, reading } from "./wording.js";

/** @import { Scale, Words } from "../shared/types.d.ts" */
/** @import { Composition } from "./composition.js" */
/** @import { Actions, Scene } from "./types.d.ts" */

const [WIDE, MIDDLE] = [900, 560]; // CSS pixels, as in explorer.css

/**
 * The share of the page's width that the small maps may take.
 * @param {number} width
 * @param {boolean} two whether there are two pictures
 */
function shareOfGrid(width, two) {
  if (width <= MIDDLE) return 1;
  if (width <= WIDE) return 0.45;
  return two ? 0.24 : 0.34;
}

export class Page {
  /**
   * @param {Element} element
   * @param {{ words: Words, scales: Record<string, Scale> }} data
   * @param {Actions} actions
   * @param {{ draw: () => void, resized: () => void }} callbacks are called when a frame or another layout is needed
   */
  constructor(element, { words, scales }, actions, { draw, resized }) {
    this.words = words;
    this.lifetime = new Lifetime();
    this.progress = new Progress();
    this.toolbarDrawn = "";
    this.root = make("div", "vx");
    element.replaceChildren(this.root);
    this.toolbar = new Toolbar(this.root, words, actions);
    this.body = this.root.appendChild(make("div", "vx-body"));
    const pointing = {
      hover: (/** @type {number} */ token) => actions.hover(token),
      leave: () => actions.leave(),
      choose: (/** @type {number} */ token) => actions.choose(token),
      paint: (/** @type {number} */ token, /** @type {boolean} */ first) => actions.paint(token, first),
      paints: () => actions.painting,
    };
    this.pictures = [new PicturePane(this.body, pointing), new PicturePane(this.body, pointing)];
    this.grid = new GridPane(this.body, (choice, second) => actions.chooseMap(choice, second), words);
    const onMatrix = {
      hover: (/** @type {number} */ i, /** @type {number} */ j) => actions.hoverPair(i, j),
      leave: () => actions.leave(),
      choose: (/** @type {number} */ i, /** @type {number} */ j) => actions.choosePair(i, j),
      work: draw,
    };
    this.matrix = new MatrixPane(this.body, onMatrix, words);
    this.cell = new CellView(this.root, () => actions.escape(), words);
    this.region = new RegionBar(this.pictures[0].view.root, words, actions);
    this.readout = new Readout(this.pictures[0].view.root, this.root);
    this.root.addEventListener("keydown", (event) => actions.key(event));
    this.lifetime.resized(this.body, resized);
    this.theme = themeOf(this.root, scales);
  }

  /** Whether the page is laid out at all: a hidden one has no width. */
  get visible() {
    return this.body.clientWidth > 0;
  }

  /**
   * Colours of the page's theme, which may be another one now.
   * @param {Record<string, Scale>} scales
   */
  readTheme(scales) {
    this.theme = themeOf(this.root, scales);
    this.readout.barDrawn = "";
  }

  /**
   * Sizes: after another picture or layout, and when the window changes.
   * @param {Scene} scene
   */
  layout(scene) {
    const { state, data } = scene;
    const { body } = this;
    body.classList.toggle("vx-two", Boolean(state.second));
    const width = body.clientWidth;
    body.classList.toggle("vx-windowed", Boolean(data.layers[0].window));
    this.grid.layout(scene, width * shareOfGrid(width, Boolean(state.second)));
  }

  /**
   * Draw a frame; whether another one has to follow.
   * @param {Scene} scene
   */
  draw(scene) {
    const begun = performance.now();
    const { state, engines, data } = scene;
    const unfinished = this.progress.compute(scene, begun);
    const common = commonScale(scene, this.theme.attention);
    this.grid.draw(scene, common, this.theme);
    this.drawToolbar(scene);
    this.pictures[0].draw(scene, state, { picture: data, engine: engines[0] }, common);
    const second = { picture: data.second ?? data, engine: engines[engines.length - 1] };
    this.pictures[1].draw(scene, state.second, second, common);
    this.matrix.draw(scene, common, this.theme);
    this.readout.draw(scene, common, this.theme);
    const computing = this.matrix.view.work();
    return unfinished || computing;
  }

  /** @param {Scene} scene */
  drawToolbar({ state, data, aggregates, painting, setting: { other } }) {
    const drawn = JSON.stringify({
      ...state,
      token: 0,
      painting,
      revision: data.revision,
      beside: data.second?.revision,
    });
    if (drawn === this.toolbarDrawn) return;
    this.toolbarDrawn = drawn;
    this.toolbar.show(state, { layers: data.layers, aggregates, starts: data.starts }, other, painting);
    this.region.show(state);
  }

  /**
   * What is on screen, for a file.
   * @param {Scene} scene
   * @returns {Composition}
   */
  composition(scene) {
    const { ink, attention } = this.theme;
    const { data, state } = scene;
    const { low, high } = commonScale(scene, attention);
    const bar = /** @type {HTMLCanvasElement} */ (this.readout.bar.querySelector("canvas"));
    const label = this.readout.bar.querySelector(".vv-bar-label")?.textContent ?? "";
    return {
      title: `${data.modelTitle} \u00b7 ${data.name} \u00b7 ${nameOf(scene, state)}`,
      lines: [reading(scene)],
      ink,
      panels: [
        ...this.pictures.flatMap((picture) => picture.panels(enlarged, ink)),
        this.grid.panel(enlarged, this.words),
        ...this.matrix.panels(enlarged, scene),
      ],
      bar: { href: enlarged(bar, 256), low: number(low), high: number(high), label },
    };
  }

  destroy() {
    this.lifetime.destroy();
    this.toolbar.destroy();
    this.readout.destroy();
    this.root.remove();
  }
}
