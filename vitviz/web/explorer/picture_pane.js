// One map of a scene over the picture: the chosen one, or that of the second pane.
import { filled } from "../shared/words.js";
import { PictureView } from "./picture.js";
import { scaleOf, spanText } from "./scale.js";
import { tokenOn } from "./tokens.js";
import { nameOf } from "./wording.js";

/** @import { Shades } from "../shared/shades.js" */
/** @import { Box, Panel } from "./composition.js" */
/** @import { Engine } from "./engine.js" */
/** @import { PictureEvents } from "./picture.js" */
/** @import { Choice, ExplorerPicture, Ink, Scene } from "./types.d.ts" */

export class PicturePane {
  /**
   * @param {HTMLElement} parent
   * @param {PictureEvents} events
   */
  constructor(parent, events) {
    this.view = new PictureView(parent, events);
    this.opacity = 1;
  }

  /**
   * Draw the map `choice`, nothing where there is none.
   * @param {Scene} scene
   * @param {Choice | null} choice
   * @param {{ picture: ExplorerPicture, engine: Engine }} source
   * @param {Shades} common
   */
  draw(scene, choice, { picture, engine }, common) {
    const { view } = this;
    const { state, data, other } = scene;
    view.root.hidden = !choice;
    if (!choice) return;
    this.opacity = state.opacity;
    const layer = data.layers[choice.layer];
    const current = data.layers[state.layer];
    const token = tokenOn(layer, state.token, current);
    const name = nameOf(scene, choice);
    view.show({ ...picture.picture, label: filled(data.words.pictureLabel, { map: name }) }, layer, layer.prefix);
    const map = engine.map(choice, token, state.direction, state.start);
    const own = map && scaleOf(common, scene, choice, map);
    if (map && own) view.paint(map.values.subarray(map.offset, map.offset + map.tokens), own, state);
    else view.clear();
    const span = own && own !== common ? ` \u00b7 ${spanText(own)}` : "";
    const title = name + (picture === data ? "" : ` \u00b7 ${picture.name}`) + span;
    if (view.title.textContent !== title) view.title.textContent = title;
    view.point(token, other === null ? null : tokenOn(layer, other, current), state.pinned);
    const maths = engine.layer(choice.layer);
    const reach = maths?.windowed ? maths.reach(token) : [];
    view.outline(reach, (other) => Boolean(maths?.isCut(token, other)));
  }

  /**
   * The picture as a panel of a file, none while it is hidden.
   * @param {(canvas: HTMLCanvasElement) => string} image
   * @param {Ink} ink
   * @returns {Panel[]}
   */
  panels(image, ink) {
    const { view, opacity } = this;
    if (view.root.hidden) return [];
    return [
      {
        label: view.title.textContent ?? "",
        aspect: view.frame.clientWidth / view.frame.clientHeight,
        layers: [{ href: view.image.src }, { href: image(view.overlay.canvas), opacity }],
        boxes: [...this.boxes(view.query.line, ink.accent, false), ...this.boxes(view.key.line, ink.second, true)],
      },
    ];
  }

  /**
   * A marked patch as a box of a file, none while it is hidden.
   * @param {SVGElement} rect
   * @param {string} colour
   * @param {boolean} dashed
   * @returns {Box[]}
   */
  boxes(rect, colour, dashed) {
    if (rect.style.display === "none") return [];
    const { rows, columns } = this.view.map;
    const [x, y] = ["x", "y"].map((name) => Number(rect.getAttribute(name)));
    return [{ x: x / columns, y: y / rows, width: 1 / columns, height: 1 / rows, colour, dashed }];
  }
}
