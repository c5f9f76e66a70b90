// The maps on the page: their parts, their sizes, and how one frame is drawn. Nobody chooses anything here.
/** @import { Engine } from "./engine.js" */
/** @import { Actions, Choice, Colours, ExplorerPicture, Ink, State, WeightMap } from "./types.d.ts" */
import { colourBar, colourTable, isDark } from "../shared/colours.js";
import { make } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { largest, pixels, Shades } from "../shared/shades.js";
import { filled } from "../shared/words.js";
import { CellView } from "./cell.js";
import { GridView } from "./grid.js";
import { MatrixView } from "./matrix.js";
import { PictureView } from "./picture.js";
import { tokenOn } from "./state.js";
import { Toolbar } from "./toolbar.js";
import { later, Wording } from "./wording.js";

const BUDGET = 10; // milliseconds of a frame for maps of layers that nobody chose; the rest come in the next frames
const SPOKEN_AFTER = 350; // milliseconds that the cursor rests before a screen reader hears where it is
const GRID_HEIGHT = 470; // CSS pixels that the small maps may take

export class Scene extends Wording {
  /** @param {Element} element */
  constructor(element) {
    super();
    this.element = element;
    /** @type {Actions} */
    this.actions = later();
    /** @type {import("./types.d.ts").Aggregate[]} */
    this.aggregates = [];
    this.spoken = "";
    this.synced = "";
    this.matrixDrawn = "";
    this.barKey = "";
    this.marked = "";
    this.dark = false;
    /** @type {HTMLElement} */
    this.root = later();
    /** @type {HTMLElement} */
    this.body = later();
    /** @type {HTMLElement} */
    this.readout = later();
    /** @type {HTMLElement} */
    this.bar = later();
    /** @type {HTMLElement} */
    this.gridLine = later();
    /** @type {HTMLElement} */
    this.live = later();
    /** @type {Toolbar} */
    this.toolbar = later();
    /** @type {PictureView[]} */
    this.pictures = [];
    /** @type {GridView} */
    this.grid = later();
    /** @type {MatrixView} */
    this.matrix = later();
    /** @type {CellView} */
    this.cell = later();
    /** @type {Ink} */
    this.ink = later();
    /** @type {Colours} */
    this.colours = later();
    /** @type {Shades} */
    this.shades = later();
    /** @type {Choice | null} */
    this.overCell = null;
    /** @type {ResizeObserver | undefined} */
    this.watcher = undefined;
    /** @type {number | null} */
    this.frame = null;
    /** @type {{ key: string, engine: Engine, done: Set<number> } | null} what is computed of the current token */
    this.computed = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.speaking = undefined;
  }

  /** Make the page's parts, anew where they have to speak another language. */
  build() {
    const { actions } = this;
    const { words } = this.data;
    if (this.root && this.spoken === words.row) return;
    this.spoken = words.row;
    this.watcher?.disconnect();
    Object.assign(this, { synced: "", matrixDrawn: "" });
    this.root = make("div", "vx");
    this.element.replaceChildren(this.root);
    this.toolbar = new Toolbar(
      this.root,
      words,
      (/** @type {Partial<State>} */ part) => actions.change(part),
      (/** @type {string} */ name) => actions.act(name),
    );
    this.body = this.root.appendChild(make("div", "vx-body"));
    const pointing = {
      hover: (/** @type {number} */ token) => actions.hover(token),
      leave: () => actions.leave(),
      choose: (/** @type {number} */ token) => actions.choose(token),
    };
    this.pictures = [new PictureView(this.body, pointing), new PictureView(this.body, pointing)];
    const under = this.pictures[0].root.appendChild(make("div", "vx-under"));
    this.readout = under.appendChild(make("div", "vx-readout"));
    this.bar = under.appendChild(make("div"));
    this.grid = new GridView(this.body, {
      hover: (/** @type {Choice | null} */ cell) => actions.overGrid(cell),
      choose: (/** @type {Choice} */ cell, /** @type {boolean} */ second) => actions.chooseMap(cell, second),
    });
    this.grid.title.textContent = words.grid;
    this.grid.stage.setAttribute("aria-label", words.gridHelp);
    this.gridLine = this.grid.root.appendChild(make("div", "vx-readout"));
    this.matrix = new MatrixView(
      this.body,
      {
        hover: (/** @type {number} */ i, /** @type {number} */ j) => actions.hoverPair(i, j),
        leave: () => actions.leave(),
        choose: (/** @type {number} */ i, /** @type {number} */ j) => actions.choosePair(i, j),
        work: () => this.draw(),
      },
      words,
    );
    this.cell = new CellView(this.root, () => actions.escape(), words);
    this.live = this.root.appendChild(make("div", "vx-live"));
    this.live.setAttribute("role", "status");
    this.root.addEventListener("keydown", (event) => actions.key(event));
    this.watcher = new ResizeObserver(() => this.prepare());
    this.watcher.observe(this.body);
    this.theme();
  }

