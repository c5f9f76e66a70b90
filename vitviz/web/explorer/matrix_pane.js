// The chosen head's matrix of a scene; drawn anew only where something that it shows is another.
import { Shades } from "../shared/shades.js";
import { filled } from "../shared/words.js";
import { MatrixView } from "./matrix.js";
import { spanText } from "./scale.js";
import { nameOf } from "./wording.js";

/** @import { Words } from "../shared/types.d.ts" */
/** @import { Panel } from "./composition.js" */
/** @import { LayerMaths } from "./maths.js" */
/** @import { MatrixEvents } from "./matrix.js" */
/** @import { Scene, Theme } from "./types.d.ts" */

/**
 * What tells a matrix apart: the picture, the map, and of a Swin the window.
 * @param {Scene} scene
 * @param {LayerMaths} maths
 */
function nameOfMatrix({ data, state }, maths) {
  const start = state.head === "rollout" ? state.start : "";
  const window = maths.windowed ? maths.pair(0, state.token, state.token).window : "";
  return [data.revision, state.layer, state.head, start, window].join();
}

export class MatrixPane {
  /**
   * @param {HTMLElement} parent
   * @param {MatrixEvents} events
   * @param {Words} words
   */
  constructor(parent, events, words) {
    this.view = new MatrixView(parent, events, words);
    this.drawn = "";
  }

  /**
   * @param {Scene} scene
   * @param {Shades} common
   * @param {Theme} theme
   */
  draw(scene, common, theme) {
    const { view } = this;
    const { state, engines, other } = scene;
    const found = engines[0].matrix(state, state.token, state.start);
    const maths = engines[0].layer(state.layer);
    view.ink = theme.ink;
    view.root.classList.toggle("vx-absent", !found);
    if (!found || !maths) return;
    const name = nameOfMatrix(scene, maths);
    const drawn = [name, common.high, common.logarithmic, theme.dark, view.stage.clientWidth].join();
    if (drawn !== this.drawn) {
      this.drawn = drawn;
      const title = filled(scene.data.words.matrixTitle, { map: nameOf(scene, state), n: found.order.length });
      view.title.textContent = view.title.title = title;
      view.stage.setAttribute("aria-label", title);
      const rollout = state.head === "rollout";
      // Weights of a rollout are near 1 / N, far below the scale of single heads.
      const shades = rollout ? new Shades(theme.attention, 4 / maths.tokens, state.log) : common;
      const rows = { prefix: maths.prefix.length, columns: maths.header.window ?? maths.columns };
      view.show({ name, ...found, rows, shades, span: rollout ? spanText(shades) : "" });
    }
    const [i, j] = state.direction === "row" ? [state.token, other] : [other, state.token];
    view.point(i, j, state.direction === "row");
  }

  /**
   * The matrix as a panel of a file, none while it is not there.
   * @param {(canvas: HTMLCanvasElement) => string} image
   * @param {Scene} scene
   * @returns {Panel[]}
   */
  panels(image, scene) {
    const { root, canvas, cursor } = this.view;
    if (root.classList.contains("vx-absent")) return [];
    const layers = [{ href: image(canvas) }, { href: image(cursor) }];
    return [{ label: nameOf(scene, scene.state), aspect: 1, layers, boxes: [] }];
  }
}
