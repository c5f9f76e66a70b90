// The elements of the view in one language, and how a scene is drawn with them.
import { CellView } from "../explorer/cell.js";
import { colourBar } from "../shared/colours.js";
import { choice, labelled, segments, setOptions } from "../shared/controls.js";
import { make, write } from "../shared/dom.js";
import { Announcer } from "../shared/words.js";
import { WordLine } from "./lines.js";
import { SmallMaps } from "./maps.js";
import { WordMatrix } from "./matrix.js";
import { highOf, MaskedShades } from "./shades.js";
import { mapName, maskText, reading, weightsOf, wordName } from "./wording.js";

/** @import { Theme } from "../explorer/types.d.ts" */
/** @import { Words } from "../shared/types.d.ts" */
/** @import { Layers } from "./layers.js" */
/** @import { Head, Place, Pointed, Range, WordAttentionData } from "./types.d.ts" */
/**
 * What a person does.
 * @typedef {object} Actions
 * @property {(part: Partial<Place>) => void} choose
 * @property {(token: number) => void} press
 * @property {(row: number, column: number) => void} pressCell
 * @property {(token: number) => void} hover
 * @property {(row: number, column: number) => void} hoverCell
 * @property {(map: { layer: number, head: Head } | null) => void} hoverMap
 * @property {() => void} leave
 * @property {() => void} escape
 */
/**
 * All that a frame is drawn from: `map` is the small map under the pointer, `revision` counts the runs.
 * @typedef {{ data: WordAttentionData, layers: Layers, place: Place, pointed: Pointed, map: { layer: number, head: Head } | null, theme: Theme, revision: number }} Scene
 */

const MASKED = { light: 0xffcfcaca, dark: 0xff4c4646 }; // pixels (ABGR) of a forbidden pair
const [MIDDLE, SHARE] = [720, 0.36]; // CSS pixels, and what the small maps may take of the width
const DIRECTIONS = /** @type {const} */ (["row", "column"]);

export class Elements {
  /**
   * @param {HTMLElement} root
   * @param {Words} words
   * @param {Actions} actions
   */
  constructor(root, words, actions) {
    this.root = root;
    this.words = words;
    root.replaceChildren();
    const bar = root.appendChild(make("div", "vx-toolbar"));
    this.layer = labelled(
      bar,
      words.layer,
      choice(bar, [], (value) => actions.choose({ layer: Number(value) })),
      "vx-field",
    );
    this.head = labelled(
      bar,
      words.head,
      choice(bar, [], (value) => actions.choose({ head: value === "mean" ? value : Number(value) })),
      "vx-field",
    );
    const turn = (/** @type {number} */ at) => actions.choose({ direction: DIRECTIONS[at] });
    this.directions = segments(bar, words.direction, [words.row, words.column], turn);
    this.scales = segments(bar, words.scale, [words.scaleOne, words.scaleOwn], (at) =>
      actions.choose({ own: at === 1 }),
    );
    const pointing = { hover: actions.hover, leave: actions.leave, choose: actions.press };
    this.lines = [new WordLine(root, pointing), new WordLine(root, pointing)];
    this.line = root.appendChild(make("div", "vx-readout wa-reading"));
    const body = root.appendChild(make("div", "wa-body"));
    this.maps = new SmallMaps(body, {
      choose: (layer, head) => actions.choose({ layer, head }),
      hover: (layer, head) => actions.hoverMap({ layer, head }),
      leave: () => actions.hoverMap(null),
    });
    this.maps.view.title.textContent = words.maps;
    this.maps.view.stage.setAttribute("aria-label", words.mapsHelp);
    this.mapLine = this.maps.view.root.appendChild(make("div", "vx-readout"));
    this.bar = this.maps.view.root.appendChild(make("div"));
    this.legend = this.maps.view.root.appendChild(make("div", "wa-legend"));
    this.matrix = new WordMatrix(body, {
      hover: actions.hoverCell,
      leave: actions.leave,
      choose: actions.pressCell,
    });
    this.cell = new CellView(root, actions.escape, words);
    root.append(make("p", "vx-keys", words.keys));
    this.announcer = new Announcer(root);
    this.drawn = this.opened = "";
    /** @type {MaskedShades | null} of the chosen map */
    this.shades = null;
  }

  /** @param {Scene} scene */
  draw(scene) {
    const { layers, place, pointed, theme, revision, map } = scene;
    const { token, other } = pointed;
    const layer = layers.layers[place.layer];
    const { layer: at, head, own, direction } = place;
    const drawn = [revision, at, head, own, direction, this.root.clientWidth, theme.dark].join();
    if (drawn !== this.drawn) {
      this.drawn = drawn;
      const masked = theme.dark ? MASKED.dark : MASKED.light;
      this.shades = new MaskedShades(theme.attention, highOf(layer.matrix(head), own), masked);
      this.drawMap(scene, this.shades);
      this.nameLines(scene);
    }
    this.shadeLines(scene);
    const row = direction === "row";
    const [i, j] = row ? [token, other] : [other, token];
    this.matrix.point(i < 0 ? -1 : i - layer.queries.first, j < 0 ? -1 : j - layer.keys.first, row);
    const text = reading(layers, place, pointed, this.words);
    if (this.line.textContent !== text) {
      this.line.textContent = text;
      this.announcer.announce(text);
    }
    write(this.mapLine, mapName(layers, map ?? place, this.words));
    this.drawOpened(scene);
  }

