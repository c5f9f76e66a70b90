// The attention explorer: one cursor through the picture, every head of every layer, and one head's matrix.
// `mount(element, events)` knows no host; whoever mounts it hands it data and hears what a person chose.
import { colourBar, isDark, lookup, make, number } from "../js/canvas.js";
import { CellView } from "./cell.js";
import { png, save, svg } from "./download.js";
import { Engine } from "./engine.js";
import { GridView } from "./grid.js";
import { action, moved } from "./keys.js";
import { strongest, tokenThere } from "./maths.js";
import { MatrixView } from "./matrix.js";
import { PictureView, placeOf } from "./picture.js";
import { Shades, largest, pixels } from "./shades.js";
import { AGGREGATES, clean, fill } from "./state.js";
import { Toolbar } from "./toolbar.js";

const BUDGET = 10; // milliseconds of a frame for maps of layers that nobody chose; the rest come in the next frames
const SPOKEN_AFTER = 350; // milliseconds that the cursor rests before a screen reader hears where it is
const TOLD_AFTER = 250; // milliseconds until the host hears of a choice, so that held keys make one message
const GRID_HEIGHT = 470; // CSS pixels that the small maps may take
const NAMED = 4; // strongest targets in the line below

class Explorer {
  constructor(element, events) {
    this.element = element;
    this.events = events;
    this.engines = [];
    this.other = null; // the second token of a pair, when the cursor names one
  }

  /** Take what the host has: another picture or model is fetched first and then put in the place of the old one. */
  async update(data) {
    this.wanted = data;
    if (data.revision === this.data?.revision && data.second?.revision === this.data?.second?.revision) {
      this.adoptSame(data);
      return;
    }
    const fresh = [data, ...(data.second ? [data.second] : [])].map((part) => this.engineFor(part));
    const layers = data.layers;
    const aggregates = data.rollout ? AGGREGATES : AGGREGATES.slice(0, 2);
    const known = this.data && this.data.model === data.model;
    const state = clean(known ? this.state : data.state, layers, aggregates);
    try {
      await Promise.all([fresh[0].need(state.layer), ...fresh.slice(1).map((e) => e.need(state.second?.layer ?? state.layer))]);
    } catch (error) {
      this.failed(error);
      if (this.data) return;
    }
    if (this.wanted !== data) return;
    for (const engine of this.engines) if (!fresh.includes(engine)) engine.close();
    Object.assign(this, { data, engines: fresh, layers, aggregates, state });
    if (data.second && !state.second) state.second = { layer: state.layer, head: state.head };
    this.build();
    this.prepare();
    this.cell.close();
    this.change({}, false);
    for (const engine of fresh) engine.prefetch(state.layer);
  }

  /** The same pictures and model: perhaps under another address, or in another language or theme. */
  adoptSame(data) {
    const again = data.asked !== this.data.asked;
    this.data = data;
    for (const [i, part] of [data, data.second].entries()) {
      if (!part || (!again && this.engines[i].source.url === part.url)) continue;
      this.engines[i].source.url = part.url;
      this.change({}, false);
      this.engines[i].prefetch(this.state.layer);
    }
    this.build();
    this.theme();
    this.prepare();
  }

  engineFor(part) {
    const kept = this.engines.find((engine) => engine.data.revision === part.revision && engine.source.url === part.url);
    const hooks = { missing: () => this.events.need?.(), arrived: () => this.arrived() };
    return kept ?? new Engine({ ...part, layers: this.wanted.layers, limit: this.wanted.limit }, hooks);
  }

