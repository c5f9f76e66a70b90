// A network's look at one picture, snapshot by snapshot: attention, positions and class token on a scrubber.
import { Chosen } from "../../../web/shared/chosen.js";
import { colourBar, colourTable, isDark, paint } from "../../../web/shared/colours.js";
import { button, slider } from "../../../web/shared/controls.js";
import { make, write } from "../../../web/shared/dom.js";
import { arrowStep, mergeHeldKeys } from "../../../web/shared/events.js";
import { number } from "../../../web/shared/format.js";
import { Lifetime } from "../../../web/shared/lifetime.js";
import { sentFigure } from "../../../web/shared/save_figure.js";
import { filled } from "../../../web/shared/words.js";
import { cosines, frameOf, movedQuery, tiled } from "./frames.js";

/** @import { Scale, Send } from "../../../web/shared/types.d.ts" */
/** @import { Run } from "./frames.js" */
/**
 * @typedef {{ runs: Run[], side: number, query: number, picture: string, classes: string[], label: number,
 *   words: Record<string, string>, scales: Record<"attention" | "position" | "activation", Scale> }} Data
 */

// Beyond this a weight is as dark as can be: ten times an even share, the same for all maps, runs and snapshots.
const DARKEST = 10 / 65;
const FRAME = 420; // milliseconds of a snapshot while the film plays

class Film {
  /**
   * @param {HTMLElement} root
   * @param {Data} data
   * @param {Send} send
   */
  constructor(root, data, send) {
    this.root = root;
    this.send = send;
    this.data = data;
    this.query = new Chosen();
    this.at = 0;
    this.follows = true; // the last snapshot, until a person moves the slider
    this.lifetime = new Lifetime();
    const top = root.appendChild(make("div", "vtf-top"));
    this.play = button(top, data.words.play, () => this.toggle(), "vv-tool");
    this.slider = slider(top, data.words.snapshot, (value) => this.move(value));
    this.body = root.appendChild(make("div", "vtf-body"));
    this.readout = root.appendChild(make("div", "vv-readout"));
    this.readout.setAttribute("role", "status");
    this.bars = root.appendChild(make("div", "vtf-bars"));
    this.tick = this.lifetime.afterRest(FRAME, () => this.next());
    this.draw = this.lifetime.inFrame(() => this.show());
    this.playing = false;
  }

  /** @param {Data} data */
  update(data) {
    this.data = data;
    this.query.restart(data.query);
    if (this.follows) this.at = this.last;
    this.at = Math.min(this.at, this.last);
    write(this.play, data.words[this.playing ? "pause" : "play"]);
    write(this.slider.caption, data.words.snapshot);
    this.show();
  }

  /** The newest snapshot that every run has. */
  get last() {
    return Math.min(...this.data.runs.map((run) => run.steps.length)) - 1;
  }

  /** @param {number} value */
  move(value) {
    this.at = value;
    this.follows = value === this.last;
    this.draw();
  }

  toggle() {
    this.playing = !this.playing;
    write(this.play, this.data.words[this.playing ? "pause" : "play"]);
    if (!this.playing) return;
    if (this.at >= this.last) this.at = 0;
    this.follows = false;
    this.show();
    this.tick();
  }

  next() {
    if (!this.playing) return;
    if (this.at >= this.last) return this.toggle();
    this.move(this.at + 1);
    this.tick();
  }

  /** @param {number} query */
  choose(query) {
    if (!this.query.choose(query)) return;
    this.send("query", query);
    this.draw();
  }

  show() {
    const { runs, words } = this.data;
    const text = filled(words.at, { step: runs[0].steps[this.at], number: this.at, last: this.last });
    this.slider.set(this.at, this.last, text);
    const dark = isDark(this.root);
    const held = this.root.getRootNode();
    const focused =
      held instanceof ShadowRoot && held.activeElement instanceof HTMLElement ? held.activeElement.dataset.map : "";
    this.body.replaceChildren(...runs.map((run, i) => this.run(run, i, dark)));
    if (focused) this.body.querySelector(`[data-map="${focused}"]`)?.dispatchEvent(new Event("focusagain"));
    const { attention, position, activation } = this.data.scales;
    this.bars.replaceChildren(colourBar(attention, dark, 0, DARKEST, words.weights));
    if (runs.some((run) => run.dim)) this.bars.append(colourBar(position, dark, -1, 1, words.cosine));
    if (runs.some((run) => run.classToken.length)) {
      this.bars.append(colourBar(activation, dark, ...this.tokenSpan(), words.token));
    }
    this.say();
  }