  theme() {
    const dark = isDark(this.root);
    const style = getComputedStyle(this.root);
    const value = (/** @type {string} */ name, /** @type {string} */ otherwise) =>
      style.getPropertyValue(name).trim() || otherwise;
    const text = value("--st-text-color", dark ? "#eee" : "#222");
    this.ink = {
      text,
      faint: dark ? "#ffffff26" : "#00000020",
      middle: dark ? "#ffffff66" : "#00000055",
      ground: value("--st-background-color", dark ? "#111" : "#fff"),
      accent: style.getPropertyValue("--vx-accent").trim(),
      second: style.getPropertyValue("--vx-second").trim(),
      font: "ui-monospace, monospace",
    };
    this.matrix.ink = this.ink;
    const table = (/** @type {string} */ name) => pixels(colourTable(this.data.scales[name], dark));
    this.colours = { attention: table("attention"), activation: table("activation"), ink: this.ink };
    this.dark = dark;
    this.barKey = "";
  }

  /** Sizes: once after another picture or layout, and when the window changes. */
  prepare() {
    if (!this.data || !this.body.clientWidth) return;
    this.body.classList.toggle("vx-two", Boolean(this.state.second));
    const whole = this.body.clientWidth;
    const width = whole * (whole > 900 ? (this.state.second ? 0.24 : 0.34) : whole > 560 ? 0.45 : 1);
    this.body.classList.toggle("vx-windowed", Boolean(this.layers[0].window));
    this.marked = "";
    const figure = this.state.order === "layer" ? null : this.state.order;
    const small = this.layers.map(({ heads, rows, columns, window }) => ({
      heads,
      shape: /** @type {[number, number]} */ (window ? [window, window] : [rows, columns]),
    }));
    this.grid.layout(
      small,
      this.state.order,
      (/** @type {number} */ l, /** @type {number} */ h) => (figure ? this.engines[0].figure(figure, l, h) : undefined),
      width,
      GRID_HEIGHT,
    );
    this.draw();
  }