  /** Make the page's parts, anew where they have to speak another language. */
  build() {
    const { words } = this.data;
    if (this.root && this.spoken === words.row) return;
    this.spoken = words.row;
    this.watcher?.disconnect();
    Object.assign(this, { synced: "", matrixDrawn: "" });
    this.root = make("div", "vx");
    this.element.replaceChildren(this.root);
    this.toolbar = new Toolbar(this.root, words, (part) => this.change(part), (name) => this.act(name));
    this.body = this.root.appendChild(make("div", "vx-body"));
    const pointing = {
      hover: (token) => this.hover(token),
      leave: () => this.leave(),
      choose: (token) => this.choose(token),
    };
    this.pictures = [new PictureView(this.body, pointing), new PictureView(this.body, pointing)];
    const under = this.pictures[0].root.appendChild(make("div", "vx-under"));
    this.readout = under.appendChild(make("div", "vx-readout"));
    this.bar = under.appendChild(make("div"));
    this.grid = new GridView(this.body, {
      hover: (cell) => this.overGrid(cell),
      choose: (cell, second) => this.chooseMap(cell, second),
    });
    this.grid.title.textContent = words.grid;
    this.grid.stage.setAttribute("aria-label", words.gridHelp);
    this.gridLine = this.grid.root.appendChild(make("div", "vx-readout"));
    this.matrix = new MatrixView(
      this.body,
      {
        hover: (i, j) => this.hoverPair(i, j),
        leave: () => this.leave(),
        choose: (i, j) => this.choosePair(i, j),
        work: () => this.draw(),
      },
      words,
    );
    this.cell = new CellView(this.root, () => this.escape(), words);
    this.live = this.root.appendChild(make("div", "vx-live"));
    this.live.setAttribute("role", "status");
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.watcher = new ResizeObserver(() => this.prepare());
    this.watcher.observe(this.body);
    this.theme();
  }

  theme() {
    const dark = isDark(this.root);
    const style = getComputedStyle(this.root);
    const value = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
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
    const table = (name) => pixels(lookup(this.data.scales[name], dark));
    this.colours = { attention: table("attention"), activation: table("activation"), ink: this.ink };
    this.dark = dark;
    this.barShown = "";
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
    const small = this.layers.map(({ heads, rows, columns, window }) => ({ heads, shape: window ? [window, window] : [rows, columns] }));
    this.grid.layout(small, this.state.order, (l, h) => (figure ? this.engines[0].figure(figure, l, h) : undefined), width, GRID_HEIGHT);
    this.draw();
  }

  // ------------------------------------------------------------------------------------------------ choices

  /** Change what was chosen, fetch what that needs, draw, and tell the host. */
  change(part, tell = true) {
    const before = this.state;
    const next = { ...before, ...part };
    if (next.layer !== before.layer) next.token = tokenThere(before.token, this.layers[before.layer], this.layers[next.layer]);
    this.state = clean(next, this.layers, this.aggregates);
    if (this.state.layer !== before.layer) this.other = null;
    if (this.state.order !== before.order || Boolean(this.state.second) !== Boolean(before.second)) this.prepare();
    this.fetchChosen();
    if (!this.cell.root.hidden) this.openCell();
    this.draw();
    if (tell) this.tell();
  }

  async fetchChosen() {
    const { state, engines } = this;
    this.problem = "";
    const needs = [engines[0].need(state.layer)];
    if (state.head === "rollout") needs.push(engines[0].rollout(state.start));
    if (state.second) {
      needs.push(engines.at(-1).need(state.second.layer));
      if (state.second.head === "rollout") needs.push(engines.at(-1).rollout(state.start));
    }
    try {
      await Promise.all(needs);
      this.draw();
    } catch (error) {
      this.failed(error);
    }
  }

  failed(error) {
    const { words } = this.wanted;
    this.problem = error.message === "gone" || error instanceof TypeError ? words.gone : error.message;
    if (this.root) this.draw();
    else this.element.replaceChildren(make("p", "vx-problem", this.problem));
  }

  arrived() {
    if (this.state?.order !== "layer") this.prepare();
    this.draw();
  }