  /** Both ends of the class tokens' colours: one span for all runs and snapshots. @returns {[number, number]} */
  tokenSpan() {
    let most = 0;
    for (const { classToken } of this.data.runs) for (const value of classToken) most = Math.max(most, Math.abs(value));
    return [-most, most];
  }

  say() {
    const { runs, words, classes, label } = this.data;
    const said = runs.map((run) => {
      const p = frameOf(run.probabilities, this.at, classes.length);
      const best = p.indexOf(Math.max(...p));
      return filled(words.taken, {
        name: run.name,
        taken: classes[best],
        p: p[best],
        label: classes[label],
        right: p[label],
      });
    });
    this.readout.textContent = said.join("  ");
  }

  /**
   * @param {Run} run
   * @param {number} index
   * @param {boolean} dark
   */
  run(run, index, dark) {
    const { words, side, scales } = this.data;
    const box = make("section", "vtf-run");
    box.append(make("h4", "vtf-name", run.name));
    const row = box.appendChild(make("div", "vtf-row"));
    row.append(this.picture(run, index));
    const maps = row.appendChild(make("div", "vtf-maps"));
    maps.style.setProperty("--heads", String(run.heads));
    const size = side * side;
    const rows = frameOf(run.rows, this.at, run.blocks * run.heads * size);
    const table = colourTable(scales.attention, dark);
    for (let map = 0; map < run.blocks * run.heads; map++) {
      const name = filled(words.head, { block: Math.floor(map / run.heads), head: map % run.heads });
      const canvas = maps.appendChild(make("canvas", "vtf-map"));
      paint(canvas, rows, map * size, side, side, table, 0, DARKEST);
      const onClass = run.onClass[this.at * run.blocks * run.heads + map];
      this.readable(canvas, name, (at) => rows[map * size + at], onClass);
    }
    if (run.dim) row.append(this.cosines(run, dark));
    if (run.classToken.length) box.append(this.token(run, dark));
    return box;
  }

