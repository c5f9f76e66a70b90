// The small maps of a scene, and the line below them: the map under the pointer, else the chosen one.
import { make, pixelRatio } from "../shared/dom.js";
import { filled } from "../shared/words.js";
import { GridView } from "./grid.js";
import { GridLayout } from "./grid_layout.js";
import { scaleOf, spanText } from "./scale.js";
import { queriesOf } from "./state.js";
import { tokenOn } from "./tokens.js";
import { figures, nameOf, sinkText } from "./wording.js";

/** @import { Shades } from "../shared/shades.js" */
/** @import { Grid, Words } from "../shared/types.d.ts" */
/** @import { Panel } from "./composition.js" */
/** @import { Choice, LayerInfo, Scene, Theme } from "./types.d.ts" */

const LEAST = 440; // CSS pixels that the small maps may always take
const AROUND = 330; // CSS pixels of a window above and below them

/**
 * Rows and columns of a layer's small maps: a window is a small part of the picture, and is shown alone.
 * @param {LayerInfo} layer
 * @returns {Grid}
 */
const shapeOf = ({ rows, columns, window }) => (window ? [window, window] : [rows, columns]);

export class GridPane {
  /**
   * @param {HTMLElement} parent
   * @param {(choice: Choice, second: boolean) => void} choose
   * @param {Words} words
   */
  constructor(parent, choose, words) {
    /** @type {Choice | null} the map under the pointer */
    this.hovered = null;
    /** @type {{ scene: Scene, common: Shades } | null} */
    this.drawn = null;
    this.marked = "";
    const hover = (/** @type {Choice | null} */ cell) => {
      this.hovered = cell;
      if (this.drawn) this.describe(this.drawn.scene, this.drawn.common);
    };
    this.view = new GridView(parent, { hover, choose });
    this.view.title.textContent = words.grid;
    this.view.stage.setAttribute("aria-label", words.gridHelp);
    this.line = this.view.root.appendChild(make("div", "vx-readout"));
    this.sinks = this.view.root.appendChild(make("div", "vx-readout"));
  }

  /**
   * Lay the maps out anew, in `width` CSS pixels.
   * @param {Scene} scene
   * @param {number} width
   */
  layout({ data, engines, state }, width) {
    const small = data.layers.map((layer) => ({ heads: layer.heads, shape: shapeOf(layer) }));
    const name = state.order;
    const figure = (/** @type {number} */ layer, /** @type {number} */ head) =>
      name === "layer" ? undefined : engines[0].figure(name, layer, head);
    const ratio = pixelRatio(this.view.root);
    const window = (innerHeight * (devicePixelRatio || 1)) / ratio;
    const room = { width, height: Math.max(LEAST, window - AROUND), ratio };
    this.view.setLayout(new GridLayout(small, state.order, figure, room));
    this.marked = "";
  }

  /**
   * @param {Scene} scene
   * @param {Shades} common
   * @param {Theme} theme
   */
  draw(scene, common, theme) {
    this.drawn = { scene, common };
    for (const cell of this.view.layout?.cells ?? []) if (cell) this.paint(scene, common, cell);
    this.view.flush();
    this.mark(scene, theme);
    this.describe(scene, common);
  }

  /**
   * @param {Scene} scene
   * @param {Shades} common
   * @param {Choice} cell
   */
  paint(scene, common, cell) {
    const { state, data } = scene;
    const [engine] = scene.engines;
    const maths = engine.layer(cell.layer);
    const map = maths && engine.map(cell, queriesOf(state), state.direction, 0);
    if (!map) {
      this.view.blank(cell);
      return;
    }
    const layer = data.layers[cell.layer];
    const shades = scaleOf(common, scene, cell, map);
    if (layer.window) {
      const reach = maths.reach(tokenOn(layer, state.token, data.layers[state.layer]));
      const weights = Float32Array.from(reach, (token) => (token < 0 ? NaN : map.values[map.offset + token]));
      this.view.paint(cell, weights, 0, shades);
    } else this.view.paint(cell, map.values, map.offset + layer.prefix.length, shades);
  }

  /**
   * Frames and numbers, where they are not drawn already.
   * @param {Scene} scene
   * @param {Theme} theme
   */
  mark({ state, data, engines }, { dark, ink }) {
    const { layer, head } = state;
    const second = data.second && data.second.model !== data.model ? null : state.second; // its maps are not among these
    const loaded = data.layers.filter((_, index) => engines[0].layer(index)).length;
    const key = [layer, head, second?.layer, second?.head, loaded, dark].join();
    if (key === this.marked) return;
    this.marked = key;
    this.view.mark(state, second, ink);
  }

  /**
   * Name and figures of the map under the pointer, and what its colours span where every map has a scale of its own.
   * @param {Scene} scene
   * @param {Shades} common
   */
  describe(scene, common) {
    const { state, engines } = scene;
    const cell = this.hovered ?? state;
    const map = state.scale === "map" && engines[0].map(cell, queriesOf(state), state.direction, 0);
    const span = map ? ` \u00b7 ${spanText(scaleOf(common, scene, cell, map))}` : "";
    const line = nameOf(scene, cell) + figures(scene, cell) + span;
    if (this.line.textContent !== line) this.line.textContent = line;
    const sinks = sinkText(scene, cell);
    if (this.sinks.textContent === sinks) return;
    this.sinks.textContent = sinks;
    const times = engines[0].layer(cell.layer)?.header.sink_times ?? 0;
    this.sinks.title = sinks && filled(scene.data.words.sinksHelp, { times });
  }

  /**
   * The maps as a panel of a file.
   * @param {(canvas: HTMLCanvasElement) => string} image
   * @param {Words} words
   * @returns {Panel}
   */
  panel(image, words) {
    const { atlas, marks } = this.view;
    const layers = [{ href: image(atlas) }, { href: image(marks) }];
    return { label: words.grid, aspect: atlas.width / atlas.height, layers, boxes: [] };
  }
}
