// One query's scores taken apart, and the table that the bias comes from.
import { isDark } from "../../../web/shared/colours.js";
import { slider } from "../../../web/shared/controls.js";
import { make } from "../../../web/shared/dom.js";
import { arraysIn } from "../../../web/shared/save_figure.js";
import { filled } from "../../../web/shared/words.js";
import { BiasIndex, entriesOf } from "./bias_index.js";
import { borders, outline } from "./edges.js";
import { Gallery } from "./gallery.js";
import { asked, taken, within } from "./keys.js";
import { Journey } from "./maps.js";
import { Pairs } from "./pairs.js";
import { Pane, pathOf, TEAL } from "./pane.js";
import { rangesOf, termsOf } from "./score_terms.js";
import { problemOf, sourceAt } from "./sources.js";
import { Surface } from "./surface.js";
import { TermMaps } from "./term_maps.js";

/** @import { Send } from "./surface.js" */
/** @import { Tiling } from "./maps.js" */
/** @import { Maths, ScoresData, Source, Step, Table } from "./types.js" */

class ScoresPart {
  /**
   * @param {HTMLElement} element
   * @param {Send} send
   */
  constructor(element, send) {
    this.surface = new Surface(element, send, () => this.render());
    this.patch = 0;
    this.block = 0;
    this.head = 0;
    /** @type {number | null} a place of the window; null until one is chosen */
    this.key = null;
    /** @type {Table[]} */
    this.tables = [];
    /** @type {Map<Tiling, Path2D>} */
    this.borders = new Map();
    /** @type {Source | undefined} */
    this.source = undefined;
    this.dressed = "";
    this.problem = "";
  }

  /** @param {ScoresData} data */
  update(data) {
    const isNew = data.revision !== this.data?.revision;
    const isSpoken = data.words.block === this.data?.words.block;
    this.data = data;
    if (isNew || this.source?.url !== data.url) {
      this.source?.close();
      this.source = sourceAt(data.url, () => this.surface.need());
    }
    if (isNew || !this.journey) this.begin(data);
    if (isNew || !isSpoken) this.build(data);
    this.dressed = "";
    this.fetch();
    this.surface.draw();
  }

  /**
   * Another picture or model.
   * @param {ScoresData} data
   */
  begin({ journey, tables, patch, head, block }) {
    this.journey = new Journey(journey);
    this.tables = tables.blocks.map(({ map, ...table }) => ({ ...table, index: tables.indices[map] }));
    this.patch = patch;
    this.block = Math.min(block, this.tables.length - 1);
    this.head = Math.min(head, this.tables[this.block].heads - 1);
    this.key = null;
    this.borders.clear();
  }

  /** @param {ScoresData} data */
  build({ words, picture }) {
    const { root } = this.surface;
    root.replaceChildren();
    const blocks = slider(root, words.block, (block) => this.choose({ block, key: null }));
    const heads = slider(root, words.head, (head) => this.choose({ head }));
    const top = root.appendChild(make("div", "wr-scores"));
    const listeners = {
      hover: (/** @type {number} */ token) => this.hover(token),
      choose: () => this.choose({}),
      key: (/** @type {KeyboardEvent} */ event) => this.press(event),
    };
    const pane = new Pane(top, listeners, picture);
    const terms = new TermMaps(top, words, {
      hover: (place) => this.chooseKey(place),
      move: (step) => this.moveKey(step),
      redraw: () => this.surface.draw(),
    });
    root.append(make("h3", "wr-head", words.tables));
    const gallery = new Gallery(root, words, (head) => this.choose({ head }));
    const pairs = new Pairs(root, words, (query, key) => this.choosePair(query, key));
    this.views = { blocks, heads, pane, terms, gallery, pairs };
  }

  /** The chosen block: its map, the way it cuts it, the query's token, its table; null before the data is there. */
  get current() {
    const { journey } = this;
    if (!journey) return null;
    const at = journey.blocks[this.block];
    const stage = journey.mapOf(at);
    const tiling = journey.tilingOf(at) ?? stage.regular;
    return { journey, at, stage, tiling, token: stage.tokenOf(this.patch), table: this.tables[this.block] };
  }

  /** @param {number} token */
  hover(token) {
    const patch = this.current?.stage.patchOf(token, this.patch) ?? this.patch;
    if (patch === this.patch) return;
    this.patch = patch;
    this.surface.draw();
  }

  /** @param {number} place */
  chooseKey(place) {
    if (place === this.key) return;
    this.key = place;
    this.surface.draw();
  }

  /** @param {Step} step */
  moveKey([down, across]) {
    const { current, key } = this;
    if (!current || key === null) return;
    const { window } = current.tiling;
    const row = within(Math.floor(key / window) + down, 0, window - 1);
    this.chooseKey(row * window + within((key % window) + across, 0, window - 1));
  }

  /**
   * A pair of places from the table or the matrix: the query goes to that place of the same window, if a patch is there.
   * @param {number} query
   * @param {number} key
   */
  choosePair(query, key) {
    const { current } = this;
    if (!current) return;
    const { tiling, token, stage } = current;
    const target = tiling.tokens[tiling.windowOf(token) * tiling.places + query];
    if (target < 0) return;
    this.patch = stage.patchOf(target, this.patch);
    this.key = key;
    this.surface.draw();
  }