  /** Draw in the next frame; many calls before it are one. */
  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this.data && this.body.clientWidth) this.render();
    });
  }

  render() {
    const begun = performance.now();
    const { state, engines } = this;
    const [engine] = engines;
    const key = `${state.token} ${state.layer} ${state.direction}`;
    if (this.computed?.key !== key || this.computed.engine !== engine) this.computed = { key, engine, done: new Set() };
    const again = this.compute(engine, this.computed.done, begun);
    this.computeSecond();
    const reach = Math.max(...engines.map((e) => e.reach()));
    const high = state.scale === "token" ? Math.max(...engines.map((e) => e.top())) : reach;
    this.shades = new Shades(this.colours.attention, high, state.log);
    for (const cell of this.grid.cells) if (cell) this.paintSmall(engine, cell);
    this.grid.flush();
    this.syncToolbar();
    this.markGrid();
    this.panes();
    this.matrixPane();
    this.gridWords();
    this.words();
    const more = this.matrix.work();
    if (again || more) this.draw();
  }

  /**
   * Compute the chosen layer, then as many others as a frame has time for; whether some are left.
   * @param {Engine} engine
   * @param {Set<number>} done
   * @param {number} begun
   */
  compute(engine, done, begun) {
    const { state, layers } = this;
    const order = [state.layer, ...layers.keys()];
    let left = false;
    for (const index of order) {
      if (done.has(index)) continue;
      if (index !== state.layer && performance.now() - begun > BUDGET) {
        left = true;
        break;
      }
      if (engine.compute(index, state.token, state.layer, state.direction)) done.add(index);
    }
    return left;
  }

  computeSecond() {
    const { state, engines } = this;
    const engine = engines[engines.length - 1];
    if (!state.second || engine === engines[0]) return;
    // Weights of layers that are no longer shown would be those of an earlier token, and count for the scale.
    for (const index of this.layers.keys()) if (index !== state.second.layer) engine.buffers[index] = null;
    engine.compute(state.second.layer, state.token, state.layer, state.direction);
  }

  /**
   * The scale of one map: the common one, or its own where that was asked for or a rollout needs it.
   * @param {WeightMap} map
   * @param {Choice} choice
   * @param {number} prefix
   */
  shadesOf(map, choice, prefix) {
    if (this.state.scale !== "map" && choice.head !== "rollout") return this.shades;
    const high = largest(map.values, map.offset + prefix, map.tokens - prefix);
    return new Shades(this.colours.attention, high, this.state.log);
  }

  /**
   * @param {Engine} engine
   * @param {Choice} cell
   */
  paintSmall(engine, cell) {
    const maths = engine.layer(cell.layer);
    const map = maths && engine.map(cell, this.state.token, this.state.direction, 0);
    if (!map) {
      this.grid.blank(cell);
      return;
    }
    const layer = this.layers[cell.layer];
    const shades = this.shadesOf(map, cell, layer.prefix.length);
    if (layer.window) {
      // A window is a small part of the picture: its small map shows the window alone, as the block sees it.
      const reach = maths.reach(tokenOn(layer, this.state.token, this.layers[this.state.layer]));
      this.grid.paint(
        cell,
        Float32Array.from(reach, (/** @type {number} */ token) => (token < 0 ? NaN : map.values[map.offset + token])),
        0,
        shades,
      );
    } else this.grid.paint(cell, map.values, map.offset + layer.prefix.length, shades);
  }

  /** @param {Shades} shades */
  spanOf({ low, high }) {
    return ` \u00b7 ${low ? number(low) : 0} \u2026 ${number(high)}`;
  }

  /** The small map under the pointer, else the chosen one: its name and figures. */
  gridWords() {
    const cell = this.overCell ?? this.state;
    const line = this.nameOf(cell) + this.figures(cell) + this.ownSpan(cell);
    if (this.gridLine.textContent !== line) this.gridLine.textContent = line;
  }

  /**
   * What the colours of a small map span, where every map has a scale of its own.
   * @param {Choice} cell
   */
  ownSpan(cell) {
    const map = this.state.scale === "map" && this.engines[0].map(cell, this.state.token, this.state.direction, 0);
    if (!map) return "";
    return this.spanOf(this.shadesOf(map, cell, this.layers[cell.layer].prefix.length));
  }

  syncToolbar() {
    const key = JSON.stringify({ ...this.state, token: 0, revision: this.data.revision });
    if (key === this.synced) return;
    this.synced = key;
    this.toolbar.sync(this.state, this.layers, this.aggregates);
  }

  markGrid() {
    const { state, grid } = this;
    const loaded = this.layers.filter((_, index) => this.engines[0].layer(index)).length;
    const key = [
      state.layer,
      state.head,
      state.second?.layer,
      state.second?.head,
      state.order,
      grid.atlas.width,
      grid.atlas.height,
      loaded,
      this.dark,
    ].join();
    if (key === this.marked) return;
    this.marked = key;
    grid.mark(state, state.second, this.ink);
  }

  panes() {
    const { state, engines, data } = this;
    const choices = [state, state.second];
    for (const [i, view] of this.pictures.entries()) {
      const choice = choices[i];
      view.root.hidden = !choice;
      if (!choice) continue;
      const engine = i ? engines[engines.length - 1] : engines[0];
      this.pane(view, engine, choice, (i && data.second) || data);
    }
  }

  /**
   * @param {PictureView} view
   * @param {Engine} engine
   * @param {Choice} choice
   * @param {ExplorerPicture} data
   */
  pane(view, engine, choice, data) {
    const { state, layers } = this;
    const layer = layers[choice.layer];
    const token = tokenOn(layer, state.token, layers[state.layer]);
    view.show(
      { ...data.picture, label: filled(this.data.words.pictureLabel, { map: this.nameOf(choice) }) },
      layer,
      layer.prefix,
    );
    const map = engine.map(choice, token, state.direction, state.start);
    const own = map && this.shadesOf(map, choice, layer.prefix.length);
    if (map && own) view.paint(map.values.subarray(map.offset, map.offset + map.tokens), own, state);
    else view.clear();
    const span = own && own !== this.shades ? this.spanOf(own) : "";
    const title = this.nameOf(choice) + (data === this.data ? "" : ` \u00b7 ${data.name}`) + span;
    if (view.title.textContent !== title) view.title.textContent = title;
    view.point(token, this.other === null ? null : tokenOn(layer, this.other, layers[state.layer]), state.pinned);
    const maths = engine.layer(choice.layer);
    const reach = maths?.windowed ? maths.reach(token) : [];
    view.outline(reach, (/** @type {number} */ other) => Boolean(maths?.isCut(token, other)));
  }

  matrixPane() {
    const { state, engines } = this;
    const found = engines[0].matrix(state, state.token, state.start);
    const maths = engines[0].layer(state.layer);
    this.matrix.root.classList.toggle("vx-absent", !found);
    if (!found || !maths) return;
    const key = [
      this.data.revision,
      state.layer,
      state.head,
      state.head === "rollout" ? state.start : "",
      maths.windowed ? maths.pair(0, state.token, state.token).window : "",
    ].join();
    const drawn = [key, this.shades.high, this.shades.logarithmic, this.dark, this.matrix.stage.clientWidth].join();
    const prefix = maths.prefix.length;
    const map = { prefix, columns: (maths.windowed && maths.header.window) || maths.columns };
    if (drawn !== this.matrixDrawn) {
      this.matrixDrawn = drawn;
      const shades =
        state.head === "rollout" ? new Shades(this.colours.attention, 4 / maths.tokens, state.log) : this.shades;
      this.matrix.title.textContent = filled(this.data.words.matrixTitle, {
        map: this.nameOf(state),
        n: found.order.length,
      });
      this.matrix.title.title = this.matrix.title.textContent;
      this.matrix.span = shades === this.shades ? "" : `${number(shades.low)} \u2026 ${number(shades.high)}`;
      this.matrix.stage.setAttribute("aria-label", this.matrix.title.textContent);
      this.matrix.show(key, found.order, found.fill, map, shades);
    }
    const [i, j] = state.direction === "row" ? [state.token, this.other] : [this.other, state.token];
    this.matrix.point(i, j, state.direction === "row");
  }

  /** The line under the picture, and a moment later the same for a screen reader. */
  words() {
    const text = this.reading();
    if (this.readout.textContent !== text) {
      this.readout.textContent = text;
      this.readout.classList.toggle("vx-problem", Boolean(this.problem));
      clearTimeout(this.speaking);
      this.speaking = setTimeout(() => (this.live.textContent = `${this.nameOf(this.state)}: ${text}`), SPOKEN_AFTER);
    }
    this.scaleBar();
  }

  scaleBar() {
    const { state, shades, data } = this;
    const key = [shades.high, shades.logarithmic, state.scale, this.dark].join();
    if (key === this.barKey) return;
    this.barKey = key;
    const label =
      state.scale === "map" ? data.words.barMap : state.scale === "token" ? data.words.barToken : data.words.barShared;
    this.bar.replaceChildren(colourBar(data.scales.attention, this.dark, shades.low, shades.high, label));
  }
}