  /**
   * The picture, on which the token that attends is chosen.
   * @param {Run} run
   * @param {number} index
   */
  picture(run, index) {
    const { words, side, picture } = this.data;
    const shown = this.query.value < 0 ? run.query : this.query.value;
    const holder = make("button", "vtf-picture");
    holder.type = "button";
    holder.dataset.map = `picture${index}`;
    holder.style.backgroundImage = `url("${picture}")`;
    const of = run.query; // what the maps are of: a moment behind what is chosen
    const where = of < 0 ? words.class_token : filled(words.patch, { row: Math.floor(of / side), column: of % side });
    holder.setAttribute("aria-label", `${words.choose} ${where}`);
    holder.title = words.choose;
    if (shown >= 0) {
      const mark = holder.appendChild(make("span", "vtf-mark"));
      mark.style.left = `${(100 * (shown % side)) / side}%`;
      mark.style.top = `${(100 * Math.floor(shown / side)) / side}%`;
      mark.style.width = mark.style.height = `${100 / side}%`;
    }
    holder.addEventListener("focusagain", () => holder.focus());
    holder.addEventListener("click", (event) => {
      if (!event.detail) this.choose(-1); // the Enter key: the class token again
    });
    // Not the click: while a run goes on all of this may be drawn anew before the button is let go.
    holder.addEventListener("pointerdown", (event) => {
      const { left, top, width, height } = holder.getBoundingClientRect();
      const column = Math.min(side - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * side)));
      const line = Math.min(side - 1, Math.max(0, Math.floor(((event.clientY - top) / height) * side)));
      const clicked = line * side + column;
      this.choose(clicked === this.query.value ? -1 : clicked);
    });
    holder.addEventListener("keydown", (event) => {
      const step = arrowStep(event);
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      this.choose(movedQuery(shown, step, side));
    });
    const figure = make("figure", "vtf-figure");
    figure.append(holder, make("figcaption", "", where));
    return figure;
  }

  /**
   * Every position's cosine with every other one, as tiles that lie as the patches do.
   * @param {Run} run
   * @param {boolean} dark
   */
  cosines(run, dark) {
    const { words, side, scales } = this.data;
    const all = cosines(frameOf(run.positions, this.at, side * side * run.dim), run.dim);
    const figure = make("figure", "vtf-figure");
    const canvas = figure.appendChild(make("canvas", "vtf-cosines"));
    const { values, cells } = tiled(all, side);
    paint(canvas, values, 0, cells, cells, colourTable(scales.position, dark), -1, 1);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", words.positions);
    canvas.addEventListener("pointermove", (event) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const column = Math.floor(((event.clientX - left) / width) * cells);
      const line = Math.floor(((event.clientY - top) / height) * cells);
      const value = values[line * cells + column];
      if (value === undefined || Number.isNaN(value)) return;
      const [one, other] = [line, column].map((at) => [Math.floor(at / (side + 1)), at % (side + 1)]);
      this.readout.textContent = filled(words.pair, {
        a: one[0],
        b: other[0],
        c: one[1],
        d: other[1],
        value: number(value),
      });
    });
    canvas.addEventListener("pointerleave", () => this.say());
    figure.append(make("figcaption", "", words.positions));
    return figure;
  }

  /**
   * @param {Run} run
   * @param {boolean} dark
   */
  token(run, dark) {
    const { words, scales } = this.data;
    const dim = run.classToken.length / run.steps.length;
    const values = frameOf(run.classToken, this.at, dim);
    const line = make("div", "vtf-token");
    const canvas = make("canvas");
    paint(canvas, values, 0, 1, dim, colourTable(scales.activation, dark), ...this.tokenSpan());
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", words.token);
    canvas.addEventListener("pointermove", (event) => {
      const { left, width } = canvas.getBoundingClientRect();
      const at = Math.min(dim - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * dim)));
      this.readout.textContent = `${words.token}, ${filled(words.channel, { channel: at })}: ${number(values[at])}`;
    });
    canvas.addEventListener("pointerleave", () => this.say());
    line.append(make("span", "vtf-name", words.token), canvas);
    return line;
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {string} name
   * @param {(at: number) => number} valueAt
   * @param {number | undefined} onClass the weight on the class token, where there is one
   */
  readable(canvas, name, valueAt, onClass) {
    const { side, words } = this.data;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", name);
    canvas.addEventListener("pointermove", (event) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const column = Math.min(side - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * side)));
      const row = Math.min(side - 1, Math.max(0, Math.floor(((event.clientY - top) / height) * side)));
      const place = filled(words.patch, { row, column });
      const rest = onClass === undefined ? "" : `; ${filled(words.on_class, { value: number(onClass) })}`;
      this.readout.textContent = `${name}, ${place}: ${words.weight} ${number(valueAt(row * side + column))}${rest}`;
    });
    canvas.addEventListener("pointerleave", () => this.say());
  }

  /** The arrays of the snapshots that are drawn. */
  figures() {
    return [sentFigure(this.root, { runs: this.data.runs }, this.data.words.title)];
  }

  destroy() {
    this.playing = false;
    this.lifetime.destroy();
    this.root.replaceChildren();
  }
}

/**
 * @param {HTMLElement} element
 * @param {Send} send is called with every "query" that is chosen
 */
export function mount(element, send) {
  /** @type {Film | null} */
  let film = null;
  const choose = mergeHeldKeys(send);
  return {
    /** @param {Data} data */
    update(data) {
      film ??= new Film(element, data, choose);
      film.update(data);
    },
    figures: () => film?.figures() ?? [],
    destroy: () => film?.destroy(),
  };
}