  /**
   * What another map, scale or width changes: the choices, the small maps, the large one.
   * @param {Scene} scene
   * @param {MaskedShades} shades
   */
  drawMap({ data: { scales }, layers, place, theme, revision }, shades) {
    const { words } = this;
    const layer = layers.layers[place.layer];
    const heads = Array.from({ length: layer.heads }, (_, head) => String(head));
    this.offer(
      this.layer,
      layers.layers.map(({ name }, at) => [String(at), name]),
      String(place.layer),
    );
    this.offer(this.head, [...heads.map(pair), ["mean", words.mean]], String(place.head));
    this.directions.set(place.direction === "row" ? 0 : 1);
    this.scales.set(Number(place.own));
    const { clientWidth } = this.root;
    const width = clientWidth > MIDDLE ? clientWidth * SHARE : clientWidth;
    this.maps.draw(layers, place, theme, { masked: shades.masked, width, revision });
    const label = place.own ? words.barOwn : words.barOne;
    this.bar.replaceChildren(colourBar(scales.attention, theme.dark, 0, shades.high, label));
    write(this.legend, maskText(layers, place.layer, words));
    const rows = namesOf(layers.names, layer.queries);
    const columns = namesOf(layers.names, layer.keys);
    const title = `${mapName(layers, place, words)}: ${words.axes}`;
    write(this.matrix.title, title);
    write(this.matrix.stage, null, { "aria-label": `${title}. ${words.mapHelp}` });
    this.matrix.show({ matrix: layer.matrix(place.head), rows, columns, shades, ink: theme.ink });
  }

  /**
   * @param {HTMLSelectElement} select
   * @param {[string, string][]} options
   * @param {string} value
   */
  offer(select, options, value) {
    const text = JSON.stringify(options);
    if (select.dataset.options !== text) setOptions(select, options);
    select.dataset.options = text;
    select.value = value;
  }

  /**
   * The words that look and those that are looked at; in self-attention they are the same line.
   * @param {Scene} scene
   */
  nameLines({ layers, place }) {
    const { words } = this;
    const [first, second] = this.lines;
    const { queries, keys } = layers.layers[place.layer];
    const alone = queries.first === keys.first;
    first.show(namesOf(layers.names, queries), queries.first, alone ? words.lineBoth : words.lineQueries);
    second.root.hidden = alone;
    if (!alone) second.show(namesOf(layers.names, keys), keys.first, words.lineKeys);
  }

  /**
   * Each word by its weight, and which are pointed at.
   * @param {Scene} scene
   */
  shadeLines({ layers, place, pointed: { token, other } }) {
    const { shades } = this;
    if (!shades) return;
    const [first, second] = this.lines;
    const alone = second.root.hidden;
    const weights = weightsOf(layers, place, token);
    const row = place.direction === "row";
    const plain = { own: token, other: -1, pinned: place.pinned };
    const shaded = { own: alone ? token : -1, other, pinned: place.pinned };
    first.paint(alone || !row ? weights : null, shades, alone || !row ? shaded : plain);
    if (!alone) second.paint(row ? weights : null, shades, row ? shaded : plain);
  }

  /**
   * The weight of the pinned pair, from q and k to what it adds.
   * @param {Scene} scene
   */
  drawOpened({ layers, place, theme, revision }) {
    const { words } = this;
    const { layer: at, head, token, other, direction } = place;
    const opened = other < 0 ? "" : [revision, at, head, token, other, direction, theme.dark].join();
    if (opened === this.opened) return;
    this.opened = opened;
    if (!opened) {
      this.cell.close();
      return;
    }
    if (head === "mean") {
      this.cell.wait();
      this.cell.title.textContent = words.oneHead;
      return;
    }
    const layer = layers.layers[at];
    const [i, j] = direction === "row" ? [token, other] : [other, token];
    const weight = layer.maths.cell(head, i, j);
    const hidden = this.cell.root.hidden;
    this.cell.open(
      weight,
      { i: wordName(layers, i), j: wordName(layers, j), map: mapName(layers, place, words) },
      theme,
    );
    this.cell.setValues(weight, layer.valuesOf(head), 0);
    if (hidden) this.cell.reveal();
  }

  destroy() {
    this.announcer.destroy();
    this.root.replaceChildren();
  }
}

/**
 * @param {string[]} names
 * @param {Range} range
 */
export const namesOf = (names, { first, count }) => names.slice(first, first + count);

/**
 * @param {string} head
 * @returns {[string, string]}
 */
const pair = (head) => [head, head];
