// One map of a scene over the picture: the chosen one, or that of the second pane.
import { filled } from "../shared/words.js";
import { PictureView } from "./picture.js";
import { scaleOf, spanText } from "./scale.js";
import { queriesOf } from "./state.js";
import { placeOf, tokenAcross, tokensAcross } from "./tokens.js";
import { nameOf } from "./wording.js";

/** @import { Shades } from "../shared/shades.js" */
/** @import { Box, Panel } from "./composition.js" */
/** @import { Engine } from "./engine.js" */
/** @import { PictureEvents } from "./picture.js" */
/** @import { Choice, ExplorerPicture, Ink, Scene, TokenMap } from "./types.d.ts" */

export class PicturePane {
  /**
   * @param {HTMLElement} parent
   * @param {PictureEvents} events
   */
  constructor(parent, events) {
    /** @type {{ own: TokenMap, current: TokenMap } | null} this map's tokens, and those that the cursor counts in */
    this.maps = null;
    this.view = new PictureView(parent, {
      ...events,
      hover: (token) => this.carried(token, events.hover),
      choose: (token) => this.carried(token, events.choose),
      paint: (token, first) => this.carried(token, (there) => events.paint?.(there, first)),
    });
    this.opacity = 1;
    /** @type {number[]} the region in this map */
    this.region = [];
  }

  /**
   * Call `callback` with the cursor's token for one of this map, if there is one.
   * @param {number} token
   * @param {(token: number) => void} callback
   */
  carried(token, callback) {
    const there = this.maps ? tokenAcross(this.maps.current, token, this.maps.own) : token;
    if (there >= 0) callback(there);
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
    const layer = picture.layers[choice.layer];
    const current = data.layers[state.layer];
    this.maps = { own: layer, current };
    const token = tokenAcross(layer, state.token, current);
    const name = nameOf(scene, choice, picture);
    view.show({ ...picture.picture, label: filled(data.words.pictureLabel, { map: name }) }, layer, layer.prefix);
    const queries = tokensAcross(layer, queriesOf(state), current);
    const map = engine.map(choice, queries, state.direction, state.start);
    const own = map && scaleOf(common, scene, choice, map, picture);
    if (map && own) view.paint(map.values.subarray(map.offset, map.offset + map.tokens), own, state);
    else view.clear();
    const span = own && own !== common ? ` \u00b7 ${spanText(own)}` : "";
    const beside = [
      ...(picture.model === data.model ? [] : [picture.modelTitle]),
      ...(picture.name === data.name && picture.model !== data.model ? [] : [picture.name]),
    ];
    const title = [name, ...(picture === data ? [] : beside)].join(" \u00b7 ") + span;
    if (view.title.textContent !== title) view.title.textContent = title;
    view.point(token, other === null ? null : tokenAcross(layer, other, current), state.pinned);
    const maths = engine.layer(choice.layer);
    const reach = maths?.windowed ? queries.flatMap((query) => [...maths.reach(query)]) : [];
    view.outline(reach, (other) =>
      queries.every((query) => !maths?.together(query, other) || maths.isCut(query, other)),
    );
    this.region = tokensAcross(layer, state.region, current);
    view.mark(this.region, scene.painting);
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
        boxes: [
          ...this.region.flatMap((token) => this.box(placeOf(token, view.map), ink.accent, false)),
          ...this.boxes(view.query.line, ink.accent, false),
          ...this.boxes(view.key.line, ink.second, true),
        ],
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
    const [x, y] = ["x", "y"].map((name) => Number(rect.getAttribute(name)));
    return this.box([y, x], colour, dashed);
  }

  /**
   * A patch as a box of a file; none for a token that is no patch.
   * @param {readonly [row: number, column: number] | null} place
   * @param {string} colour
   * @param {boolean} dashed
   * @returns {Box[]}
   */
  box(place, colour, dashed) {
    if (!place) return [];
    const { rows, columns } = this.view.map;
    const [y, x] = place;
    return [{ x: x / columns, y: y / rows, width: 1 / columns, height: 1 / rows, colour, dashed }];
  }
}