  tell() {
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.events.state?.(this.state), TOLD_AFTER);
  }

  hover(token) {
    if (this.state.pinned) this.setOther(token);
    else this.look(token);
  }

  /** Look from (or at) a token; passing over it tells nobody. */
  look(token) {
    if (token === this.state.token) return;
    this.state = { ...this.state, token };
    this.other = null;
    this.draw();
  }

  leave() {
    this.setOther(this.cell.root.hidden ? null : this.opened);
  }

  setOther(token) {
    if (token === this.other) return;
    this.other = token;
    this.draw();
  }

  hoverPair(i, j) {
    const [subject, other] = this.state.direction === "row" ? [i, j] : [j, i];
    if (!this.state.pinned) this.state = { ...this.state, token: subject };
    this.other = other;
    this.draw();
  }

  choose(token) {
    if (!this.state.pinned) this.change({ token, pinned: true });
    else if (token === this.state.token) this.escape();
    else this.openPair(this.state.token, token);
  }

  choosePair(i, j) {
    this.openPair(...(this.state.direction === "row" ? [i, j] : [j, i]));
  }

  openPair(token, other) {
    this.other = other;
    this.opened = other;
    this.change({ token, pinned: true });
    this.openCell();
  }

  chooseMap(choice, second) {
    if (second || this.toSecond) this.change({ second: choice });
    else this.change(choice);
  }

  escape() {
    if (!this.cell.root.hidden) this.cell.close();
    else this.change({ pinned: false });
    this.draw();
  }

  key(event) {
    const asked = action(event);
    if (!asked) return;
    event.preventDefault();
    event.stopPropagation();
    const [name, ...values] = asked;
    const { state } = this;
    const map = this.layers[state.layer];
    if (name === "move") this.change({ token: moved(state.token, values, map) });
    if (name === "moveOther") this.setOther(moved(this.other ?? state.token, values, map));
    if (name === "layer") this.change({ layer: state.layer + values[0] });
    if (name === "head") this.change({ head: this.stepHead(values[0]) });
    if (name === "first") this.change({ token: 0 });
    if (name === "pin") this.change({ pinned: !state.pinned });
    if (name === "turn") this.change({ direction: state.direction === "row" ? "column" : "row" });
    if (name === "escape") this.escape();
    if (name === "open") this.openPair(state.token, this.other ?? this.strongestOf(0)[0]?.[0] ?? state.token);
    if (name === "open") this.cell.root.focus();
  }

  stepHead(by) {
    const all = [...Array(this.layers[this.state.layer].heads).keys(), ...this.aggregates];
    return all[(all.indexOf(this.state.head) + by + all.length) % all.length];
  }

  act(name) {
    if (name === "split") this.change({ second: { layer: this.state.layer, head: "mean" } });
    else if (name === "join") this.change({ second: null });
    else if (name === "npz") save("", `${this.engines[0].source.url}/${this.state.layer}/${this.state.head}.npz`);
    else this.download(name);
  }

  // ------------------------------------------------------------------------------------------------ drawing

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
    const again = this.compute(engine, begun);
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
    this.words();
    const more = this.matrix.work();
    if (again || more) this.draw();
  }

  /** Compute the chosen layer, then as many others as a frame has time for; whether some are left. */
  compute(engine, begun) {
    const { state, layers, computed } = this;
    const order = [state.layer, ...layers.keys()];
    let left = false;
    for (const index of order) {
      if (computed.done.has(index)) continue;
      if (index !== state.layer && performance.now() - begun > BUDGET) {
        left = true;
        break;
      }
      if (engine.compute(index, state.token, state.layer, state.direction)) computed.done.add(index);
    }
    return left;
  }

  computeSecond() {
    const { state, engines } = this;
    const engine = engines.at(-1);
    if (state.second && engine !== engines[0]) engine.compute(state.second.layer, state.token, state.layer, state.direction);
  }

  /** The scale of one map: the common one, or its own where that was asked for or a rollout needs it. */
  shadesOf(map, choice, prefix) {
    if (this.state.scale !== "map" && choice.head !== "rollout") return this.shades;
    const high = largest(map.values, map.offset + prefix, map.tokens - prefix);
    return new Shades(this.colours.attention, high, this.state.log);
  }

  paintSmall(engine, cell) {
    const map = engine.map(cell, this.state.token, this.state.direction, 0);
    if (!map) {
      this.grid.blank(cell);
      return;
    }
    const layer = this.layers[cell.layer];
    const shades = this.shadesOf(map, cell, layer.prefix.length);
    if (layer.window) {
      // A window is a small part of the picture: its small map shows the window alone, as the block sees it.
      const reach = engine.layer(cell.layer).reach(tokenThere(this.state.token, this.layers[this.state.layer], layer));
      this.grid.paint(cell, Float32Array.from(reach, (token) => (token < 0 ? NaN : map.values[map.offset + token])), 0, shades);
    } else this.grid.paint(cell, map.values, map.offset + layer.prefix.length, shades);
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
    const key = [state.layer, state.head, state.second?.layer, state.second?.head, state.order, grid.atlas.width, grid.atlas.height, loaded, this.dark].join();
    if (key === this.marked) return;
    this.marked = key;
    grid.mark(state, state.second, this.ink);
  }

  panes() {
    const { state, engines, data } = this;
    const choices = [state, state.second];
    for (const [i, view] of this.pictures.entries()) {
      view.root.hidden = !choices[i];
      if (!choices[i]) continue;
      const engine = i ? engines.at(-1) : engines[0];
      this.pane(view, engine, choices[i], (i && data.second) || data);
    }
  }

  pane(view, engine, choice, data) {
    const { state, layers } = this;
    const layer = layers[choice.layer];
    const token = tokenThere(state.token, layers[state.layer], layer);
    view.show({ ...data.picture, label: fill(this.data.words.pictureLabel, { map: this.nameOf(choice) }) }, layer, layer.prefix);
    const map = engine.map(choice, token, state.direction, state.start);
    const own = map && this.shadesOf(map, choice, layer.prefix.length);
    if (map) view.paint(map.values.subarray(map.offset, map.offset + map.tokens), own, state);
    const span = own && own !== this.shades ? ` \u00b7 0 \u2026 ${number(own.high)}` : "";
    const title = this.nameOf(choice) + (data === this.data ? "" : ` \u00b7 ${data.name}`) + span;
    if (view.title.textContent !== title) view.title.textContent = title;
    view.point(token, this.other === null ? null : tokenThere(this.other, layers[state.layer], layer), state.pinned);
    const maths = engine.layer(choice.layer);
    if (maths?.windowed) view.outline(maths.reach(token), (other) => maths.isCut(token, other));
  }

  matrixPane() {
    const { state, engines } = this;
    const found = engines[0].matrix(state, state.token, state.start);
    this.matrix.root.classList.toggle("vx-absent", !found);
    if (!found) return;
    const maths = engines[0].layer(state.layer);
    const key = [this.data.revision, state.layer, state.head, state.head === "rollout" ? state.start : "", maths.windowed ? maths.reach(state.token)[0] : ""].join();
    const drawn = [key, this.shades.high, this.shades.logarithmic, this.dark, this.matrix.stage.clientWidth].join();
    const prefix = maths.prefix.length;
    const map = { prefix, columns: maths.windowed ? maths.header.window : maths.columns };
    if (drawn !== this.matrixDrawn) {
      this.matrixDrawn = drawn;
      const shades = state.head === "rollout" ? new Shades(this.colours.attention, 4 / maths.tokens, state.log) : this.shades;
      this.matrix.title.textContent = fill(this.data.words.matrixTitle, { map: this.nameOf(state), n: found.order.length });
      this.matrix.stage.setAttribute("aria-label", this.matrix.title.textContent);
      this.matrix.show(key, found.order, found.fill, map, shades);
    }
    const [i, j] = state.direction === "row" ? [state.token, this.other] : [this.other, state.token];
    this.matrix.point(i, j, state.direction === "row");
  }

  // ------------------------------------------------------------------------------------------------ words

  nameOf({ layer, head }) {
    const { words } = this.data;
    if (head === "rollout") return fill(words.rolloutName, { start: this.state.start, end: this.layers.length - 1 });
    return `${this.layers[layer].name} \u00b7 ${typeof head === "number" ? `${words.head} ${head}` : words[head]}`;
  }

  tokenName(token) {
    const layer = this.layers[this.state.layer];
    const place = placeOf(token, layer);
    return place ? `(${place[0]}, ${place[1]})` : layer.prefix[token];
  }

  strongestOf(skip = 0) {
    const { state, engines } = this;
    const map = engines[0].map(state, state.token, state.direction, state.start);
    return map ? strongest(map.values.subarray(map.offset, map.offset + map.tokens), NAMED).slice(skip) : [];
  }

  /** How many tokens the weights of a row are shared among. */
  keysInReach() {
    const { state, engines } = this;
    const maths = engines[0].layer(state.layer);
    return maths?.windowed ? [...maths.reach(state.token)].filter((t) => t < 0 || !maths.isCut(state.token, t)).length : maths?.tokens;
  }

  words() {
    const { state, data } = this;
    const top = this.strongestOf();
    const listed = top.map(([token, weight]) => `${this.tokenName(token)} ${number(weight)}`).join(" \u00b7 ");
    const verb = state.direction === "row" ? data.words.looksAt : data.words.seenBy;
    let text = `${this.tokenName(state.token)} ${verb}  ${listed}`;
    if (this.other !== null) text = this.pairText();
    if (this.problem) text = this.problem;
    else if (!top.length) text = data.words.loading;
    if (this.readout.textContent !== text) {
      this.readout.textContent = text;
      this.readout.classList.toggle("vx-problem", Boolean(this.problem));
      clearTimeout(this.speaking);
      this.speaking = setTimeout(() => (this.live.textContent = `${this.nameOf(state)}: ${text}`), SPOKEN_AFTER);
    }
    this.scaleBar();
  }

  pairText() {
    const { state, engines, other } = this;
    const map = engines[0].map(state, state.token, state.direction, state.start);
    if (!map) return this.data.words.loading;
    const weight = map.values[map.offset + other];
    const [i, j] = state.direction === "row" ? [state.token, other] : [other, state.token];
    const name = `A[${this.tokenName(i)}, ${this.tokenName(j)}]`;
    if (Number.isNaN(weight)) return `${name}: ${this.data.words.outside}`;
    const n = this.keysInReach();
    return `${name} = ${number(weight)} = ${number(weight * n)} \u00d7 1/${n}`;
  }

  scaleBar() {
    const { state, shades, data } = this;
    const key = [shades.high, shades.logarithmic, state.scale, this.dark].join();
    if (key === this.barShown) return;
    this.barShown = key;
    const label = state.scale === "map" ? data.words.barMap : state.scale === "token" ? data.words.barToken : data.words.barShared;
    this.bar.replaceChildren(colourBar(data.scales.attention, this.dark, shades.low, shades.high, label));
  }

  overGrid(cell) {
    const line = cell ? this.nameOf(cell) + this.figures(cell) + this.ownSpan(cell) : "";
    if (this.gridLine.textContent !== line) this.gridLine.textContent = line;
  }

  /** What the colours of a small map span, where every map has a scale of its own. */
  ownSpan(cell) {
    const map = this.state.scale === "map" && this.engines[0].map(cell, this.state.token, this.state.direction, 0);
    if (!map) return "";
    return ` \u00b7 0 \u2026 ${number(this.shadesOf(map, cell, this.layers[cell.layer].prefix.length).high)}`;
  }

  figures({ layer, head }) {
    if (typeof head !== "number") return "";
    const [entropy, distance] = ["entropy", "distance"].map((name) => this.engines[0].figure(name, layer, head));
    if (entropy === undefined) return "";
    return `   ${fill(this.data.words.figures, { entropy: entropy.toFixed(2), distance: distance?.toFixed(1) ?? "?" })}`;
  }

  // ------------------------------------------------------------------------------------------------ one cell

  async openCell() {
    const { state, engines, opened } = this;
    const [engine] = engines;
    const maths = engine.layer(state.layer);
    const [i, j] = state.direction === "row" ? [state.token, opened] : [opened, state.token];
    if (!maths || opened === null || opened === undefined) return;
    if (typeof state.head !== "number" || !maths.together(i, j)) {
      this.cell.close();
      this.problem = typeof state.head === "number" ? this.data.words.outside : this.data.words.oneHead;
      this.draw();
      return;
    }
    const names = { i: this.tokenName(i), j: this.tokenName(j) };
    const cell = maths.cell(state.head, i, j);
    this.cell.open(cell, maths, names, this.colours);
    try {
      const payload = await engine.values(state.layer, state.head);
      if (this.cell.shown?.cell === cell) this.cell.values(payload, maths.pair(state.head, i, j).window);
    } catch (error) {
      if (this.cell.shown?.cell === cell) this.cell.failed(error.message === "gone" ? this.data.words.gone : error.message);
    }
  }

  // ------------------------------------------------------------------------------------------------ files

  async download(kind) {
    const { state, data, grid, matrix, shades } = this;
    const panels = this.pictures.filter((view) => !view.root.hidden).map((view) => this.pictured(view));
    panels.push({ label: data.words.grid, aspect: grid.atlas.width / grid.atlas.height, layers: [{ canvas: grid.atlas }, { canvas: grid.marks }], boxes: [] });
    if (!matrix.root.classList.contains("vx-absent")) {
      panels.push({ label: this.nameOf(state), aspect: 1, layers: [{ canvas: matrix.canvas }, { canvas: matrix.cursor }], boxes: [] });
    }
    const bar = { canvas: this.bar.querySelector("canvas"), low: number(shades.low), high: number(shades.high), label: this.bar.textContent && this.bar.querySelector(".vv-bar-label").textContent };
    const text = svg({ title: `${data.modelTitle} \u00b7 ${data.name} \u00b7 ${this.nameOf(state)}`, lines: [this.readout.textContent], ink: this.ink, panels, bar });
    const name = `vitviz-${data.model}-${this.layers[state.layer].name}-${state.head}`;
    if (kind === "svg") save(`${name}.svg`, URL.createObjectURL(new Blob([text], { type: "image/svg+xml" })));
    else save(`${name}.png`, await png(text));
  }

  pictured(view) {
    const { rows, columns } = view.map;
    const box = (rect, colour, dashed) => {
      if (rect.style.display === "none") return [];
      const [x, y] = ["x", "y"].map((name) => Number(rect.getAttribute(name)));
      return [{ x: x / columns, y: y / rows, width: 1 / columns, height: 1 / rows, colour, dashed }];
    };
    const layers = [{ href: view.image.src }, { canvas: view.overlay.canvas, opacity: this.state.opacity }];
    const boxes = [...box(view.query, this.ink.accent, false), ...box(view.key, this.ink.second, true)];
    return { label: view.title.textContent, aspect: view.frame.clientWidth / view.frame.clientHeight, layers, boxes };
  }

  destroy() {
    this.watcher?.disconnect();
    for (const engine of this.engines) engine.close();
    clearTimeout(this.telling);
    clearTimeout(this.speaking);
    if (this.frame) cancelAnimationFrame(this.frame);
  }
}

/**
 * Put an explorer into `element`. `events`: `state(state)` after a choice, `need()` when the payloads are gone.
 * Returns `update(data)`, which may be called as often as there is something new, and `destroy()`.
 */
export function mount(element, events) {
  const explorer = new Explorer(element, events);
  return { update: (data) => explorer.update(data), destroy: () => explorer.destroy() };
}
