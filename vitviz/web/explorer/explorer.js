// The attention explorer: one cursor through the picture, every head of every layer, and one head's matrix.
// `mount(element, events)` knows no host; whoever mounts it hands it data and is called back with what a person chose.
/** @import { Actions, Choice, ExplorerData, ExplorerEvents, ExplorerPicture, Head, State } from "./types.d.ts" */
import { make } from "../shared/dom.js";
import { composed, png, save } from "./download.js";
import { Engine } from "./engine.js";
import { action, moved } from "./keys.js";
import { Scene } from "./scene.js";
import { AGGREGATES, clean, tokenOn } from "./state.js";

const SENT_AFTER = 250; // milliseconds until the host is sent a choice, so that held keys make one message
const TRIES = 3; // how often the host is asked for payloads that stay gone

class Explorer extends Scene {
  /**
   * @param {Element} element
   * @param {ExplorerEvents} events
   */
  constructor(element, events) {
    super(element);
    this.events = events;
    /** @type {Actions} */
    this.actions = this;
    /** @type {ExplorerData | null} what the host handed over last */
    this.wanted = null;
    /** @type {number | undefined} `asked` of the data whose payloads arrived last */
    this.served = undefined;
    /** @type {number | null} the second token of the opened pair */
    this.opened = null;
    /** @type {{ token: number, layer: number } | null} where the current token was chosen */
    this.chosen = null;
    /** @type {HTMLElement | undefined} what had the focus before the cell */
    this.cameFrom = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.sending = undefined;
  }

  /**
   * Take what the host has: another picture or model is fetched first and then put in the place of the old one.
   * @param {ExplorerData} data
   */
  async update(data) {
    this.wanted = data;
    this.served ??= data.asked;
    if (data.revision === this.data?.revision && data.second?.revision === this.data?.second?.revision) {
      this.adoptSame(data);
      return;
    }
    const fresh = [data, ...(data.second ? [data.second] : [])].map((part) => this.engineFor(part, data));
    const layers = data.layers;
    const aggregates = data.rollout ? AGGREGATES : AGGREGATES.slice(0, 2);
    const known = this.data && this.data.model === data.model;
    const state = clean(known ? this.state : data.state, layers, aggregates, data.defaults);
    try {
      await Promise.all([
        fresh[0].need(state.layer),
        ...fresh.slice(1).map((e) => e.need(state.second?.layer ?? state.layer)),
      ]);
    } catch (error) {
      this.failed(error);
      if (this.data) return;
    }
    if (this.wanted !== data) return;
    // What a person chose while the numbers were on their way holds.
    const now = known ? clean(this.state, layers, aggregates, data.defaults) : state;
    if (this.data?.second && !data.second) now.second = null;
    for (const engine of this.engines) if (!fresh.includes(engine)) engine.close();
    Object.assign(this, { data, engines: fresh, layers, aggregates, state: now, other: null, opened: null, hint: "" });
    this.chosen = null;
    if (data.second && !now.second) now.second = { layer: now.layer, head: now.head };
    this.build();
    this.prepare();
    this.cell.close();
    this.change({}, false);
    for (const engine of fresh) engine.prefetch(now.layer);
  }