  /** @param {{ block?: number, head?: number, patch?: number, key?: null }} part */
  choose(part) {
    Object.assign(this, part);
    this.head = Math.min(this.head, this.tables[this.block].heads - 1);
    this.fetch();
    this.surface.draw();
    this.surface.choose({ block: this.block, patch: this.patch, head: this.head });
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const { step, turn, bracket } = asked(event);
    const { current } = this;
    if (!current || (!step && !turn && !bracket)) return;
    taken(event);
    const { stage, token, table } = current;
    if (step) this.choose({ patch: stage.patchOf(stage.moved(token, step)) });
    else if (turn) this.choose({ block: within(this.block + turn, 0, this.tables.length - 1), key: null });
    else this.choose({ head: within(this.head + bracket, 0, table.heads - 1) });
  }

  async fetch() {
    this.problem = "";
    try {
      await this.source?.get(`${this.block}.bin`);
    } catch (error) {
      this.problem = problemOf(error, this.data?.words.gone ?? "");
    }
    this.surface.draw();
  }

  render() {
    const { data, current, views, head } = this;
    if (!data || !current || !views) return;
    const { words } = data;
    const { journey, at, stage, tiling, token, table } = current;
    views.blocks.set(this.block, journey.blocks.length - 1, journey.name(at));
    views.heads.set(head, table.heads - 1, filled(words.headOf, { head, heads: table.heads }));
    const names = { place: stage.place(token), window: tiling.windowOf(token) };
    views.pane.title.textContent = filled(words.query, names);
    views.pane.show(words.help, stage, tiling.padded);
    const maths = this.source?.peek(`${this.block}.bin`);
    const { accent } = this.surface;
    this.dress(data, table, tiling, maths);
    if (maths) {
      this.key = views.terms.draw(maths, head, tiling, token, this.key, accent, (t) => stage.place(t));
      this.surface.announcer.announce(views.terms.sentence.textContent ?? "");
    } else views.terms.sentence.textContent = this.problem || words.loading;
    const key = this.key ?? tiling.placeOf(token);
    this.drawPane(views.pane, tiling, token, key, accent);
    views.pairs.draw(tiling.placeOf(token), key);
  }

  /**
   * What only changes with the block, the head or the theme: scales, the table and the gallery of tables.
   * @param {ScoresData} data
   * @param {Table} table
   * @param {Tiling} tiling
   * @param {Maths | undefined} maths
   */
  dress({ colours, words }, table, tiling, maths) {
    const { views, head } = this;
    const key = `${this.block} ${head} ${Boolean(maths)}`;
    if (key === this.dressed || !views) return;
    this.dressed = key;
    const dark = isDark(this.surface.root);
    if (maths) views.terms.scale({ ranges: rangesOf(maths, head), colours, dark });
    const index = new BiasIndex(table.index, tiling.window, table.window);
    const name = filled(words.headOf, { head, heads: table.heads });
    views.pairs.show({ index, entries: entriesOf(table, head), head, name, colours: colours.weight, dark });
    views.gallery.draw(table, head, colours.weight, dark, `${this.block} ${dark}`);
  }

  /**
   * @param {Pane} pane
   * @param {Tiling} tiling
   * @param {number} token
   * @param {number} key
   * @param {string} accent
   */
  drawPane(pane, tiling, token, key, accent) {
    const { rows, columns, group } = tiling;
    const window = tiling.windowOf(token);
    const isLegal = (/** @type {number} */ t) => group[t] === group[token];
    const isCut = (/** @type {number} */ t) => !isLegal(t) && tiling.windowOf(t) === window;
    const begun = pane.begin((t) => (isLegal(t) ? "clear" : isCut(t) ? "cut" : "dim"));
    const edges = this.borders.get(tiling) ?? pathOf(borders(rows, columns, (t) => group[t]));
    this.borders.set(tiling, edges);
    pane.stroke(begun, edges, "rgb(255 255 255 / .45)", 1);
    pane.edge(begun, pathOf(outline(rows, columns, isLegal)), "#fff", 2);
    const target = tiling.keys(token)[key]?.token ?? -1;
    if (target >= 0) pane.box(begun, target, TEAL, 2);
    pane.box(begun, token, accent);
  }

  /** The addends of the query's scores, and the head's table of biases. */
  figures() {
    const { current, views, head } = this;
    const maths = this.source?.peek(`${this.block}.bin`);
    if (!current || !views || !maths) return [];
    const { tiling, token, table } = current;
    const shape = [tiling.window, tiling.window];
    const { values } = termsOf(maths, head, tiling.windowOf(token), tiling.placeOf(token));
    const terms = Object.fromEntries(Object.entries(values).map(([term, each]) => [term, { values: each, shape }]));
    const biases = arraysIn({ entries: entriesOf(table, head), index: table.index });
    return [
      { name: views.pane.title.textContent ?? "", element: views.terms.root, arrays: terms },
      { name: this.data?.words.tables, element: views.pairs.root, arrays: biases },
    ];
  }

  destroy() {
    this.source?.close();
    this.surface.destroy();
  }
}

/**
 * @param {HTMLElement} element
 * @param {Send} send
 */
export function mount(element, send) {
  return new ScoresPart(element, send);
}