  /**
   * The same pictures and model: perhaps under another address, or in another language or theme.
   * @param {ExplorerData} data
   */
  adoptSame(data) {
    const { data: before } = this;
    const again = data.asked !== before.asked;
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

  /**
   * @param {ExplorerPicture} part
   * @param {ExplorerData} wanted
   * @returns {Engine}
   */
  engineFor(part, wanted) {
    const kept = this.engines.find(
      (engine) => engine.data.revision === part.revision && engine.source.url === part.url,
    );
    const hooks = { missing: () => this.missed(), arrived: () => this.arrived(), fetcher: this.events.fetcher };
    return kept ?? new Engine({ ...part, layers: wanted.layers, limit: wanted.limit }, hooks);
  }

  /** Ask the host for payloads that are gone, a few times: where nobody serves them, asking on would never end. */
  missed() {
    if (this.wanted && this.wanted.asked - (this.served ?? 0) < TRIES) this.events.need?.();
  }

  /**
   * Change what was chosen, fetch what that needs, draw, and send it to the host.
   * @param {Partial<State>} part
   * @param {boolean} [send]
   */
  change(part, send = true) {
    const { state: before } = this;
    const next = clean({ ...before, ...part }, this.layers, this.aggregates, this.data.defaults);
    if (next.layer !== before.layer) {
      next.token = this.tokenIn(next.layer);
      this.opened &&= tokenOn(this.layers[next.layer], this.opened, this.layers[before.layer]);
      this.other = this.cell.root.hidden ? null : this.opened;
    }
    // Another picture beside the first shows the same head until a person chooses another one for it.
    const alike = before.second && before.second.layer === before.layer && before.second.head === before.head;
    if (this.data.second && alike && next.second && !("second" in part))
      next.second = { layer: next.layer, head: next.head };
    this.state = next;
    this.hint = "";
    if (this.state.order !== before.order || Boolean(this.state.second) !== Boolean(before.second)) this.prepare();
    this.fetchChosen();
    if (!this.cell.root.hidden) this.openCell();
    this.draw();
    if (send) this.sendState();
  }

  /**
   * The token of a layer for the current one, carried from where it was chosen: the way back finds it again.
   * @param {number} layer
   * @returns {number}
   */
  tokenIn(layer) {
    const { state, layers } = this;
    const kept = this.chosen;
    const current = kept && tokenOn(layers[state.layer], kept.token, layers[kept.layer]) === state.token;
    this.chosen = current ? kept : { token: state.token, layer: state.layer };
    return tokenOn(layers[layer], this.chosen.token, layers[this.chosen.layer]);
  }

  async fetchChosen() {
    const { state, engines } = this;
    const current = () =>
      this.engines === engines && this.state.layer === state.layer && this.state.head === state.head;
    this.problem = "";
    /** @type {Promise<unknown>[]} */
    const needs = [engines[0].need(state.layer)];
    if (state.head === "rollout") needs.push(engines[0].rollout(state.start));
    if (state.second) {
      needs.push(engines[engines.length - 1].need(state.second.layer));
      if (state.second.head === "rollout") needs.push(engines[engines.length - 1].rollout(state.start));
    }
    try {
      await Promise.all(needs);
      this.served = this.wanted?.asked;
      if (current() && this.cell.waiting) this.openCell();
      this.draw();
    } catch (error) {
      if (current()) this.failed(error);
    }
  }

  /**
   * What a failed request is in words: of a missing payload or server, or its own message.
   * @param {unknown} error
   * @param {ExplorerData} data
   */
  problemOf(error, { words }) {
    const message = error instanceof Error ? error.message : String(error);
    return message === "gone" || error instanceof TypeError ? words.gone : message;
  }

  /** @param {unknown} error */
  failed(error) {
    if (!this.wanted) return;
    this.problem = this.problemOf(error, this.wanted);
    if (this.root) this.draw();
    else this.element.replaceChildren(make("p", "vx-problem", this.problem));
  }

  arrived() {
    if (!this.wanted) return;
    if (this.state?.order !== "layer") this.prepare();
    this.draw();
  }

  sendState() {
    clearTimeout(this.sending);
    this.sending = setTimeout(() => this.events.state?.(this.state), SENT_AFTER);
  }

  /** @param {number} token */
  hover(token) {
    if (this.state.pinned) this.setOther(token);
    else this.passOver(token);
  }

  /**
   * The pointer passes over a token: nothing is sent to the host.
   * @param {number} token
   */
  passOver(token) {
    if (token === this.state.token) return;
    this.state = { ...this.state, token };
    this.other = null;
    this.hint = "";
    this.draw();
  }

  leave() {
    this.setOther(this.cell.root.hidden ? null : this.opened);
  }

  /** @param {number | null} token */
  setOther(token) {
    if (token === this.other) return;
    this.other = token;
    this.hint = "";
    this.draw();
  }

  /**
   * @param {number} i
   * @param {number} j
   */
  hoverPair(i, j) {
    const [subject, other] = this.state.direction === "row" ? [i, j] : [j, i];
    if (!this.state.pinned) this.state = { ...this.state, token: subject };
    this.other = other;
    this.hint = "";
    this.draw();
  }

  /** @param {number} token */
  choose(token) {
    if (!this.state.pinned) this.change({ token, pinned: true });
    else if (token === this.state.token) this.escape();
    else this.openPair(this.state.token, token);
  }

  /**
   * @param {number} i
   * @param {number} j
   */
  choosePair(i, j) {
    if (this.state.direction === "row") this.openPair(i, j);
    else this.openPair(j, i);
  }

  /**
   * @param {number} token
   * @param {number} other
   */
  openPair(token, other) {
    this.other = other;
    this.opened = other;
    this.change({ token, pinned: true });
    this.openCell();
  }

  /**
   * @param {Choice} choice
   * @param {boolean} second
   */
  chooseMap(choice, second) {
    if (second) this.change({ second: choice });
    else this.change(choice);
  }

  escape() {
    this.other = null;
    if (this.cell.root.hidden) this.change({ pinned: false });
    else this.closeCell();
    this.draw();
  }

  /** Focus that was in the cell goes back to where it came from: a hidden element would lose it to the page. */
  closeCell() {
    const page = /** @type {Document | ShadowRoot} */ (this.root.getRootNode());
    const held = this.cell.root.contains(page.activeElement);
    this.cell.close();
    if (held) (this.cameFrom?.isConnected ? this.cameFrom : this.pictures[0].frame).focus();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const asked = action(event);
    if (!asked) return;
    event.preventDefault();
    event.stopPropagation();
    const [name, ...values] = asked;
    const step = /** @type {[number, number]} */ (values);
    const { state } = this;
    const map = this.layers[state.layer];
    if (name === "move") this.change({ token: moved(state.token, step, map) });
    if (name === "moveOther") this.setOther(moved(this.other ?? state.token, step, map));
    if (name === "layer") this.change({ layer: state.layer + step[0] });
    if (name === "head") this.change({ head: this.stepHead(step[0]) });
    if (name === "first") this.change({ token: 0 });
    if (name === "pin") this.change({ pinned: !state.pinned });
    if (name === "turn") this.change({ direction: state.direction === "row" ? "column" : "row" });
    if (name === "escape") this.escape();
    if (name === "open") this.openPair(state.token, this.other ?? this.strongestOf()[0]?.[0] ?? state.token);
    if (name === "open" && !this.cell.root.hidden) {
      const from = /** @type {HTMLElement} */ (event.composedPath()[0]);
      if (!this.cell.root.contains(from)) this.cameFrom = from;
      this.cell.root.focus();
    }
  }

  /** @param {number} by */
  stepHead(by) {
    /** @type {Head[]} */
    const all = [...Array(this.layers[this.state.layer].heads).keys(), ...this.aggregates];
    return all[(all.indexOf(this.state.head) + by + all.length) % all.length];
  }

  /** @param {string} name */
  act(name) {
    if (name === "split") this.change({ second: { layer: this.state.layer, head: "mean" } });
    else if (name === "join") this.change({ second: null });
    else if (name === "npz") this.downloadArrays();
    else this.download(name);
  }

  /** The block's tensors: a link where a server answers, else what the host's fetcher answers. */
  async downloadArrays() {
    const { state, engines } = this;
    const path = `${engines[0].source.url}/${state.layer}/${state.head}.npz`;
    if (!this.events.fetcher) {
      save("", path);
      return;
    }
    const response = await this.events.fetcher(path);
    if (!response.ok) return;
    const name = `vitviz-${this.data.model}-layer${state.layer}-head${state.head}.npz`;
    save(name, URL.createObjectURL(await response.blob()));
  }

  /** @param {string} kind */
  async download(kind) {
    const text = composed(this);
    const name = `vitviz-${this.data.model}-${this.layers[this.state.layer].name}-${this.state.head}`;
    if (kind === "svg") save(`${name}.svg`, URL.createObjectURL(new Blob([text], { type: "image/svg+xml" })));
    else save(`${name}.png`, await png(text));
  }

  /** @param {Choice | null} cell */
  overGrid(cell) {
    this.overCell = cell;
    this.gridWords();
  }

  async openCell() {
    const { state, engines, opened } = this;
    const [engine] = engines;
    const maths = engine.layer(state.layer);
    if (opened === null) return;
    const [i, j] = state.direction === "row" ? [state.token, opened] : [opened, state.token];
    if (!maths) {
      this.cell.wait();
      return;
    }
    if (typeof state.head !== "number" || !maths.together(i, j)) {
      this.closeCell();
      this.hint = typeof state.head === "number" ? this.data.words.outside : this.data.words.oneHead;
      this.draw();
      return;
    }
    const names = { i: this.tokenName(i), j: this.tokenName(j), map: this.nameOf(state) };
    const cell = maths.cell(state.head, i, j);
    this.cell.open(cell, maths, names, this.colours);
    try {
      const payload = await engine.values(state.layer, state.head);
      if (this.cell.shown?.cell === cell)
        this.cell.values(
          /** @type {import("./cell.js").Values} */ (/** @type {unknown} */ (payload)),
          maths.pair(state.head, i, j).window,
        );
    } catch (error) {
      if (this.cell.shown?.cell === cell) this.cell.failed(this.problemOf(error, this.data));
    }
  }

  destroy() {
    this.wanted = null;
    this.watcher?.disconnect();
    for (const engine of this.engines) engine.close();
    clearTimeout(this.sending);
    clearTimeout(this.speaking);
    if (this.frame) cancelAnimationFrame(this.frame);
    this.element.replaceChildren();
  }
}

/**
 * Put an explorer into `element`. `events`: `state(state)` after a choice, `need()` when the payloads are gone, and where no
 * server answers `fetcher(path)`, which returns a promise of a Response for every payload and download.
 * @param {Element} element
 * @param {ExplorerEvents} events
 * @returns {import("../shared/types.d.ts").View<ExplorerData>} whose `update` may be called as often as there is something new
 */
export function mount(element, events) {
  const explorer = new Explorer(element, events);
  return { update: (/** @type {ExplorerData} */ data) => explorer.update(data), destroy: () => explorer.destroy() };
}
